import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boxesOf, frameIndex, seconds } from '../../../electron/engine/contract/contract.js';
import { manifestLine, type Manifest } from '../../../electron/engine/results/format.js';
import { readManifest, readResults } from '../../../electron/engine/results/read.js';
import { ResultStore } from '../../../electron/engine/results/store.js';
import { random, randomBoxes, sampleManifest, temporaryFolder } from './sample.js';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});
const fresh = (): string => join(folder, `results ${++count}.jsonl`);
const linesOf = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).trimEnd().split('\n');
const put = (store: ResultStore, index: number, boxes: readonly number[] = []): Promise<boolean> =>
  store.append(frameIndex(index), seconds(index / 30), Float32Array.from(boxes));
const car = [10, 20, 30.126, 40, 0.87654, 1];

describe('ResultStore', () => {
  it('writes a manifest line and then a line a frame', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    await put(store, 2, car);
    await put(store, 0);
    expect(await put(store, 2)).toBe(false);
    await store.close();
    const [manifest, ...frames] = await linesOf(file);
    expect(JSON.parse(manifest!)).toEqual(sampleManifest());
    expect(frames).toEqual(['{"i":2,"t":0.066666667,"d":[[10,20,30.13,40,0.8765,1]]}', '{"i":0,"t":0,"d":[]}']);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('answers from memory what the file will hold', async () => {
    const store = await ResultStore.create(fresh(), sampleManifest());
    for (const index of [7, 3, 4, 5, 9]) await put(store, index, car);
    expect(store.analysed()).toEqual([[3, 5], [7, 7], [9, 9]]);
    expect(store.has(frameIndex(4))).toBe(true);
    expect(store.has(frameIndex(6))).toBe(false);
    expect(store.nextGap(frameIndex(3), 12)).toEqual([6, 6]);
    const batch = await store.batch(4, 9);
    expect([...batch.index]).toEqual([4, 5, 7]);
    expect([...boxesOf(batch, 2)].map((value) => Number(value.toFixed(4)))).toEqual([10, 20, 30.13, 40, 0.8765, 1]);
    await store.close();
    const again = await readResults(store.file);
    expect(again.batch.boxes.subarray(6, 24)).toEqual(batch.boxes);
    expect([...again.batch.index]).toEqual([3, 4, 5, 7, 9]);
  });

  it('is on the disk within half a second, without being asked', async () => {
    const store = await ResultStore.create(fresh(), sampleManifest());
    await put(store, 0, car);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(store.pending).toBe(0);
    expect(await linesOf(store.file)).toHaveLength(2);
    await store.close();
  });

  it('goes on where it stopped, and cuts off a torn last line', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    for (let index = 0; index < 50; index++) await put(store, index, car);
    await store.close();
    const whole = await readFile(file);
    for (const cut of [1, 2, 17, 40]) {
      await writeFile(file, whole);
      await truncate(file, whole.length - cut);
      expect(await readResults(file)).toMatchObject({ torn: true });
      const resumed = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
      expect(resumed.analysed()).toEqual([[0, 48]]);
      await put(resumed, 49, car);
      await resumed.close();
      expect(await readFile(file)).toEqual(whole);
    }
  });

  it('keeps results of another run apart', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    await put(store, 0, car);
    await store.close();
    const others: Partial<Manifest>[] = [
      { video: { ...sampleManifest().video, identity: 'ef'.repeat(32) } },
      { model: { ...sampleManifest().model, hash: 'ef'.repeat(32) } },
      { minScore: 0.2 },
      { settings: { fit: 'stretch' } },
    ];
    const before = await readFile(file);
    for (const other of others) {
      await expect(ResultStore.openOrResume(file, sampleManifest(other), 'refuse')).rejects.toMatchObject({ kind: 'bad-input' });
      expect(await readFile(file)).toEqual(before);
    }
    const renamed = sampleManifest({ provider: 'cuda', video: { ...sampleManifest().video, name: 'moved.mp4' } });
    const same = await ResultStore.openOrResume(file, renamed, 'refuse');
    expect(same.count).toBe(1);
    await same.close();
    const replaced = await ResultStore.openOrResume(file, sampleManifest(others[0]), 'fresh');
    expect(replaced.count).toBe(0);
    await replaced.close();
  });

  it('replaces other runs of the same video where that is asked, and never those of another one', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    await put(store, 0, car);
    await store.complete();
    await store.close();
    const before = await readFile(file);
    const { video } = sampleManifest();
    for (const other of [{ ...video, identity: 'ef'.repeat(32) }, { ...video, size: video.size + 1 }]) {
      await expect(ResultStore.openOrResume(file, sampleManifest({ video: other }), 'same-video')).rejects.toMatchObject({
        kind: 'bad-input', message: expect.stringContaining(video.name) as string,
      });
      expect(await readFile(file)).toEqual(before);
      expect(existsSync(`${file}.lock`)).toBe(false);
    }
    const replaced = await ResultStore.openOrResume(file, sampleManifest({ minScore: 0.2 }), 'same-video');
    expect(replaced.count).toBe(0);
    await replaced.close();
  });

  it('takes no frame that would make the file one that is not read back', async () => {
    const store = await ResultStore.create(fresh(), sampleManifest());
    store.boxLimit = 3;
    await put(store, 0, car);
    const three = [...car, ...car, ...car];
    await expect(put(store, 1, three)).rejects.toMatchObject({ kind: 'output', message: expect.stringContaining('at most 3 boxes') as string });
    // What is there already is no more than it was.
    await put(store, 0, three);
    await put(store, 2, car);
    await put(store, 3, car);
    await expect(put(store, 4, car)).rejects.toMatchObject({ kind: 'output' });
    await put(store, 5);
    await store.close();
    expect((await readResults(store.file)).frames.stretches()).toEqual([[0, 0], [2, 3], [5, 5]]);
  });

  it('marks a complete run in place, and begins it afresh only if asked', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    await put(store, 0, car);
    await store.complete();
    await store.close();
    expect((await readManifest(file)).complete).toBe(true);
    const kept = await ResultStore.openOrResume(file, sampleManifest(), 'fresh');
    expect(kept.count).toBe(1);
    await kept.close();
    const again = await ResultStore.openOrResume(file, sampleManifest(), 'same-video');
    expect(again.count).toBe(0);
    expect(again.manifest.complete).toBe(false);
    await put(again, 0, car);
    await again.close();
    const continued = await ResultStore.openOrResume(file, sampleManifest(), 'same-video');
    expect(continued.count).toBe(1);
    await continued.close();
  });

  it('leaves a file of a newer version, or no results file, untouched', async () => {
    for (const text of [manifestLine(sampleManifest()).replace('"version":1', '"version":2'), 'my diary\n', '{"format":"coco"}\n', '']) {
      const file = fresh();
      await writeFile(file, text);
      await expect(ResultStore.openOrResume(file, sampleManifest(), 'fresh')).rejects.toMatchObject({ kind: 'bad-input' });
      expect(await readFile(file, 'utf8')).toBe(text);
      expect(existsSync(`${file}.lock`)).toBe(false);
    }
  });

  it('lets one writer have the file, and takes over from a dead one', async () => {
    const file = fresh();
    const first = await ResultStore.create(file, sampleManifest());
    await expect(ResultStore.openOrResume(file, sampleManifest(), 'refuse')).rejects.toMatchObject({ kind: 'output' });
    await put(first, 0, car);
    await first.close();
    // No process has this number: it is above what Linux gives out.
    await writeFile(`${file}.lock`, JSON.stringify({ pid: 99_999_999, host: (await import('node:os')).hostname(), nonce: 'x' }));
    const second = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
    expect(second.count).toBe(1);
    await second.close();
  });

  it('says so when the folder vanishes, keeping what it has in memory', async () => {
    const inner = join(folder, 'vanishing');
    await mkdir(inner);
    const store = await ResultStore.create(join(inner, 'r.jsonl'), sampleManifest());
    await put(store, 0, car);
    await rm(inner, { recursive: true });
    await expect(store.flush()).rejects.toMatchObject({ kind: 'output', message: expect.stringContaining('removed') as string });
    expect(store.failure?.kind).toBe('output');
    await expect(put(store, 1)).rejects.toMatchObject({ kind: 'output' });
    expect(store.has(frameIndex(0))).toBe(true);
    await expect(store.close()).rejects.toMatchObject({ kind: 'output' });
  });

  it.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written (skipped as root, who may write anywhere)', async () => {
    const inner = join(folder, 'read only');
    await mkdir(inner);
    await chmod(inner, 0o500);
    await expect(ResultStore.create(join(inner, 'r.jsonl'), sampleManifest()))
      .rejects.toMatchObject({ kind: 'output', message: expect.stringContaining('permission') as string });
  });

  it('says so when the folder does not exist', async () => {
    await expect(ResultStore.create(join(folder, 'nowhere', 'r.jsonl'), sampleManifest()))
      .rejects.toMatchObject({ kind: 'output', message: expect.stringContaining('does not exist') as string });
  });

  it.skipIf(!existsSync('/dev/full'))('keeps the file valid when the disk is full', async ({ skip }) => {
    const disk = join(folder, 'full');
    await mkdir(disk);
    const mounted = await mount(disk);
    skip(!mounted, 'needs to be root to make a small disk');
    try {
      const store = await ResultStore.create(join(disk, 'r.jsonl'), sampleManifest());
      const next = random(3);
      let failure: unknown = null;
      for (let index = 0; index < 5000 && failure === null; index++) {
        await store.append(frameIndex(index), seconds(index), randomBoxes(next, 20)).catch((error: unknown) => (failure = error));
      }
      expect(failure).toMatchObject({ kind: 'output', message: expect.stringContaining('disk is full') as string });
      await expect(store.close()).rejects.toMatchObject({ kind: 'output' });
      const read = await readResults(store.file);
      expect(read.torn).toBe(false);
      expect(read.frames.count).toBeGreaterThan(500);
    } finally {
      await run('umount', [disk]);
    }
  });

  it('loses at most a second to kill -9', async () => {
    const file = fresh();
    const child = fork(join(import.meta.dirname, 'writer.ts'), [file], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const told: { index: number; at: number }[] = [];
    child.on('message', (message) => told.push(message as { index: number; at: number }));
    while (told.length < 100) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 700));
    const killed = Date.now();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
    const stretches = store.analysed();
    expect(stretches).toHaveLength(1);
    const last = stretches[0]![1];
    const lost = told.filter(({ index }) => index > last);
    const oldest = Math.min(killed, ...lost.map(({ at }) => at));
    console.log(`lost ${lost.length} frames, ${killed - oldest} ms`);
    expect(killed - oldest).toBeLessThan(1000);
    await put(store, last + 1, car);
    await store.close();
    expect((await readResults(file)).frames.count).toBe(last + 2);
  });

  it('can be read while it is written', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    const next = random(2);
    let seen = 0;
    for (let round = 0; round < 20; round++) {
      for (let k = 0; k < 100; k++) await store.append(frameIndex(round * 100 + k), seconds(k), randomBoxes(next, 10));
      const flushed = store.flush();
      const { frames } = await readResults(file);
      expect(frames.count).toBeGreaterThanOrEqual(seen);
      seen = frames.count;
      await flushed;
    }
    await store.close();
    expect((await readResults(file)).frames.count).toBe(2000);
  });
});

describe('readResults', () => {
  it('names the line that is wrong', async () => {
    const file = fresh();
    await writeFile(file, `${manifestLine(sampleManifest())}{"i":0,"t":0,"d":[]}\n{"i":1,"t":0,"d":[[1]]}\n{"i":2,"t":0,"d":[]}\n`);
    await expect(readResults(file)).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining('Line 3 of') as string });
  });

  it('says what the first line is, if it is no manifest', async () => {
    const cases: [string, string][] = [
      ['\n', 'not JSON'],
      [`${JSON.stringify({ format: 'vovision-results', version: 1 })}\n`, 'damaged'],
      [manifestLine(sampleManifest()).replace('0.05', '7'), 'minScore'],
      ['x'.repeat(9 * 2 ** 20), 'too long'],
    ];
    for (const [text, message] of cases) {
      const file = fresh();
      await writeFile(file, text);
      await expect(readResults(file)).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining(message) as string });
    }
    await expect(readResults(join(folder, 'none'))).rejects.toMatchObject({ message: expect.stringContaining('no such file') as string });
    await expect(readResults(folder)).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining('folder') as string });
  });

  it('refuses an endless line without keeping it', async () => {
    const file = fresh();
    await writeFile(file, manifestLine(sampleManifest()));
    await appendFile(file, Buffer.alloc(20 * 2 ** 20));
    await expect(readResults(file)).rejects.toMatchObject({ message: expect.stringContaining('Line 2') as string });
  });

  it('gives the same for every way the last bytes can be cut, or an error, never nonsense', async () => {
    const file = fresh();
    const text = `${manifestLine(sampleManifest())}{"i":0,"t":0,"d":[[1,2,3,4,0.5,1]]}\n{"i":1,"t":0.5,"d":[]}\n`.replace(/[^\n -~]/gu, '?');
    const firstFrame = text.indexOf('\n') + 1;
    for (let length = firstFrame; length <= text.length; length++) {
      await writeFile(file, text.slice(0, length));
      const { frames, end } = await readResults(file);
      expect(frames.count).toBe(text.slice(firstFrame, length).split('\n').length - 1);
      expect(text[end - 1]).toBe('\n');
    }
  });

  it('stops when it is told to', async () => {
    const file = fresh();
    await writeFile(file, manifestLine(sampleManifest()));
    const abort = new AbortController();
    abort.abort();
    await expect(readResults(file, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const run = async (file: string, args: string[]): Promise<boolean> => {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => execFile(file, args, (error) => resolve(error === null)));
};
const mount = async (disk: string): Promise<boolean> =>
  process.getuid?.() === 0 && await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
