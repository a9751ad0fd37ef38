import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { displayPx, modelPx } from '../../../electron/engine/contract/contract.js';
import { loadModel } from '../../../electron/engine/inference/cards.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { detectorNetwork } from '../../../models/detector/detector.js';
import { detectorRows, findDetector, usualClasses } from '../../../models/detector/rows.js';
import { normalisation, toDetectorOnnx, toTrainingOnnx } from '../../../models/detector/to-onnx.js';
import { detectorWeights } from '../../../models/detector/weights.js';
import { createRandom } from '../../../models/networks/random.js';
import { parametersOf, type Weights } from '../../../models/networks/weights.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { writeModel } from '../../../models/onnx/write.js';
import { floatTensor } from '../../../models/weights/numbers.js';
import { writeSafetensors } from '../../../models/weights/safetensors.js';
import { answerOf, vovision } from '../cli/run.js';
import { lively } from '../../models/lively.js';

const folder = mkdtempSync(join(tmpdir(), 'detector-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [nano] = detectorRows;

type Numbers = { readonly dims: readonly number[]; readonly data: Float32Array };
const run = async (model: ModelProto | string, input: Tensor): Promise<Record<string, Numbers>> => {
  const session = await InferenceSession.create(typeof model === 'string' ? readFileSync(model) : writeModel(model), { intraOpNumThreads: 1 });
  try {
    return Object.fromEntries(Object.entries(await session.run({ image: input })).map(([name, { dims, data, type }]) => {
      expect(type).toBe('float32');
      return [name, { dims, data: data as Float32Array }];
    }));
  } finally {
    await session.release();
  }
};

const noise = (length: number, seed: number): Uint8Array => {
  const random = createRandom(seed, 'pictures');
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
};

/** Interleaved bytes as normalised planes. */
const normalised = (bytes: Uint8Array, pictures: number, width: number, height: number): Float32Array => {
  const out = new Float32Array(bytes.length);
  const plane = width * height;
  bytes.forEach((byte, at) => {
    const [c, pixel] = [at % 3, Math.floor(at / 3)];
    const [picture, place] = [Math.floor(pixel / plane), pixel % plane];
    out[(picture * 3 + c) * plane + place] = (byte - normalisation.mean[c]!) / normalisation.std[c]!;
  });
  expect(out.length).toBe(pictures * 3 * plane);
  return out;
};

/** Boxes and scores of the raw outputs, as docs and trainer have it: cell by cell. */
const decode = (raw: Record<string, Numbers>, picture: number, classes: number, width: number, height: number) => {
  const boxes: number[] = [];
  const scores: number[] = [];
  for (const stride of [8, 16, 32]) {
    const [columns, rows] = [width / stride, height / stride];
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const value = (name: string, channels: number, c: number): number => raw[name]!.data[((picture * channels + c) * rows + y) * columns + x]!;
        const reach = [0, 1, 2, 3].map((side) => stride * Math.exp(value(`boxes${stride}`, 4, side)));
        const [cx, cy] = [(x + 0.5) * stride, (y + 0.5) * stride];
        boxes.push(Math.max(0, cx - reach[0]!), Math.max(0, cy - reach[1]!), Math.min(width, cx + reach[2]!), Math.min(height, cy + reach[3]!));
        for (let c = 0; c < classes; c++) scores.push(1 / (1 + Math.exp(-value(`classes${stride}`, classes, c))));
      }
    }
  }
  return { boxes, scores };
};

const farthest = (got: ArrayLike<number>, wanted: readonly number[]): number => {
  expect(got.length).toBe(wanted.length);
  return wanted.reduce((most, value, n) => Math.max(most, Math.abs(got[n]! - value)), 0);
};

describe('the graph to use does what the graph to train and plain arithmetic do', () => {
  const sizes = [[256, 256], [320, 192], [640, 640]] as const;
  const starts: readonly (readonly [string, (weights: Weights) => Weights])[] = [['seeded', (weights) => weights], ['as after a training', (weights) => lively(weights, 9)]];
  for (const row of detectorRows) {
    for (const [kind, change] of starts) {
      for (const [width, height] of row === nano ? sizes : sizes.slice(0, 1)) {
        it(`${row.id}, ${width}x${height}, weights ${kind}`, async () => {
          const classes = ['a', 'b', 'c'];
          const network = detectorNetwork(row, classes.length, { width, height });
          const weights = change(detectorWeights(network, 4));
          const pictures = 2;
          const bytes = noise(pictures * width * height * 3, 7);
          // Built for another size: the graph to train takes any.
          const training = toTrainingOnnx(detectorNetwork(row, classes.length, { width: 64, height: 64 }), weights, { classes });
          const raw = await run(training, new Tensor('float32', normalised(bytes, pictures, width, height), [pictures, 3, height, width]));
          const { boxes, scores } = await run(toDetectorOnnx(network, weights, { classes }), new Tensor('uint8', bytes, [pictures, height, width, 3]));
          const cells = (width * height * 21) / 1024;
          expect(boxes!.dims).toEqual([pictures, cells, 4]);
          expect(scores!.dims).toEqual([pictures, cells, 3]);
          for (let picture = 0; picture < pictures; picture++) {
            const wanted = decode(raw, picture, 3, width, height);
            expect(farthest(scores!.data.subarray(picture * cells * 3, (picture + 1) * cells * 3), wanted.scores)).toBeLessThan(1e-4);
            // Of the picture's longer side, since a box may be as large.
            expect(farthest(boxes!.data.subarray(picture * cells * 4, (picture + 1) * cells * 4), wanted.boxes) / Math.max(width, height)).toBeLessThan(1e-4);
          }
          expect(new Set(scores!.data).size).toBeGreaterThan(100);
        });
      }
    }
  }

  it('holds in half precision, as closely as that can', async () => {
    const network = detectorNetwork(nano!, 3, { width: 320, height: 320 });
    const weights = lively(detectorWeights(network, 4), 9);
    const input = new Tensor('uint8', noise(320 * 320 * 3, 7), [1, 320, 320, 3]);
    const classes = ['a', 'b', 'c'];
    const whole = await run(toDetectorOnnx(network, weights, { classes }), input);
    const half = await run(toDetectorOnnx(network, weights, { classes, precision: 'float16' }), input);
    expect(farthest(half['scores']!.data, [...whole['scores']!.data])).toBeLessThan(5e-3);
    expect(farthest(half['boxes']!.data, [...whole['boxes']!.data])).toBeLessThan(2);
  });
});

describe('vovision models build', () => {
  it('writes what the app opens by its card, and recognises without', async () => {
    const path = join(folder, 'nano.onnx');
    const answer = answerOf(await vovision(['models', 'build', 'vovdet-nano', '--size', '320x256', '--seed', '3', '-o', path, '--json']));
    expect(answer).toMatchObject({ id: 'vovdet-nano', seed: 3, weights: null, output: path, card: join(folder, 'nano.json'), input: { width: 320, height: 256 } });
    const loaded = await loadModel(path);
    if (loaded.kind !== 'model') throw new Error('the card was not enough');
    expect(loaded.model.info).toMatchObject({ name: 'VoVDet-nano', head: 'boxes-scores', input: { width: 320, height: 256 } });
    expect(loaded.model.info.classes).toHaveLength(21);

    rmSync(join(folder, 'nano.json'));
    const alone = await loadModel(path);
    if (alone.kind !== 'model') throw new Error('the file was not enough');
    expect(alone.model.card.head.kind).toBe('boxes-scores');
    expect(alone.model.card.classes).toEqual(loaded.model.card.classes);
    expect(alone.model.card.input).toEqual(loaded.model.card.input);
  });

  it('takes trained weights, and finds the same boxes through the app', async () => {
    const classes = ['person', 'kite'];
    const network = detectorNetwork(nano!, 2, { width: 256, height: 256 });
    const weights = new Map(lively(detectorWeights(network, 1), 2));
    const file = join(folder, 'trained.safetensors');
    const tensors = new Map(parametersOf(network).map(({ name, dims }) => [name, floatTensor(dims, weights.get(name)!)]));
    writeFileSync(file, writeSafetensors(tensors, new Map([['classes', JSON.stringify(classes)], ['source', 'Trained on kites.']])));
    const path = join(folder, 'kites.onnx');
    const ran = await vovision(['models', 'build', 'vovdet-nano', '--size', '256', '--weights', file, '-o', path, '--json']);
    expect(answerOf(ran)).toMatchObject({ seed: null, classes });

    const loaded = await loadModel(path);
    if (loaded.kind !== 'model') throw new Error('the card was not enough');
    expect(loaded.model.card.source).toBe('Trained on kites.');
    const pixels = noise(256 * 256 * 3, 11);
    const wanted = await run(path, new Tensor('uint8', pixels, [1, 256, 256, 3]));
    const best = Math.max(...wanted['scores']!.data);
    const at = wanted['scores']!.data.indexOf(best);
    const size = { width: displayPx(256), height: displayPx(256) };
    const fit = letterbox(size, { width: modelPx(256), height: modelPx(256) }, 'top-left', 114);
    const thread = await InferenceThread.start(loaded.model, { provider: 'cpu', threads: 1 });
    const { boxes } = await thread.run(pixels.slice(), fit, 0.05);
    await thread.dispose();
    expect(boxes[4]).toBeCloseTo(best, 5);
    expect(boxes[5]).toBe(at % 2);
    [0, 1, 2, 3].forEach((side) => expect(boxes[side]).toBeCloseTo(wanted['boxes']!.data[Math.floor(at / 2) * 4 + side]!, 2));
  });

  it('says what does not fit', async () => {
    const path = join(folder, 'x.onnx');
    const file = join(folder, 'odd.safetensors');
    writeFileSync(file, writeSafetensors(new Map([['stem.conv1.weight', floatTensor([2], new Float32Array(2))]])));
    const nan = join(folder, 'nan.safetensors');
    const network = detectorNetwork(findDetector('vovdet-nano')!, usualClasses.length, { width: 64, height: 64 });
    const weights = new Map(detectorWeights(network, 1));
    weights.get('stem.conv1.weight')![7] = Number.NaN;
    writeFileSync(nan, writeSafetensors(new Map(parametersOf(network).map(({ name, dims }) => [name, floatTensor(dims, weights.get(name)!)]))));
    const cases: readonly (readonly [words: readonly string[], code: number, message: RegExp])[] = [
      [['--size', '330'], 2, /The width of the picture is 330; it must be a multiple of 32\./],
      // A line for each tensor, as for every other network, and what is to be done.
      [['--weights', file], 3, /stem\.conv1\.weight.* is 2; 16 x 3 x 3 x 3 is needed.*\n.*stem\.conv1\.norm\.scale.* is missing[^]*Name the weights of this detector/],
      [['--weights', '/dev/zero'], 3, /\/dev\/zero is no file/],
      [['--weights', nan], 3, /stem\.conv1\.weight.* holds numbers that are not finite/],
      [['--weights', join(folder, 'none.safetensors')], 3, /cannot be read/],
      [['--classes', 'a,a'], 2, /has “a” twice/],
      [['--stem', 'paper'], 2, /--stem is for plain networks/],
      [['--for-training', '--fp16'], 2, /exclude each other/],
    ];
    for (const [words, code, message] of cases) {
      const ran = await vovision(['models', 'build', 'vovdet-nano', ...words, '-o', path]);
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(message)]);
    }
    const plain = await vovision(['models', 'build', '27-slim', '--for-training', '-o', path]);
    expect([plain.code, plain.stderr]).toEqual([2, expect.stringContaining('--for-training is for detectors')]);
  });
});
