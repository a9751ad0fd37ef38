import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { formatName, formatVersion, type Manifest } from '../../../electron/engine/results/format.js';

/** A folder of its own for a test file, removed afterwards. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'vovision-results-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const sampleManifest = (change: Partial<Manifest> = {}): Manifest => ({
  format: formatName,
  version: formatVersion,
  video: {
    name: 'street, “früh” 🚲.mp4',
    size: 1_234_567,
    identity: 'ab'.repeat(32),
    display: { width: 1920, height: 1080 },
    timeBase: { num: 1, den: 15_360 },
    firstPts: 0,
    duration: 3600,
    framesPerSecond: 30,
  },
  model: { id: 'six', name: 'Six', hash: 'cd'.repeat(32), classes: ['person', 'car', '__proto__'], input: { width: 320, height: 320 } },
  provider: 'cpu',
  minScore: 0.05,
  runtime: { vovision: '0.1.0', onnxruntime: '1.30.0', ffmpeg: '5.1', node: 'v20' },
  settings: { fit: 'center' },
  createdAt: '2026-11-24T12:00:00.000Z',
  ...change,
});

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
