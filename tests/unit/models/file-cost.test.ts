import { describe, expect, it } from 'vitest';
import { fileCost, type FileCost } from '../../../models/cost/file-cost.js';
import { networkCost } from '../../../models/cost/cost.js';
import { toOnnx, type ModelForm } from '../../../models/networks/to-onnx.js';
import { buildModel, type GraphScope, type Value } from '../../../models/onnx/build.js';
import { readModel } from '../../../models/onnx/read.js';
import { inferTypes } from '../../../models/onnx/shapes/element-types.js';
import { writeModel } from '../../../models/onnx/write.js';
import { findNetwork } from '../../../models/reference/catalogue.js';
import { ones } from '../../models/lively.js';

const image = new Map([['image', [1, 64, 64, 3]]]);
const costOf = (id: string, form: ModelForm): FileCost => {
  const network = findNetwork(id)!.build({ width: 64, height: 64 });
  return fileCost(toOnnx(network, ones(network), form), image);
};

describe('peak activations of a file', () => {
  it('take the bytes of their types', () => {
    const [single, half] = [costOf('resnet-50', {}), costOf('resnet-50', { precision: 'float16' })];
    expect(half.peakActivationElements).toBe(single.peakActivationElements);
    expect(single.peakActivationBytes).toBe(4 * single.peakActivationElements);
    expect(half.peakActivationBytes).toBe(2 * single.peakActivationElements);
  });

  it('count a picture of bytes as bytes', () => {
    const model = buildModel({ name: 'bytes' }, (graph) => {
      const bytes = graph.input('image', 'uint8', [1, 64, 64, 3]);
      graph.output('y', graph.node('Cast', [bytes], { to: { int: 10 } }), 'float16', [1, 64, 64, 3]);
    });
    const cost = fileCost(model, image);
    expect(cost.peakActivationElements).toBe(2 * 64 * 64 * 3);
    expect(cost.peakActivationBytes).toBe((1 + 2) * 64 * 64 * 3);
  });
});

/** x [1,4,8,8], a 3x3 convolution to 6 channels, its result added to itself through a second reader where asked for. */
const convolution = (graph: GraphScope, x: Value, weight: Value, bias: Value): Value =>
  graph.node('Conv', [x, weight, bias], { pads: { ints: [1, 1, 1, 1] } }, 'conv');
const inputs = new Map([['x', [1, 4, 8, 8]]]);
const weights = Int8Array.from({ length: 216 }, (_, n) => n - 108);

const plain = buildModel({ name: 'plain' }, (graph) => {
  const y = convolution(graph, graph.input('x', 'float32', [1, 4, 8, 8]), graph.constant('float32', [6, 4, 3, 3], weights, 'w'), graph.constant('float32', [6], new Float32Array(6), 'b'));
  graph.output('y', y, 'float32', [1, 6, 8, 8]);
});

/** The same with numbers as bytes, the steps around each operator; weights by output channel. */
const stepped = buildModel({ name: 'stepped' }, (graph) => {
  const scale = graph.constant('float32', [], [0.1], 'scale');
  const zero = graph.constant('uint8', [], [128], 'zero');
  const step = (value: Value): Value => graph.node('DequantizeLinear', [graph.node('QuantizeLinear', [value, scale, zero]), scale, zero]);
  const scales = graph.constant('float32', [6], new Float32Array(6).fill(0.01), 'scales');
  const weight = graph.node('DequantizeLinear', [graph.constant('int8', [6, 4, 3, 3], weights, 'w'), scales, graph.constant('int8', [6], new Int8Array(6), 'zeros')], { axis: { int: 0 } });
  const bias = graph.node('DequantizeLinear', [graph.constant('int32', [6], [-70_000, 1, 2, 3, 4, 5], 'b'), scales, graph.constant('int32', [6], new Int32Array(6), 'nulls')], { axis: { int: 0 } });
  graph.output('y', step(convolution(graph, step(graph.input('x', 'float32', [1, 4, 8, 8])), weight, bias)), 'float32', [1, 6, 8, 8]);
});

/** The same in one operator on bytes. */
const integer = buildModel({ name: 'integer' }, (graph) => {
  const scale = graph.constant('float32', [], [0.1]);
  const zero = graph.constant('uint8', [], [128]);
  const w = graph.constant('int8', [6, 4, 3, 3], weights);
  const operands = [graph.input('x', 'uint8', [1, 4, 8, 8]), scale, zero, w, scale, graph.constant('int8', [], [0]), scale, zero, graph.constant('int32', [6], new Int32Array(6))];
  graph.output('y', graph.node('QLinearConv', operands, { pads: { ints: [1, 1, 1, 1] } }, 'conv'), 'uint8', [1, 6, 8, 8]);
});

describe('a quantised file', () => {
  const wanted = fileCost(plain, inputs);
  it.each([['with steps around operators', stepped], ['with an operator on bytes', integer]] as const)('%s costs what the plain one costs', (_, model) => {
    const cost = fileCost(readModel(writeModel(model)), inputs);
    expect(cost.unknown).toEqual([]);
    expect(cost).toMatchObject({ parameters: 222, multiplyAdds: wanted.multiplyAdds, memoryAccess: cost.memoryAccess });
    const [own, other] = [cost, wanted].map(({ layers }) => layers.find(({ name }) => name === 'conv')!);
    expect({ ...own, operator: '' }).toEqual({ ...other, operator: '' });
  });

  it('holds bytes between its operators', () => {
    expect(wanted.peakActivationBytes).toBe(4 * (256 + 384));
    expect(fileCost(integer, inputs).peakActivationBytes).toBe(256 + 384);
    // Input and output are given as numbers, and each for a moment is there as bytes too.
    expect(fileCost(stepped, inputs).peakActivationBytes).toBe(384 + 4 * 384);
    expect(fileCost(stepped, inputs).peakActivationElements).toBe(2 * 384);
  });

  it('keeps its integers', () => {
    const { graph } = readModel(writeModel(stepped));
    const bytesOf = (name: string): Uint8Array => graph!.initializer.find((tensor) => tensor.name === name)!.rawData;
    expect(new Int8Array(Uint8Array.from(bytesOf('w')).buffer)).toEqual(weights);
    expect([...new Int32Array(Uint8Array.from(bytesOf('b')).buffer)]).toEqual([-70_000, 1, 2, 3, 4, 5]);
    expect([...bytesOf('zero')]).toEqual([128]);
  });
});

describe('element types', () => {
  it('follow from the operators', () => {
    const found: Record<string, string> = {};
    const model = buildModel({ name: 'types' }, (graph) => {
      const x = graph.input('x', 'float16', [1, 4]);
      const node = (type: string, operator: string, operands: readonly Value[], attributes = {}): Value => {
        const value = graph.node(operator, operands, attributes);
        found[value] = type;
        return value;
      };
      const less = node('bool', 'Less', [x, x]);
      node('float16', 'Where', [less, x, x]);
      node('int64', 'Shape', [x]);
      node('float16', 'Relu', [x]);
      node('int64', 'Cast', [x], { to: { int: 7 } });
      const scale = graph.constant('float16', [], [1]);
      node('float16', 'DequantizeLinear', [node('int8', 'QuantizeLinear', [x, scale, graph.constant('int8', [], [0])]), scale]);
      node('uint8', 'QuantizeLinear', [x, scale]);
      const [values = '', places = ''] = graph.split('TopK', [x, graph.constant('int64', [1], [2])], 2);
      Object.assign(found, { [values]: 'float16', [places]: 'int64' });
      graph.output('y', x, 'float16', [1, 4]);
    });
    const types = inferTypes(model);
    expect(Object.fromEntries(Object.keys(found).map((name) => [name, types.get(name)]))).toEqual(found);
  });
});

describe('a network and its file', () => {
  it('have the same parameters, but for what folding takes away', () => {
    for (const id of ['densenet-121', 'mobilenet-v2', 'dsod-densenet-67']) {
      const network = findNetwork(id)!.build({ width: 64, height: 64 });
      const { parameters, layers } = networkCost(network);
      // Kept: two more statistics for each normalised channel. Folded: one bias in place of two numbers; on its own all four.
      const normalised = network.layers.reduce((sum, layer) => sum + (layer.kind === 'norm' || (layer.kind === 'conv' && layer.affine === 'norm') ? layer.to.channels : 0), 0);
      const alone = layers.filter(({ kind }) => kind === 'norm').reduce((sum, { output }) => sum + output.channels, 0);
      const constants = 6 + (id === 'mobilenet-v2' ? 2 : 0);
      expect(costOf(id, { keepNorm: true }).parameters).toBe(parameters + 2 * normalised + constants);
      expect(costOf(id, {}).parameters).toBe(parameters - (normalised - alone) + 2 * alone + constants);
    }
  });
});
