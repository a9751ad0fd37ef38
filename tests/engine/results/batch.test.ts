import { appendFile, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { frameIndex, seconds, type DetectionBatch } from '../../../electron/engine/contract/contract.js';
import { frameLine, manifestLine, roundTime, storable } from '../../../electron/engine/results/format.js';
import { readResults } from '../../../electron/engine/results/read.js';
import { ResultStore } from '../../../electron/engine/results/store.js';
import { random, randomBoxes, sampleManifest, temporaryFolder } from './sample.js';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});
const fresh = (): string => join(folder, `results ${++count}.jsonl`);

/** All frames in a map: what a store must answer like. */
class Model {
  readonly #frames = new Map<number, { time: number; boxes: Float32Array }>();

  get count(): number {
    return this.#frames.size;
  }

  add(index: number, time: number, boxes: Float32Array): boolean {
    if (this.#frames.has(index)) return false;
    this.#frames.set(index, { time: roundTime(time), boxes: storable(boxes, 3) });
    return true;
  }

  batch(from: number, to: number): DetectionBatch {
    const frames = [...this.#frames].filter(([index]) => index >= from && index < to).sort(([a], [b]) => a - b);
    const offset = [0];
    for (const [, { boxes }] of frames) offset.push((offset.at(-1) ?? 0) + boxes.length / 6);
    const all = new Float32Array((offset.at(-1) ?? 0) * 6);
    frames.forEach(([, { boxes }], k) => all.set(boxes, (offset[k] ?? 0) * 6));
    return {
      index: Int32Array.from(frames, ([index]) => index),
      time: Float64Array.from(frames, ([, { time }]) => time),
      offset: Int32Array.from(offset),
      boxes: all,
    };
  }
}

/** Equal to the bit; on millions of numbers faster than toEqual. */
const expectSame = (got: DetectionBatch, expected: DetectionBatch): void => {
  for (const name of ['index', 'time', 'offset', 'boxes'] as const) {
    const [a, b] = [got[name], expected[name]].map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    if (a === undefined || b === undefined || !a.equals(b)) expect(got[name]).toEqual(expected[name]);
  }
};

/** A store whose first `frames` frames, of 200 boxes each, are too many to stay in memory. */
const filled = async (frames = 2500): Promise<{ store: ResultStore; model: Model }> => {
  const store = await ResultStore.create(fresh(), sampleManifest());
  const model = new Model();
  const next = random(frames);
  for (let index = 0; index < frames; index++) {
    const boxes = randomBoxes(next, 200);
    await store.append(frameIndex(index), seconds(index / 30), boxes);
    model.add(index, index / 30, boxes);
  }
  await store.flush();
  return { store, model };
};

describe('ResultStore.batch', () => {
  it.each([1, 2, 3, 4, 5, 6])('answers like a map, whatever order things come in (%i)', async (seed) => {
    const next = random(seed * 7919);
    const file = fresh();
    const model = new Model();
    let store = await ResultStore.create(file, sampleManifest());
    const asked: Promise<void>[] = [];
    const ask = (from: number, to: number): void => {
      const expected = model.batch(from, to);
      asked.push(store.batch(from, to).then((batch) => expectSame(batch, expected)));
    };
    let place = 0;
    for (let step = 0; step < 4000; step++) {
      const kind = next();
      if (kind < 0.01) place = Math.floor(next() * 5000);
      if (kind < 0.93) {
        const index = next() < 0.1 ? Math.floor(next() * 5000) : place++;
        const boxes = randomBoxes(next, next() < 0.1 ? 0 : Math.floor(next() * 300));
        if (boxes.length > 0 && next() < 0.05) boxes[0] = -0.001 - next();
        expect(await store.append(frameIndex(index), seconds(index / 29.97), boxes)).toBe(model.add(index, index / 29.97, boxes));
      } else if (kind < 0.97) {
        const from = Math.floor(next() * 5000) - 10;
        ask(from, from + Math.floor(next() ** 3 * 1000));
      } else if (kind < 0.98) {
        await new Promise((resolve) => setTimeout(resolve, next() * 4));
      } else if (kind < 0.99) {
        await store.flush();
      } else if (kind < 0.9925) {
        ask(0, 5000);
        // Closing lets what was asked for be answered.
        await store.close();
        store = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
      }
      expect(store.count).toBe(model.count);
    }
    ask(0, Infinity);
    await Promise.all(asked);
    await store.close();
    const all = model.batch(0, Infinity);
    expectSame((await readResults(file)).batch, all);
    const again = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
    expectSame(await again.batch(0, Number.MAX_SAFE_INTEGER), all);
    await again.close();
  });

  it('answers while frames are being written', async () => {
    const { store, model } = await filled();
    const next = random(11);
    for (let round = 0; round < 10; round++) {
      for (let k = 0; k < 150; k++) {
        const index = 10_000 + round * 150 + k;
        const boxes = randomBoxes(next, 100);
        void store.append(frameIndex(index), seconds(index), boxes);
        model.add(index, index, boxes);
      }
      const expected = model.batch(2000, 11_000);
      const flushed = store.flush();
      const batch = store.batch(2000, 11_000);
      void store.append(frameIndex(5000 + round), seconds(1), randomBoxes(next, 10)).then(() => undefined);
      expectSame(await batch, expected);
      await flushed;
      // Came after the question, so it was not in the answer.
      expect([...(await store.batch(5000 + round, 5001 + round)).index]).toEqual([5000 + round]);
      model.add(5000 + round, 1, storable((await store.batch(5000 + round, 5001 + round)).boxes, 3));
    }
    await store.close();
  });

  it('reads lines in other spellings, with other line breaks, twice there, and very long ones', async () => {
    const file = fresh();
    const next = random(5);
    const model = new Model();
    let text = manifestLine(sampleManifest());
    const put = (index: number, boxes: Float32Array, ending = '\n'): void => {
      text += frameLine(index, index / 8, storable(boxes, 3)).replace('\n', ending);
      model.add(index, index / 8, boxes);
    };
    put(3, randomBoxes(next, 20_000));
    put(4, randomBoxes(next, 3), '\r\n');
    text += '\n\r\n{"t": 5e-1, "i": 6, "d": [[1.0, 2, 3, 4, 0.5, 1]]}\n';
    model.add(6, 0.5, Float32Array.from([1, 2, 3, 4, 0.5, 1]));
    put(3, randomBoxes(next, 2));
    for (let index = 300; index >= 10; index--) put(index, randomBoxes(next, 1500), index % 2 === 0 ? '\r\n' : '\n');
    put(4, randomBoxes(next, 1));
    await writeFile(file, text);
    const store = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
    for (const [from, to] of [[0, 1000], [3, 4], [4, 5], [6, 7], [0, 7], [290, 301], [7, 10]] as const) {
      expectSame(await store.batch(from, to), model.batch(from, to));
    }
    await store.close();
  });

  it('says so when the file was removed or replaced; the newest frames are still there', async () => {
    for (const spoil of [
      (file: string) => rm(file),
      async (file: string) => {
        await writeFile(`${file}.other`, await readFile(file));
        await rename(`${file}.other`, file);
      },
    ]) {
      const { store, model } = await filled();
      await spoil(store.file);
      await expect(store.batch(0, 10)).rejects.toMatchObject({ name: 'UserError', kind: 'bad-input', message: expect.stringContaining(store.file) as string });
      await expect(store.batch(0, Infinity)).rejects.toMatchObject({ name: 'UserError' });
      expectSame(await store.batch(2490, 2600), model.batch(2490, 2600));
      expect(store.analysed()).toEqual([[0, 2499]]);
      await store.close();
    }
  });

  it('says so when the file was cut or written over, rather than answer with something else', async () => {
    const write = async (file: string, text: string, position: number): Promise<void> => {
      const handle = await open(file, 'r+');
      await handle.write(text, position);
      await handle.close();
    };
    const start = manifestLine(sampleManifest());
    const first = Buffer.byteLength(start);
    for (const spoil of [
      (file: string) => truncate(file, first + 1000),
      (file: string) => truncate(file, 0),
      (file: string) => write(file, 'x', first + 100),
      (file: string) => write(file, '{"i":9', first),
      (file: string) => write(file, '{"i":0,"t":9', first),
      (file: string) => write(file, '{"i":0,"t":0,"d":[]}\n', first),
      (file: string) => write(file, `${start.slice(0, -2)}, "more": 1}\n`, 0),
    ]) {
      const { store, model } = await filled(2000);
      await spoil(store.file);
      await expect(store.batch(0, 20)).rejects.toMatchObject({ name: 'UserError', kind: 'bad-input', message: expect.stringContaining('changed') as string });
      expectSame(await store.batch(1990, 2600), model.batch(1990, 2600));
      await store.close();
    }
  });

  it('does not mind what others append, or the mark that the run is complete', async () => {
    const { store, model } = await filled();
    await store.complete();
    await appendFile(store.file, 'noise');
    expectSame(await store.batch(0, 100), model.batch(0, 100));
    await store.close();
  });

  it('stops when it is told to, and answers nothing once closed', async () => {
    const { store } = await filled();
    const abort = new AbortController();
    const batch = store.batch(0, Infinity, abort.signal);
    abort.abort();
    await expect(batch).rejects.toMatchObject({ name: 'AbortError' });
    await store.close();
    await expect(store.batch(0, 1)).rejects.toMatchObject({ name: 'UserError', kind: 'bad-input' });
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Of typed arrays that are in use, or were until a moment ago. */
const megabytes = (): number => process.memoryUsage().arrayBuffers / 1e6;
const megabytesInUse = (): number => {
  collect();
  return megabytes();
};

describe('memory of a ResultStore', () => {
  it('does not grow with what was found', async () => {
    const store = await ResultStore.create(fresh(), sampleManifest());
    const boxes = randomBoxes(random(4), 100);
    const before = megabytesInUse();
    let most = 0;
    for (let index = 0; index < 20_000; index++) {
      await store.append(frameIndex(index), seconds(index / 30), boxes);
      if (index % 200 !== 0) continue;
      most = Math.max(most, megabytes() - before);
      await new Promise(setImmediate);
    }
    await store.flush();
    const kept = megabytesInUse() - before;
    console.log(`${((20_000 * 100 * 24) / 1e6).toFixed(0)} MB of boxes: ${kept.toFixed(1)} MB kept, at most ${most.toFixed(1)} MB with what waits to be collected`);
    expect(kept).toBeLessThan(16);
    expect(most).toBeLessThan(40);
    const { boxes: last } = await store.batch(3, 5);
    expect(last.subarray(0, 600)).toEqual(storable(boxes, 3));
    await store.close();
    await rm(store.file);
  });

  it('opens an hour of 30 frames/s with 10 boxes within a second or so, small on disk and in memory', async () => {
    const file = fresh();
    const store = await ResultStore.create(file, sampleManifest());
    const boxes = randomBoxes(random(1), 10);
    for (let index = 0; index < 108_000; index++) {
      await store.append(frameIndex(index), seconds(index / 30), boxes);
      if (index % 1000 === 0) await new Promise(setImmediate);
    }
    await store.close();
    expect((await stat(file)).size).toBeLessThan(100e6);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const before = megabytesInUse();
      delay.reset();
      delay.enable();
      const started = performance.now();
      const done = await work();
      const took = performance.now() - started;
      delay.disable();
      console.log(`${what}: ${took.toFixed(0)} ms, longest pause ${(delay.max / 1e6).toFixed(1)} ms, ${(megabytesInUse() - before).toFixed(1)} MB`);
      expect(took).toBeLessThan(3000);
      return done;
    };
    const before = megabytesInUse();
    const again = await timed('open', () => ResultStore.openOrResume(file, sampleManifest(), 'refuse'));
    expect(again.count).toBe(108_000);
    expect(megabytesInUse() - before).toBeLessThan(16);
    const part = await timed('a minute', () => again.batch(30_000, 31_800));
    expect(part.boxes).toHaveLength(1800 * 60);
    const all = await timed('all', () => again.batch(0, Infinity));
    expect(all.boxes).toHaveLength(108_000 * 60);
    await again.close();
    const { frames, batch } = await timed('read all', () => readResults(file));
    expect(frames.count).toBe(108_000);
    expect(frames.boxes).toBe(1_080_000);
    expectSame(batch, all);
    await rm(file);
  });
});
