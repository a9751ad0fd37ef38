import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { detectorNetwork } from '../../../models/detector/detector.js';
import { findDetector } from '../../../models/detector/rows.js';
import { detectorWeights } from '../../../models/detector/weights.js';
import { createRandom } from '../../../models/networks/random.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { families } from '../../../models/weights/families.js';
import { renameParameters } from '../../../models/weights/layout.js';
import { floatTensor, type FloatType } from '../../../models/weights/numbers.js';
import { packWeights } from '../../../models/weights/pack.js';
import { readSafetensors, writeSafetensors } from '../../../models/weights/safetensors.js';
import { lively } from '../../models/lively.js';
import { answerOf, temporaryFolder, vovision } from './run.js';

let folder = '';
/** A file as CenterMask2 has them: V-19-slim-dw-eSE as a part of a detector. */
let centermask = '';
const prefix = 'backbone.bottom_up.';

const write = async (name: string, family: string, id: string, before: string, type: FloatType = 'F32'): Promise<string> => {
  const { names, members } = families.find((each) => each.id === family)!;
  const network = members.find((each) => each.id === id)!.network({ width: 64, height: 64 });
  const weights = lively(seededWeights(network, 4), 4);
  const tensors = new Map(renameParameters(network, names).map(({ parameter: { name: ours, dims }, theirs }) =>
    [`${before}${theirs ?? ''}`, floatTensor(dims, weights.get(ours)!, type)]));
  if (before !== '') tensors.set('backbone.fpn_lateral3.weight', floatTensor([2], Float32Array.of(1, 2)));
  const path = join(folder, name);
  await writeFile(path, writeSafetensors(tensors, new Map([['format', 'pt']])));
  return path;
};

beforeAll(async () => {
  folder = await temporaryFolder();
  centermask = await write('centermask.safetensors', 'vovnet-detectron2', 'vovnetv2-19-slim-dw', prefix);
});

const run = async (path: string, input: Tensor): Promise<Float32Array> => {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1 });
  try {
    return (await session.run({ image: input }))['stride32']!.data as Float32Array;
  } finally {
    await session.release();
  }
};
const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const apart = (a: Float32Array, b: Float32Array): number => largest(a.map((value, n) => value - b[n]!)) / largest(b);

describe('models weights', () => {
  it('lists tensors, family and the network that fits', async () => {
    const answer = answerOf(await vovision(['models', 'weights', centermask, '--json']));
    expect(answer).toMatchObject({
      file: centermask, metadata: { format: 'pt' },
      sets: [{ family: 'vovnet-detectron2', prefix, nearest: null, fits: [{ id: 'vovnetv2-19-slim-dw', name: 'V-19-slim-dw-eSE', leftOut: ['backbone.fpn_lateral3.weight'], ignored: [] }] }],
    });
    const tensors = answer['tensors'] as { name: string }[];
    expect(tensors.find(({ name }) => name === `${prefix}stem.stem_1/conv.weight`)).toEqual({ name: `${prefix}stem.stem_1/conv.weight`, type: 'F32', dims: [64, 3, 3, 3], bytes: 6912 });
    const { stdout } = await vovision(['models', 'weights', centermask]);
    expect(stdout).toMatch(/backbone\.bottom_up\.stem\.stem_1\/conv\.weight +F32 {3}64 x 3 x 3 x 3\n/);
    expect(stdout).toContain('vovnet-detectron2 and CenterMask2, under “backbone.bottom_up.”: fits vovnetv2-19-slim-dw (V-19-slim-dw-eSE).');
  });

  it('refuses what is no safetensors file', async () => {
    const pickle = join(folder, 'model.pth');
    await writeFile(pickle, Buffer.from('504b03040000080800000000000000000000000000000000', 'hex'));
    const ran = await vovision(['models', 'weights', pickle, '--json']);
    expect(ran.code).toBe(3);
    expect(answerOf(ran)['error']).toMatchObject({ kind: 'bad-input', message: expect.stringContaining('may run code') as string, hint: expect.stringContaining('weights_only=True') as string });
    expect((await vovision(['models', 'weights', join(folder, 'missing')])).code).toBe(3);
    expect((await vovision(['models', 'weights', folder])).code).toBe(3);
    expect((await vovision(['models', 'weights', process.platform === 'win32' ? folder : '/dev/zero'])).stderr).toContain('is no file.');
    expect((await vovision(['models', 'weights'])).code).toBe(2);
  });
});

describe('models build --weights', () => {
  it('takes bytes of red, green, blue, and computes what the weights do with blue, green, red less their mean', async () => {
    const bytes = join(folder, 'bytes.onnx');
    const answer = answerOf(await vovision(['models', 'build', '19-slim-dw-x', '--weights', centermask, '-o', bytes, '--json']));
    expect(answer['error']).toMatchObject({ kind: 'usage', message: 'There is no network “19-slim-dw-x”.' });
    expect(answerOf(await vovision(['models', 'build', '39', '--weights', centermask, '-o', bytes, '--json']))['error']).toMatchObject({
      kind: 'bad-input', message: expect.stringContaining('where there is no vovnet-39.') as string,
    });
    const built = await vovision(['models', 'build', 'v2-19-slim-dw', '--weights', centermask, '--size', '64', '-o', bytes, '--json']);
    expect(answerOf(built)).toMatchObject({
      id: 'vovnetv2-19-slim-dw', stem: 'released', seed: null,
      weights: { family: 'vovnet-detectron2', name: 'V-19-slim-dw-eSE', prefix, pixels: { order: 'bgr', std: [1, 1, 1] }, used: 132, leftOut: ['backbone.fpn_lateral3.weight'], ignored: [] },
    });
    // The same numbers under our names, and the colours turned in the picture in place of the weights.
    const { tensors } = readSafetensors(await readFile(centermask));
    const { names, members } = families.find(({ id }) => id === 'vovnet-detectron2')!;
    const network = members.find(({ id }) => id === 'vovnetv2-19-slim-dw')!.network({ width: 64, height: 64 });
    const own = join(folder, 'own.safetensors');
    await writeFile(own, writeSafetensors(new Map(renameParameters(network, names).map(({ parameter, theirs }) => [parameter.name, tensors.get(`${prefix}${theirs ?? ''}`)!]))));
    const plain = join(folder, 'plain.onnx');
    expect((await vovision(['models', 'build', 'v2-19-slim-dw', '--weights', own, '--size', '64', '--input', 'numbers', '-o', plain])).code).toBe(0);
    const random = createRandom(1, 'picture');
    const picture = Uint8Array.from({ length: 64 * 64 * 3 }, () => Math.floor(random() * 256));
    const mean = [103.53, 116.28, 123.675];
    const planes = Float32Array.from({ length: picture.length }, (_, at) => {
      const channel = Math.floor(at / 4096);
      return picture[(at % 4096) * 3 + (2 - channel)]! - mean[channel]!;
    });
    const wanted = await run(plain, new Tensor('float32', planes, [1, 3, 64, 64]));
    expect(apart(await run(bytes, new Tensor('uint8', picture, [1, 64, 64, 3])), wanted)).toBeLessThan(1e-5);
  });

  it('reads half precision, and says whose the weights are', async () => {
    const file = await write('timm.safetensors', 'timm', 'vovnetv2-19-slim', '', 'BF16');
    const { stdout, code } = await vovision(['models', 'build', 'v2-19-slim', '--weights', file, '-o', join(folder, 'timm.onnx')]);
    expect(code).toBe(0);
    expect(stdout).toContain('2.65 M parameters of ese_vovnet19b_slim (timm (vovnet*, ese_vovnet*))');
    expect(stdout).toContain('103 tensors used');
  });

  it('lists everything that does not fit, and what it fits', async () => {
    const out = join(folder, 'none.onnx');
    const ran = await vovision(['models', 'build', 'v2-19-dw', '--weights', centermask, '-o', out, '--json']);
    expect(ran.code).toBe(3);
    const error = answerOf(ran)['error'] as { message: string; hint: string; details: string[] };
    expect(error.hint).toBe('They fit vovnetv2-19-slim-dw.');
    expect(error.message).toMatch(/^.*: The weights do not fit VoVNetV2-19-dw: 5 missing, \d+ of other dimensions\.\n/);
    const [, missing, misshapen] = /: (\d+) missing, (\d+) of other/.exec(error.message)!;
    expect(error.details).toHaveLength(Number(missing) + Number(misshapen));
    expect(error.message.split('\n')).toHaveLength(14);
    await expect(readFile(out)).rejects.toThrow();
  });

  it('refuses options that contradict the weights', async () => {
    const kindOf = async (...words: string[]): Promise<string> => {
      const ran = await vovision(['models', 'build', 'v2-19-slim-dw', '-o', join(folder, 'no.onnx'), '--json', ...words]);
      const { kind, message } = answerOf(ran)['error'] as { kind: string; message: string };
      return `${kind}: ${message}`;
    };
    expect(await kindOf('--weights', centermask, '--seed', '1')).toContain('usage: --seed is for untrained networks');
    expect(await kindOf('--weights', centermask, '--stem', 'paper')).toContain('usage: --stem is paper; these weights were trained with the released stem.');
    expect(await kindOf('--prefix', 'x.')).toContain('usage: --prefix says which weights');
    expect(await kindOf('--weights', centermask, '--prefix', 'x.')).toContain('Nothing known is under “x.”.');
    expect(await kindOf('--weights', centermask, '--classifier')).toContain('holds no classifier');
  });

  it('writes weights under our names, of which the same network is built again', async () => {
    const own = join(folder, 'ours.safetensors');
    const written = answerOf(await vovision(['models', 'build', 'v2-19-slim-dw', '--weights', centermask, '-o', own, '--json']));
    expect(written).toMatchObject({ id: 'vovnetv2-19-slim-dw', tensors: 132, output: own });
    expect(answerOf(await vovision(['models', 'weights', own, '--json']))).toMatchObject({
      metadata: { network: 'vovnetv2-19-slim-dw', stem: 'released', ese: 'all', identity: 'true', mean: '123.675 116.28 103.53', std: '1 1 1' },
      sets: [{ family: 'vovision', fits: [{ id: 'vovnetv2-19-slim-dw', used: 132 }] }],
    });
    const [one, two] = [join(folder, 'one.onnx'), join(folder, 'two.onnx')];
    await vovision(['models', 'build', 'v2-19-slim-dw', '--weights', centermask, '-o', one]);
    await vovision(['models', 'build', 'v2-19-slim-dw', '--weights', own, '-o', two]);
    const input = new Tensor('uint8', new Uint8Array(224 * 224 * 3).map((_, n) => (n * 7) % 256), [1, 224, 224, 3]);
    expect(await run(two, input)).toEqual(await run(one, input));
    expect((await vovision(['models', 'build', '27-slim', '-o', join(folder, 'x.safetensors'), '--keep-norm'])).code).toBe(2);
  });

  it('recognises the weights of a network with its stem, and those of a detector', async () => {
    const paper = join(folder, 'paper.safetensors');
    await vovision(['models', 'build', '27-slim', '--stem', 'paper', '--seed', '3', '--fp16', '-o', paper]);
    expect(answerOf(await vovision(['models', 'weights', paper, '--json']))).toMatchObject({ metadata: { stem: 'paper' }, sets: [{ fits: [{ id: 'vovnet-27-slim' }] }] });
    const network = detectorNetwork(findDetector('vovdet-nano')!, 3, { width: 320, height: 320 });
    const detector = join(folder, 'detector.safetensors');
    await writeFile(detector, packWeights(network, detectorWeights(network, 1), new Map([['classes', '["a","b","c"]']])));
    expect(answerOf(await vovision(['models', 'weights', detector, '--json']))).toMatchObject({ sets: [{ family: 'vovision', fits: [{ id: 'vovdet-nano' }] }] });
  });

  it('writes the same file each time', async () => {
    const hashes = await Promise.all(['a.onnx', 'b.onnx'].map(async (name) => {
      const path = join(folder, name);
      await vovision(['models', 'build', 'v2-19-slim-dw', '--weights', centermask, '-o', path]);
      return createHash('sha256').update(await readFile(path)).digest('hex');
    }));
    expect(hashes[0]).toBe(hashes[1]);
  });
});
