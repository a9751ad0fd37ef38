import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { fileCost } from '../../../models/cost/file-cost.js';
import { networkCost } from '../../../models/cost/cost.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { findVariant } from '../../../models/networks/variants.js';
import { vovnet } from '../../../models/networks/vovnet.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { buildModel, type GraphScope, type Value } from '../../../models/onnx/build.js';
import { ValueInfoProtoSchema, type ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { modelInputs, readModel } from '../../../models/onnx/read.js';
import { inferShapes } from '../../../models/onnx/shapes/infer.js';
import { writeModel } from '../../../models/onnx/write.js';
import { shared } from '../cli/run.js';

const folder = mkdtempSync(join(tmpdir(), 'shapes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dimsOf = (model: ModelProto): Map<string, number[]> =>
  new Map(modelInputs(model).map(({ name, dims }) => [name, dims!.map((dim) => (typeof dim === 'number' ? dim : 1))]));

/** Holds every value between nodes against what onnxruntime makes of it; gives how many there were. */
const compare = async (model: ModelProto): Promise<number> => {
  const inputs = dimsOf(model);
  const shapes = inferShapes(model, inputs);
  const told = new Set(model.graph!.output.map(({ name }) => name));
  for (const name of model.graph!.node.flatMap(({ output }) => output)) {
    if (name !== '' && !told.has(name)) model.graph!.output.push(create(ValueInfoProtoSchema, { name }));
  }
  const path = join(folder, 'all.onnx');
  writeFileSync(path, writeModel(model));
  const session = await InferenceSession.create(path, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const feeds = Object.fromEntries(modelInputs(model).map(({ name, type }) => {
    const dims = inputs.get(name)!;
    const size = dims.reduce((product, dim) => product * dim, 1);
    return [name, type === 'uint8' ? new Tensor('uint8', new Uint8Array(size), dims) : new Tensor('float32', new Float32Array(size), dims)];
  }));
  const outputs = await session.run(feeds);
  await session.release();
  for (const [name, { dims, type, data }] of Object.entries(outputs)) {
    const found = shapes.get(name);
    expect([name, found?.dims]).toEqual([name, dims]);
    if (found?.values && type === 'int64') expect(found.values).toEqual(Array.from(data as BigInt64Array, Number));
  }
  return Object.keys(outputs).length;
};

describe('shapes are those of onnxruntime', () => {
  const foreign = join(shared, 'models/foreign-face-slim-320.onnx');
  it.for([['tests/models/zoo/first-256.onnx', 261], [foreign, 217]] as const)('%s', async ([path, count], { skip }) => {
    if (!existsSync(path)) skip(`${path} is not here`);
    expect(await compare(readModel(new Uint8Array(readFileSync(path))))).toBe(count);
  });

  it.each(['27-slim', 'v2-19-slim-dw', 'v2-39'])('%s', async (id) => {
    const network = vovnet(findVariant(id)!, { width: 75, height: 51 });
    await compare(toOnnx(network, seededWeights(network, 1), { keepNorm: true }));
  });

  const ints = (graph: GraphScope, ...values: number[]): Value => graph.constant('int64', [values.length], values);
  const nothing = '';
  const cases: readonly (readonly [string, (graph: GraphScope, x: Value) => unknown])[] = [
    ['pooling', (g, x) => {
      for (const [k, s, p] of [[2, 2, 0], [3, 2, 1], [3, 3, 0], [2, 3, 1]] as const) {
        const window = { kernel_shape: { ints: [k, k] }, strides: { ints: [s, s] }, pads: { ints: [p, p, p, p] } };
        for (const ceil of [0, 1]) g.node('MaxPool', [x], { ...window, ceil_mode: { int: ceil } });
      }
      g.node('AveragePool', [x], { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, auto_pad: { string: 'SAME_UPPER' } });
      g.node('MaxPool', [x], { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, auto_pad: { string: 'VALID' }, dilations: { ints: [2, 2] } });
    }],
    ['convolutions', (g, x) => {
      const w = g.constant('float32', [6, 2, 3, 3], new Float32Array(108));
      g.node('Conv', [x, w], { group: { int: 2 }, dilations: { ints: [2, 1] }, strides: { ints: [1, 2] }, pads: { ints: [1, 0, 2, 1] } });
      g.node('Conv', [x, w], { group: { int: 2 }, auto_pad: { string: 'SAME_LOWER' }, strides: { ints: [2, 2] } });
      const t = g.constant('float32', [4, 3, 3, 3], new Float32Array(108));
      g.node('ConvTranspose', [x, t], { group: { int: 2 }, strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] }, output_padding: { ints: [1, 0] } });
    }],
    ['slices', (g, x) => {
      for (const [from, to, step] of [[0, 3, 1], [-3, 100, 1], [5, 0, -2], [-1, -100, -1], [3, 3, 1], [100, 2, -1]] as const) {
        g.node('Slice', [x, ints(g, from), ints(g, to), ints(g, 3), ints(g, step)]);
        const list = g.node('Shape', [g.node('Concat', [x, x], { axis: { int: 1 } })]);
        g.node('Slice', [list, ints(g, from), ints(g, to), nothing, ints(g, step)]);
      }
    }],
    ['shapes put together', (g, x) => {
      const shape = g.node('Shape', [x]);
      const channels = g.node('Gather', [shape, g.constant('int64', [], [-3])]);
      const list = g.node('Concat', [ints(g, 0), g.node('Unsqueeze', [g.node('Mul', [channels, g.constant('int64', [], [3])]), ints(g, 0)]), ints(g, -1)], { axis: { int: 0 } });
      g.node('Reshape', [x, g.node('Div', [g.node('Squeeze', [g.node('Slice', [g.node('Unsqueeze', [list, ints(g, 0)]), ints(g, 0), ints(g, 1), ints(g, 0)]), ints(g, 0)]), ints(g, 1, 3, 1)])]);
      g.node('Expand', [g.constant('float32', [1], [0]), shape]);
      g.node('Tile', [x, ints(g, 1, 2, 1, 3)]);
    }],
    ['what changes rank', (g, x) => {
      g.node('Flatten', [x], { axis: { int: 2 } });
      g.node('Transpose', [x], {});
      g.node('ReduceMean', [x], { axes: { ints: [-1, 1] }, keepdims: { int: 0 } });
      g.node('ReduceSum', [x, ints(g, 2)]);
      g.node('ReduceMax', [x], { keepdims: { int: 0 } });
      g.node('ArgMax', [x], { axis: { int: 1 }, keepdims: { int: 0 } });
      g.split('Split', [x, ints(g, 1, 3)], 2, { axis: { int: 1 } });
      g.split('TopK', [x, ints(g, 3)], 2, {});
    }],
    ['sizes', (g, x) => {
      g.node('Resize', [x, nothing, g.constant('float32', [4], [1, 1, 2, 1.5])], { mode: { string: 'nearest' } });
      g.node('Resize', [x, nothing, nothing, ints(g, 1, 4, 20, 21)], { mode: { string: 'linear' } });
      g.node('Pad', [x, ints(g, 0, 0, 1, 2, 0, 0, 3, 0)]);
    }],
    ['products', (g, x) => {
      g.node('MatMul', [x, g.constant('float32', [11, 5], new Float32Array(55))]);
      g.node('MatMul', [x, g.constant('float32', [11], new Float32Array(11))]);
      const flat = g.node('Flatten', [x], { axis: { int: 1 } });
      g.node('Gemm', [flat, g.constant('float32', [2, 396], new Float32Array(792))], { transB: { int: 1 } });
      g.node('Gemm', [flat, g.constant('float32', [1, 3], new Float32Array(3))], { transA: { int: 1 } });
      g.node('Mul', [x, g.constant('float32', [4, 1, 1], [1, 2, 3, 4])]);
    }],
    ['numbers as bytes', (g, x) => {
      const [scale, zero, signed] = [g.constant('float32', [], [0.1]), g.constant('uint8', [], [128]), g.constant('int8', [], [0])];
      const bytes = g.node('QuantizeLinear', [x, scale, zero]);
      g.node('DequantizeLinear', [bytes, scale, zero]);
      g.split('DynamicQuantizeLinear', [x], 3, {});
      const w = g.constant('int8', [6, 2, 3, 3], Int8Array.from({ length: 108 }, (_, n) => n - 54));
      const window = { group: { int: 2 }, strides: { ints: [2, 1] }, pads: { ints: [1, 0, 1, 2] } };
      g.node('QLinearConv', [bytes, scale, zero, w, scale, signed, scale, zero, g.constant('int32', [6], [-3, -2, -1, 0, 1, 70_000])], window);
      g.node('ConvInteger', [bytes, g.constant('uint8', [6, 2, 3, 3], new Uint8Array(108)), zero], window);
      const m = g.constant('uint8', [11, 5], new Uint8Array(55));
      g.node('QLinearMatMul', [bytes, scale, zero, m, scale, zero, scale, zero]);
      g.node('MatMulInteger', [bytes, m, zero]);
    }],
    ['onnxruntime’s own', (g, x) => {
      const [scale, zero] = [g.constant('float32', [], [0.1]), g.constant('uint8', [], [128])];
      const bytes = g.node('QuantizeLinear', [x, scale, zero]);
      const few = g.node('QuantizeLinear', [g.constant('float32', [4, 1, 1], [1, 2, 3, 4]), scale, zero]);
      for (const operator of ['QLinearAdd', 'QLinearMul']) g.node(operator, [bytes, scale, zero, few, scale, zero, scale, zero], {}, `runtime ${operator}`);
      for (const operator of ['QLinearSigmoid', 'QLinearLeakyRelu', 'QLinearGlobalAveragePool']) g.node(operator, [bytes, scale, zero, scale, zero], {}, `runtime ${operator}`);
      g.node('FusedConv', [x, g.constant('float32', [6, 4, 3, 3], new Float32Array(216))], { strides: { ints: [2, 2] }, activation: { string: 'Relu' } }, 'runtime FusedConv');
    }],
  ];
  it.each(cases)('%s', async (_, compose) => {
    const model = buildModel({ name: 'case' }, (graph) => {
      const x = graph.input('x', 'float32', [1, 4, 9, 11]);
      compose(graph, x);
      graph.output('y', x, 'float32', [1, 4, 9, 11]);
    });
    for (const node of model.graph!.node.filter(({ name }) => name.startsWith('runtime '))) node.domain = 'com.microsoft';
    model.opsetImport.push({ $typeName: 'onnx.OperatorSetIdProto', domain: 'com.microsoft', version: 1n });
    expect(await compare(model)).toBe(new Set(model.graph!.node.flatMap(({ output }) => output)).size);
  });
});

describe('cost of a file', () => {
  it('is that of the network it was made from', () => {
    for (const id of ['27-slim', 'v2-19-dw', 'v2-39']) {
      const network = vovnet(findVariant(id)!, { width: 96, height: 64 });
      const model = toOnnx(network, seededWeights(network, 1), { keepNorm: true, input: 'numbers' });
      const file = fileCost(model, new Map([['image', [1, 3, 64, 96]]]));
      const wanted = networkCost(network);
      expect(file.unknown).toEqual([]);
      const convs = file.layers.filter(({ operator }) => operator === 'Conv');
      expect(convs.map(({ multiplyAdds }) => multiplyAdds)).toEqual(wanted.layers.map(({ multiplyAdds }) => multiplyAdds));
      convs.forEach((conv, n) => {
        const layer = wanted.layers[n]!;
        const bias = layer.name.endsWith('ese.conv') ? layer.output.channels : 0;
        expect(conv.memoryAccess).toBe(layer.memoryAccess + bias);
        expect(conv.memoryAccessBound).toBeCloseTo(layer.memoryAccessBound + bias, 3);
      });
      // The file also holds a mean and a variance for each normalised channel.
      const norms = file.layers.filter(({ operator }) => operator === 'BatchNormalization').reduce((sum, { output }) => sum + output[1]!, 0);
      expect(file.parameters).toBe(wanted.parameters + 2 * norms);
    }
  });

  it('leaves out what depends on the data, and says so', () => {
    const model = buildModel({ name: 'data' }, (graph) => {
      const x = graph.input('x', 'float32', ['n', 4]);
      const where = graph.node('NonZero', [x], {}, 'where');
      graph.output('y', graph.node('Transpose', [where], {}, 'turned'), 'int64', [null, 2]);
    });
    expect(fileCost(model, new Map([['x', [1, 4]]])).unknown).toEqual([
      { name: 'where', operator: 'NonZero' }, { name: 'turned', operator: 'Transpose' }, { name: 'name_y', operator: 'Identity' },
    ]);
  });

  it('of a damaged file is a number or not known, never a crash', () => {
    const bytes = writeModel(buildModel({ name: 'small' }, (graph) => {
      const x = graph.input('x', 'float32', [1, 4, 9, 11]);
      const w = graph.constant('float32', [2, 4, 3, 3], new Float32Array(72));
      const y = graph.node('Conv', [x, w], { strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } });
      const list = graph.node('Concat', [graph.node('Slice', [graph.node('Shape', [y]), ...[0, 2].map((n) => graph.constant('int64', [1], [n]))]), graph.constant('int64', [1], [-1])], { axis: { int: 0 } });
      graph.output('y', graph.node('Reshape', [y, list]), 'float32', [1, 2, 30]);
    }));
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let read = 0;
    for (let round = 0; round < 5000; round++) {
      const changed = Uint8Array.from(bytes);
      for (let n = 0; n <= random(3); n++) changed[random(changed.length)] = random(256);
      let model: ModelProto;
      try {
        model = readModel(changed);
      } catch {
        continue;
      }
      read++;
      const { multiplyAdds, memoryAccess, peakActivationElements } = fileCost(model, new Map([['x', [1, 4, 9, 11]]]));
      for (const value of [multiplyAdds, memoryAccess, peakActivationElements]) expect(Number.isFinite(value) && value >= 0).toBe(true);
    }
    expect(read).toBeGreaterThan(1000);
  });
});
