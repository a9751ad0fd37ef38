import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export { sampleManifest } from './manifest.js';

/** A folder of its own for a test file, removed afterwards. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'vovision-results-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** A repeatable random number generator, 0..1. */
export const random = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** Packed boxes inside a 1920 x 1080 picture, of three classes. */
export const randomBoxes = (next: () => number, count: number): Float32Array => {
  const boxes = new Float32Array(count * 6);
  for (let k = 0; k < count; k++) {
    const x = next() * 1700;
    const y = next() * 900;
    boxes.set([x, y, x + next() * 200, y + next() * 150, next(), Math.floor(next() * 3)], k * 6);
  }
  return boxes;
};
