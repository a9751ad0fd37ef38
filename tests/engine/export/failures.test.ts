import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, link, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportClip, type ClipProgress, type ExportRequest } from '../../../electron/engine/export/annotate.js';
import { previewStill } from '../../../electron/engine/export/preview.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import type { MediaTools, VideoFile } from '../../../electron/engine/media/types.js';
import { fixture } from '../../fixtures/fixtures.js';
import { boxAt, boxError, classes, findGreen, fontsFolder, options, pictures, tableOf, temporaryFolder, trueMarks } from './helpers.js';

let folder = '';
let tools: MediaTools;
let video: VideoFile;
let request: Omit<ExportRequest, 'output'>;
const message = (text: string): unknown => expect.stringContaining(text);
const hashOf = async (path: string): Promise<string> => createHash('sha256').update(await readFile(path)).digest('hex');

beforeAll(async () => {
  folder = await temporaryFolder();
  tools = await locateTools();
  const source = join(folder, 'source.mp4');
  await copyFile(await fixture('sync'), source);
  video = await probeVideo(source, tools);
  request = { video, tools, results: trueMarks(video, await tableOf(video, tools)), classes, options: options(), fontsFolder };
});

describe('exportClip', () => {
  it('never writes to the source, by whatever name it goes', async () => {
    const before = await hashOf(video.path);
    await link(video.path, join(folder, 'hard.mp4'));
    await symlink(video.path, join(folder, 'soft.mp4'));
    for (const output of [video.path, join(folder, '.', 'x', '..', 'source.mp4'), join(folder, 'hard.mp4'), join(folder, 'soft.mp4')]) {
      await expect(exportClip({ ...request, output })).rejects.toMatchObject({ kind: 'usage', message: message('never written to') });
    }
    expect(await hashOf(video.path)).toBe(before);
  });

  it.each([
    ['clip.avi', 'h264', 'cannot be written as “.avi”'],
    ['clip', 'h264', 'cannot be written as'],
    ['clip.webm', 'h264', 'cannot hold H.264'],
    ['clip.mp4', 'prores', 'cannot hold ProRes'],
    ['clip.mov', 'vp9', 'cannot hold VP9'],
  ] as const)('refuses %s with %s', async (name, codec, reason) => {
    const output = join(folder, name);
    await expect(exportClip({ ...request, options: options({ codec }), output })).rejects.toMatchObject({ kind: 'usage', message: message(reason) });
  });

  it('refuses a part without frames, a folder, and a folder that is not there', async () => {
    const empty = options({ start: 5.001 as never, end: 5.002 as never });
    await expect(exportClip({ ...request, options: empty, output: join(folder, 'e.mp4') })).rejects.toMatchObject({ kind: 'usage', message: message('no frame') });
    await mkdir(join(folder, 'folder.mp4'));
    await expect(exportClip({ ...request, output: join(folder, 'folder.mp4') })).rejects.toMatchObject({ kind: 'usage', message: message('is a folder') });
    await expect(exportClip({ ...request, output: join(folder, 'no', 'c.mp4') })).rejects.toMatchObject({ kind: 'output', message: message('does not exist') });
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written (skipped as root, who may write anywhere)', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    await expect(exportClip({ ...request, output: join(closed, 'c.mp4') })).rejects.toMatchObject({ kind: 'output', message: message('permission') });
  });

  it('leaves no half file, and an old clip as it was, when it is cancelled', async () => {
    const output = join(folder, 'cancelled.mp4');
    await writeFile(output, 'the clip from before');
    const abort = new AbortController();
    let reports = 0;
    const clip = exportClip({
      ...request, options: options({ codec: 'hevc' }), output, signal: abort.signal,
      onProgress: () => {
        reports++;
        abort.abort();
      },
    });
    await expect(clip).rejects.toMatchObject({ name: 'AbortError' });
    expect(reports).toBeGreaterThan(0);
    expect(await readFile(output, 'utf8')).toBe('the clip from before');
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
    abort.abort();
    await expect(exportClip({ ...request, output, signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('says so when the disk is full, and leaves nothing there', async ({ skip }) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    skip(process.getuid?.() !== 0 || !(await succeeds('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])), 'needs to be root to make a small disk');
    try {
      for (const [name, codec] of [['c.mp4', 'h264'], ['c.mkv', 'h264'], ['c.webm', 'vp9']] as const) {
        await expect(exportClip({ ...request, options: options({ codec }), output: join(disk, name) }))
          .rejects.toMatchObject({ kind: 'output', message: message('disk is full') });
        expect(await readdir(disk)).toEqual([]);
      }
    } finally {
      await succeeds('umount', [disk]);
    }
  });

  it('tells how far it is, and never holds up the event loop', async () => {
    const told: ClipProgress[] = [];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const summary = await exportClip({ ...request, output: join(folder, 'progress.mp4'), onProgress: (progress) => told.push(progress) });
    delay.disable();
    console.log(`longest pause ${(delay.max / 1e6).toFixed(1)} ms`);
    expect(summary.frames).toBe(300);
    expect(told.at(-1)).toMatchObject({ framesDone: 300, framesTotal: 300, encoder: summary.encoder });
    expect(told.every(({ framesDone }, k) => k === 0 || framesDone >= told[k - 1]!.framesDone)).toBe(true);
    expect(delay.max / 1e6).toBeLessThan(60);
  });
});

describe('previewStill', () => {
  it('shows the frame as the clip does', async () => {
    const png = join(folder, 'still.png');
    const index = 151;
    const still = await previewStill({ ...request, time: (index / 30) as never, width: 640 });
    await writeFile(png, still);
    const [pixels] = await pictures(png, tools, 640, 360);
    expect(boxError(findGreen(pixels!, 640, 360), boxAt(index, 640, 360))).toBeLessThanOrEqual(2);
  });

  it('comes in any size, with labels, from the first and the last frame', async () => {
    for (const time of [0, 299 / 30]) {
      const still = await previewStill({ ...request, options: options({ labels: true, scores: true }), time: time as never, width: 200 });
      expect(Buffer.from(still.subarray(1, 4)).toString()).toBe('PNG');
      expect([Buffer.from(still).readUInt32BE(16), Buffer.from(still).readUInt32BE(20)]).toEqual([200, 113]);
    }
  });

  it('says so where there is no frame', async () => {
    await expect(previewStill({ ...request, time: 99 as never, width: 200 })).rejects.toMatchObject({ kind: 'bad-input' });
  });
});

const succeeds = (file: string, args: string[]): Promise<boolean> =>
  new Promise((resolve) => execFile(file, args, (error) => resolve(error === null)));
