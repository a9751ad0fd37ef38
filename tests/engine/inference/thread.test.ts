import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { displayPx, modelPx, UserError } from '../../../electron/engine/contract/contract.js';
import { listModels, loadModel } from '../../../electron/engine/inference/cards.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import type { Model, ModelCard } from '../../../electron/engine/inference/types.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { buildModel } from '../../../models/onnx/build.js';
import { writeModelFile } from '../../models/files.js';
import { buildMarkModel } from '../../models/mark.js';

const folder = mkdtempSync(join(tmpdir(), 'thread-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mark = async (): Promise<Model> => {
  const loaded = await loadModel(await buildMarkModel(folder));
  if (loaded.kind !== 'model') throw new Error('The mark model was not read.');
  return loaded.model;
};
const trained = async (): Promise<Model> => {
  const [model] = await listModels('tests/models/zoo', join(folder, 'none'));
  if (!model) throw new Error('There is no model.');
  return model;
};
const same = letterbox({ width: displayPx(320), height: displayPx(192) }, { width: modelPx(320), height: modelPx(192) }, 'top-left', 114);

/** A grey picture with one red square of 16 pixels at x, 40. */
const square = (x: number): Uint8Array<ArrayBuffer> => {
  const pixels = new Uint8Array(320 * 192 * 3).fill(128);
  for (let row = 40; row < 56; row++) for (let column = x; column < x + 16; column++) pixels.set([255, 0, 0], (row * 320 + column) * 3);
  return pixels;
};

describe('the inference thread', () => {
  it('serves many frames at once in their order, each with its own buffer handed back', async () => {
    const thread = await InferenceThread.start(await mark(), { provider: 'cpu', threads: 1 });
    const order: number[] = [];
    const results = await Promise.all(Array.from({ length: 40 }, async (_, n) => {
      const pixels = square(n * 7);
      const wait = thread.run(pixels, same, 0.5);
      expect(pixels.byteLength).toBe(0);
      const result = await wait;
      order.push(n);
      return result;
    }));
    expect(order).toEqual(Array.from({ length: 40 }, (_, n) => n));
    results.forEach(({ boxes, pixels, times }, n) => {
      expect([...boxes].map((value) => Math.round(value))).toEqual([n * 7, 40, n * 7 + 16, 56, 1, 0]);
      expect(Buffer.compare(pixels, square(n * 7))).toBe(0);
      expect(Math.min(times.preprocess, times.inference, times.postprocess)).toBeGreaterThanOrEqual(0);
    });
    await thread.dispose();
    await expect(thread.run(square(0), same, 0.5)).rejects.toThrow('was closed');
  });

  it('finishes what is under way before it closes', async () => {
    const thread = await InferenceThread.start(await mark(), { provider: 'cpu', threads: 1 });
    const waits = [1, 2, 3].map((n) => thread.run(square(n), same, 0.5));
    expect(thread.outstanding).toBe(3);
    await thread.dispose();
    await thread.dispose();
    expect((await Promise.all(waits)).map(({ boxes }) => boxes.length)).toEqual([6, 6, 6]);
    expect(thread.outstanding).toBe(0);
  });

  it('says in a sentence why a provider cannot be had', async () => {
    const error: unknown = await InferenceThread.start(await mark(), { provider: 'dml', threads: null }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ kind: 'provider', message: 'This build of ONNX Runtime does not contain it.' });
  }, process.platform === 'win32' ? 0 : undefined);

  it('loses only the frame that a model fails on', async () => {
    // Looks a table up with the first pixel: 0 to 9 are in it, all else is an error at run time.
    const card: ModelCard = {
      version: 1, name: 'fragile', classes: ['x'], licence: null, source: null, hash: '0'.repeat(64),
      input: { name: 'image', width: 16, height: 16, layout: 'nhwc', type: 'uint8', colour: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], fit: 'stretch', pad: 0 },
      head: { kind: 'boxes-scores', outputs: { boxes: 'boxes', scores: 'scores' } },
    };
    const model = await writeModelFile(join(folder, 'fragile.onnx'), card, buildModel({ name: 'fragile' }, (graph) => {
      const image = graph.input('image', 'uint8', [1, 16, 16, 3]);
      const ints = (...values: number[]) => graph.constant('int64', [values.length], values);
      const first = graph.node('Slice', [graph.node('Reshape', [graph.node('Cast', [image], { to: { int: 7 } }), ints(-1)]), ints(0), ints(1)]);
      const looked = graph.node('Gather', [graph.constant('float32', [10], Array.from({ length: 10 }, (_, n) => n / 10)), first]);
      graph.output('scores', graph.node('Reshape', [looked, ints(1, 1, 1)]), 'float32', [1, 1, 1]);
      graph.output('boxes', graph.constant('float32', [1, 1, 4], [1, 2, 3, 4]), 'float32', [1, 1, 4]);
    }));
    const thread = await InferenceThread.start(model, { provider: 'cpu', threads: 1 });
    const fit = letterbox({ width: displayPx(16), height: displayPx(16) }, { width: modelPx(16), height: modelPx(16) }, 'stretch', 0);
    const outcomes = await Promise.allSettled([5, 200, 7].map((value) => thread.run(new Uint8Array(16 * 16 * 3).fill(value), fit, 0.1)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { kind: 'bad-model', message: expect.stringMatching(/^The model failed on a frame: /) as string } });
    expect(outcomes[2]?.status === 'fulfilled' && outcomes[2].value.boxes[4]).toBeCloseTo(0.7, 6);
    await thread.dispose();
  });

  it('tells when an answer does not come', async () => {
    let told = 0;
    // One whose answer takes several milliseconds on any machine.
    const thread = await InferenceThread.start(await trained(), { provider: 'cpu', threads: 1 }, { hangAfter: 1, onHang: (milliseconds) => { told = milliseconds; } });
    await thread.run(new Uint8Array(256 * 256 * 3), letterbox({ width: displayPx(256), height: displayPx(256) }, { width: modelPx(256), height: modelPx(256) }, 'top-left', 114), 0.5);
    expect(told).toBe(1);
    await thread.dispose();
  });
});

const clip = '../shared/clips/car-detection.mp4';
describe.skipIf(!existsSync(clip))(`a trained model (needs ${clip})`, () => {
  it('finds the one white car, and nothing where all is grey', async () => {
    const model = await trained();
    const thread = await InferenceThread.start(model, { provider: 'cpu', threads: 1 });
    const fit = letterbox({ width: displayPx(768), height: displayPx(432) }, { width: modelPx(256), height: modelPx(256) }, 'top-left', 114);
    const raw = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-ss', '5', '-i', clip, '-frames:v', '1', '-vf',
      'scale=256:144:flags=bilinear,format=rgb24,pad=256:256:0:0:0x727272', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
    const { boxes, pixels } = await thread.run(new Uint8Array(raw), fit, 0.5);
    expect(boxes.length).toBe(6);
    // Scaling differs by a grey level or two between versions of ffmpeg.
    [281, 296, 462, 432].forEach((value, k) => expect(Math.abs((boxes[k] ?? 0) - value)).toBeLessThan(4));
    expect(Math.abs((boxes[4] ?? 0) - 0.78)).toBeLessThan(0.04);
    expect(model.card.classes[boxes[5] ?? -1]).toBe('car');
    expect((await thread.run(pixels.fill(114), fit, 0.3)).boxes.length).toBe(0);
    await thread.dispose();
  });
});
