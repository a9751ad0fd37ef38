import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEntries } from '../../../electron/engine/children.js';
import { buildPackage, electronDist, start, until, type Package, type Running } from './packaged-app.js';

const dist = electronDist();

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => lstatSync(join(folder, name)).isFile()).sort();

type Entry = { readonly files?: Readonly<Record<string, Entry>> };

/** Paths of an archive's files and folders: its head is a length-prefixed JSON tree. */
const namesIn = (archive: string): string[] => {
  const file = openSync(archive, 'r');
  const head = Buffer.alloc(16);
  readSync(file, head, 0, 16, 0);
  const json = Buffer.alloc(head.readUInt32LE(12));
  readSync(file, json, 0, json.length, 16);
  closeSync(file);
  const walk = (entry: Entry, path: string): string[] => Object.entries(entry.files ?? {}).flatMap(([name, inner]) => [`${path}/${name}`, ...walk(inner, `${path}/${name}`)]);
  return walk(JSON.parse(json.toString('utf8')) as Entry, '');
};

describe.skipIf(typeof dist === 'string')(`the Linux package${typeof dist === 'string' ? ` (skipped: ${dist})` : ''}`, () => {
  if (typeof dist === 'string') return;
  let built: Package;
  let archived: string[];
  beforeAll(async () => {
    built = await buildPackage(dist);
    archived = namesIn(join(built.resources, 'app.asar'));
  });
  afterAll(() => built.remove());

  it('carries ffmpeg, onnxruntime, the model and the fonts outside the archive', () => {
    expect(execFileSync(join(built.resources, 'bin/ffmpeg'), ['-version'], { encoding: 'utf8' })).toMatch(/^ffmpeg version/);
    expect(execFileSync(join(built.resources, 'bin/ffprobe'), ['-version'], { encoding: 'utf8' })).toMatch(/^ffprobe version/);
    const unpacked = filesBelow(join(built.resources, 'app.asar.unpacked'));
    for (const name of ['assets/sample.mp4', 'assets/fonts/Inter-SemiBold.ttf']) expect(unpacked).toContain(name);
    expect(unpacked.filter((name) => /^models\/zoo\/.+\.(onnx|json)$/.test(name)).length).toBeGreaterThanOrEqual(2);
    const native = unpacked.filter((name) => /\.(node|so[.\d]*|dll|dylib)$/.test(name));
    expect(native).toEqual([
      'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1',
      'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node',
    ]);
  });

  it('ships no build of ffmpeg that may not be handed on', () => {
    for (const tool of ['ffmpeg', 'ffprobe']) expect(execFileSync(join(built.resources, 'bin', tool), ['-version'], { encoding: 'utf8' })).not.toContain('--enable-nonfree');
  });

  it('holds the program and nothing else', () => {
    const strangers = archived.filter((name) => /\.map$|\.tsx?$|\.md$|(^|\/)(tests?|shared|docs|tools|electron|renderer\/src|training)\//.test(name) && !name.startsWith('/node_modules/onnxruntime'));
    expect(strangers).toEqual([]);
    expect([...new Set(archived.filter((name) => name.startsWith('/node_modules/')).map((name) => name.split('/')[2]))].sort()).toEqual(['onnxruntime-common', 'onnxruntime-node']);
    expect([...new Set(archived.map((name) => name.split('/')[1]))].sort()).toEqual(['assets', 'models', 'node_modules', 'out', 'package.json']);
    for (const name of ['/out/main.cjs', '/out/preload.cjs', '/out/engine.cjs', '/out/inference-thread.cjs', ...childEntries.map((entry) => `/out/${entry}.cjs`), '/out/renderer/index.html']) expect(archived).toContain(name);
  });

  it('is of a size that can be told', () => {
    const total = (folder: string): number => filesBelow(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6;
    const [whole, resources] = [total(built.folder), total(built.resources)];
    const largest = filesBelow(built.folder).map((name) => [statSync(join(built.folder, name)).size / 1e6, name] as const).sort(([a], [b]) => b - a).slice(0, 5);
    console.log(`package ${whole.toFixed(0)} MB, of which Electron ${(whole - resources).toFixed(0)} MB; largest: ${largest.map(([size, name]) => `${name} ${size.toFixed(0)}`).join(', ')}`);
    const models = total(join(built.resources, 'app.asar.unpacked/models'));
    expect(models).toBeGreaterThan(10);
    expect(models).toBeLessThan(80);
    expect(resources - models).toBeLessThan(205);
  });

  it('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(built.executable);
    const [off, on] = ['0', '1'].map((value) => value.charCodeAt(0));
    expect(wire[FuseV1Options.RunAsNode]).toBe(off);
    expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(off);
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(off);
    expect(wire[FuseV1Options.EnableCookieEncryption]).toBe(on);
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(on);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(on);
    expect(wire[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]).toBe(off);
    const fileFuse = wire[FuseV1Options.GrantFileProtocolExtraPrivileges];
    // Electrons before 28 have no such fuse.
    if (dist.major >= 28) expect(fileFuse).toBe(off);
  });

  it('does not become a plain Node', () => {
    // An Electron without the fuse would print and end; this one wants to open a window.
    const { stdout } = spawnSync(built.executable, ['-e', 'console.log("as node")'], {
      env: { PATH: process.env['PATH'], ELECTRON_RUN_AS_NODE: '1', DISPLAY: '' }, encoding: 'utf8', timeout: 20_000,
    });
    expect(stdout).not.toContain('as node');
  });

  describe('started', () => {
    let running: Running;
    const clip = (): string => join(built.resources, 'app.asar.unpacked/assets/sample.mp4');
    beforeAll(async () => {
      running = await start(built, [clip()]);
    });
    afterAll(async () => running.close());

    it('shows its own page', async () => {
      expect(await until(30, () => running.evaluate('location.href'))).toBe('app://vovision/');
      expect(await running.evaluate('typeof window.require')).toBe('undefined');
    });

    it('analyses the clip it was given, with its own ffmpeg', async () => {
      const frames = Number(
        execFileSync(join(built.resources, 'bin/ffprobe'), ['-v', 'error', '-count_packets', '-select_streams', 'v', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', clip()], { encoding: 'utf8' }).trim(),
      );
      expect(frames).toBeGreaterThan(100);
      await until(120, async () => {
        const seen = String(await running.evaluate('document.body.innerText'));
        if (!seen.includes('sample.mp4')) throw new Error(`the page shows no clip: ${seen.slice(0, 300)}\n${running.output()}`);
        const files = filesBelow(running.data).filter((name) => name.endsWith('.jsonl'));
        const lines = files.length === 1 ? readFileSync(join(running.data, files[0]!), 'utf8').trim().split('\n') : [];
        if (lines.length < 1 + frames) throw new Error(`${lines.length - 1} of ${frames} frames are analysed (${files.join(', ')}): ${seen.slice(0, 300)}\n${running.output()}`);
        const [manifest, ...results] = lines.map((line) => JSON.parse(line) as { provider?: string; i?: number; d?: number[][] });
        expect(manifest!.provider).toBe('cpu');
        expect(new Set(results.map(({ i }) => i)).size).toBe(frames);
        const sure = results.flatMap(({ d }) => d ?? []).filter((box) => box[4]! > 0.5);
        expect(sure.length).toBeGreaterThan(frames / 2);
      });
    });
  });
});
