import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../electron/engine/contract/contract.js';
import { loadModel } from '../../../electron/engine/inference/cards.js';
import { buildModel, type GraphScope } from '../../../models/onnx/build.js';
import { TensorProto_DataLocation, TensorProtoSchema, type ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { writeModel } from '../../../models/onnx/write.js';
import { fixedDetector, type FixedDetector } from '../../models/detectors.js';
import { buildMarkModel } from '../../models/mark.js';

const folder = mkdtempSync(join(tmpdir(), 'bad-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const file = (bytes: Uint8Array | string): string => {
  const path = join(folder, `model-${count++}.onnx`);
  writeFileSync(path, bytes);
  return path;
};

const refusal = async (path: string): Promise<string> => {
  const error: unknown = await loadModel(path).then((loaded) => new Error(`It was loaded: ${loaded.kind}.`), (reason: unknown) => reason);
  if (!(error instanceof UserError)) throw error;
  expect(error.kind).toBe('bad-model');
  expect(error.hint).toBeTruthy();
  expect(error.message).toMatch(/^[A-Zm/].*\.$/s);
  return error.message;
};

const picture = { name: 'images', type: 'float32', dims: [1, 3, 64, 64] } as const;
const plain = (output: Partial<FixedDetector['outputs'][number]> = {}, rest: Partial<FixedDetector> = {}): Uint8Array =>
  fixedDetector({ input: picture, outputs: [{ name: 'output', dims: [1, 5], values: [1, 2, 3, 4, 5], ...output }], ...rest });

/** A detector whose weights are in another file. */
const external = (location: string): Uint8Array => {
  const model: ModelProto = buildModel({ name: 'external' }, (graph) => {
    const image = graph.input('images', 'float32', [1, 3, 64, 64]);
    graph.output('output', graph.node('Add', [image, 'weights']), 'float32', [1, 3, 64, 64]);
  });
  model.graph?.initializer.push(create(TensorProtoSchema, {
    name: 'weights', dims: [1n], dataType: 1, dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [{ key: 'location', value: location }, { key: 'length', value: '4' }],
  }));
  return writeModel(model);
};

/** A graph that asks for `size` numbers, many times over, out of a few bytes. */
const greedy = (size: number) => (graph: GraphScope): void => {
  const image = graph.input('images', 'float32', [1, 3, 64, 64]);
  const zero = graph.node('Mul', [graph.node('ReduceMax', [image], { keepdims: { int: 0 } }), graph.constant('float32', [], [0])]);
  const shape = graph.constant('int64', [1], [size]);
  // Each sum is needed by the one after the next, so that none can be given back.
  let sums = [graph.node('Expand', [zero, shape])];
  for (let n = 0; n < 24; n++) sums = [...sums, graph.node('Exp', [sums.at(-1) ?? ''])];
  graph.output('output', graph.node('Concat', sums.map((sum) => graph.node('ReduceMax', [sum], { keepdims: { int: 1 } })), { axis: { int: 0 } }), 'float32', [25]);
};

describe('a file that is no model to use', () => {
  it.each<readonly [string, () => string | Promise<string>, RegExp]>([
    ['is not there', () => join(folder, 'nowhere.onnx'), /There is no model file at .*nowhere\.onnx/],
    ['is a folder', () => folder, /is a folder or a device/],
    ['is empty', () => file(''), /the file is empty/],
    ['is a text', () => file('This is no model.\n'.repeat(40)), /no ONNX model/],
    ['is a picture', () => file(Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, ...Buffer.alloc(500, 7)])), /no ONNX model/],
    ['is a protobuf of something else', () => file(Uint8Array.from([10, 3, 97, 98, 99])), /no ONNX model|no graph/],
    ['has no inputs', () => file(writeModel(buildModel({ name: 'x' }, (graph) => graph.output('y', graph.constant('float32', [1], [1]), 'float32', [1])))), /takes no picture/],
    ['takes text', () => file(fixedDetector({ input: { type: 'int64', dims: [1, 128] }, outputs: [{ name: 'y', dims: [1], values: [1] }] })), /takes no picture/],
    ['takes grey pictures', () => file(plain({}, { input: { ...picture, dims: [1, 1, 64, 64] } })), /three colours/],
    ['takes four pictures at once', () => file(plain({}, { input: { ...picture, dims: [4, 3, 64, 64] } })), /takes 4 pictures at once/],
    ['takes tiny pictures', () => file(plain({}, { input: { ...picture, dims: [1, 3, 4, 64] } })), /side of 4/],
    ['takes huge pictures', () => file(plain({}, { input: { ...picture, dims: [1, 3, 16384, 64] } })), /side of 16384/],
    ['takes doubles', () => file(plain({}, { input: { ...picture, type: 'float64' } })), /neither bytes nor floating-point/],
    ['wants an unknown second input', () => file(plain({}, { more: [{ name: 'prompt', type: 'int64', dims: [1, 8] }] })), /further input 'prompt'/],
    ['classifies', () => file(plain({ name: 'probabilities' })), /names whole pictures/],
    ['segments', () => file(plain({ dims: [1, 2, 8, 8], values: new Float32Array(128) })), /maps/],
    ['is made for another task', () => file(plain({}, { metadata: { task: 'pose' } })), /joints of bodies/],
    ['gives something else', () => file(plain({ dims: [1, 7, 9], values: new Float32Array(63) })), /no detector known here: 'output' 1 x 7 x 9/],
    ['needs a TensorRT plug-in', () => {
      const model = buildModel({ name: 'x' }, (graph) => graph.output('y', graph.node('EfficientNMS_TRT', [graph.input('images', 'float32', [1, 3, 64, 64])]), 'float32', [1, 6]));
      model.graph!.node[0]!.domain = 'TRT';
      return file(writeModel(model));
    }, /operators that ONNX Runtime does not have \(TRT\)/],
    ['uses an operator that does not exist', () => file(writeModel(buildModel({ name: 'x' }, (graph) =>
      graph.output('y', graph.node('Fancy', [graph.input('images', 'float32', [1, 3, 64, 64])]), 'float32', [1, 6])))), /ONNX Runtime cannot run it: .*Fancy/],
    ['has nodes that do not fit together', () => file(writeModel(buildModel({ name: 'x' }, (graph) =>
      graph.output('y', graph.node('MatMul', [graph.input('images', 'float32', [1, 3, 64, 64]), graph.constant('float32', [3, 3], new Float32Array(9))]), 'float32', [1, 6])))), /ONNX Runtime cannot run it/],
    ['keeps weights above its folder', () => file(external('../../etc/passwd')), /outside the model's folder/],
    ['keeps weights at an absolute path', () => file(external('/etc/passwd')), /outside the model's folder/],
    ['keeps weights on a Windows drive', () => file(external('C:\\secrets')), /outside the model's folder/],
    ['keeps weights in a file that is missing', () => file(external('weights.bin')), /weights\.bin, which is not beside it/],
    ['keeps weights behind a link', () => {
      symlinkSync('/etc/hostname', join(folder, 'linked.bin'));
      return file(external('linked.bin'));
    }, /leads out of the model's folder/],
    ['declares a tensor beyond reason', () => file(plain({ declared: [1, 2 ** 40, 2 ** 40] })), /would have .* elements/],
    ['has a card for another file', async () => {
      const path = await buildMarkModel(join(folder, 'changed'));
      writeFileSync(path, Buffer.concat([readFileSync(path), Uint8Array.from([0x32, 0])]));
      return path;
    }, /not the file its card describes/],
    ['has a card that is no JSON', async () => {
      const path = await buildMarkModel(join(folder, 'no-json'));
      writeFileSync(path.replace('.onnx', '.json'), '{"version": 1,');
      return path;
    }, /card mark\.json cannot be used: it is no JSON/],
    ['has a card with mistakes', async () => {
      const path = await buildMarkModel(join(folder, 'mistaken'));
      const card = path.replace('.onnx', '.json');
      writeFileSync(card, readFileSync(card, 'utf8').replace('"width": 320', '"width": -3').replace('"scores": "scores"', '"points": "scores"'));
      return path;
    }, /input\.width: .*head\.outputs\.scores: the boxes and scores head needs this output/s],
    ['has a card that names an output it lacks', async () => {
      const path = await buildMarkModel(join(folder, 'lacking'));
      const card = path.replace('.onnx', '.json');
      writeFileSync(card, readFileSync(card, 'utf8').replace('"scores": "scores"', '"scores": "points"'));
      return path;
    }, /names an output 'points'/],
  ])('one that %s', async (_, make, message) => {
    expect(await refusal(await make())).toMatch(message);
  });

  it('takes weights from a file beside it', async () => {
    mkdirSync(join(folder, 'beside'));
    writeFileSync(join(folder, 'beside', 'weights.bin'), new Float32Array([1]));
    const path = join(folder, 'beside', 'model.onnx');
    writeFileSync(path, external('weights.bin'));
    expect(await refusal(path)).toMatch(/maps/);
  });

  it('one that wants gigabytes is stopped in its child', async () => {
    const path = file(writeModel(buildModel({ name: 'greedy' }, greedy(2 ** 28))));
    expect(await refusal(path)).toMatch(/wants more than 4 GB of memory/);
  });

  it('one that wants more than any machine has', async () => {
    const path = file(writeModel(buildModel({ name: 'greedy' }, greedy(2 ** 44))));
    expect(await refusal(path)).toMatch(/ran out of memory|wants more than 4 GB/);
  });

  it('the shipped model cut off anywhere, or with bytes changed', async () => {
    const bytes = readFileSync('tests/models/zoo/first-256.onnx');
    for (const share of [0.001, 0.3, 0.9, 0.99999]) {
      const path = file(bytes);
      truncateSync(path, Math.floor(bytes.length * share));
      expect(await refusal(path)).toMatch(/damaged or cut off|no ONNX model|no graph/);
    }
    const path = file(bytes);
    copyFileSync('tests/models/zoo/first-256.json', path.replace('.onnx', '.json'));
    bytes[bytes.length >> 1]! ^= 0xff;
    writeFileSync(path, bytes);
    expect(await refusal(path)).toMatch(/not the file its card describes/);
    expect(existsSync(path)).toBe(true);
  });
});
