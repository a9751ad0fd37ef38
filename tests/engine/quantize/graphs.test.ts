import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { buildModel, type Value } from '../../../models/onnx/build.js';
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema, GraphProtoSchema, type ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { makeNode } from '../../../models/quantize/graph.js';
import { layersAround, sizesThatMatter, toHalfPrecision } from '../../../models/quantize/half.js';
import { opsetOf } from '../../../models/quantize/modernise.js';
import { simplify } from '../../../models/quantize/simplify.js';
import { chanceFeeds, makeBytes, optimisedOperators, relativeDifference, runModel } from '../../models/quantized.js';
import { chance, conv, picture, relu } from '../../models/small-graphs.js';

const pool = { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } };

/** Graphs, with the least count of operators that must be found once onnxruntime has fused them, and the most error. */
const graphs: readonly { readonly title: string; readonly model: () => ModelProto; readonly ran: Readonly<Record<string, number>>; readonly error?: number; readonly last?: boolean }[] = [
  { title: 'convolutions one after the other', model: () => picture((g, x) => conv(g, relu(g, conv(g, x, 'a')), 'b')), ran: { QLinearConv: 2, Relu: 0 } },
  { title: 'a convolution without a bias, with stride and dilation', ran: { QLinearConv: 2 },
    model: () => picture((g, x) => conv(g, conv(g, x, 'a', { bias: false, attributes: { strides: { ints: [2, 2] } } }), 'b', { attributes: { dilations: { ints: [2, 2] }, pads: { ints: [2, 2, 2, 2] } } })) },
  { title: 'groups, and a convolution for each channel', model: () => picture((g, x) => conv(g, relu(g, conv(g, relu(g, conv(g, x, 'a', { groups: 8 })), 'b', { groups: 2 })), 'c', { kernel: 1 })), ran: { QLinearConv: 3 } },
  { title: 'a one-shot aggregation with pooling and eSE', ran: { QLinearConv: 6, QLinearConcat: 1, QLinearMul: 1, QLinearGlobalAveragePool: 1, ReduceMean: 0 }, model: () => picture((g, x) => {
    const stem = relu(g, conv(g, x, 'stem'));
    const pooled = g.node('MaxPool', [stem], pool);
    const one = relu(g, conv(g, pooled, 'one'));
    const two = relu(g, conv(g, one, 'two'));
    const all = relu(g, conv(g, g.node('Concat', [pooled, one, two], { axis: { int: 1 } }), 'all', { inputs: 24, kernel: 1 }));
    const mean = g.node('ReduceMean', [all], { axes: { ints: [2, 3] }, keepdims: { int: 1 } });
    const gate = g.node('HardSigmoid', [conv(g, mean, 'gate', { kernel: 1 })], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
    return conv(g, g.node('Mul', [all, gate]), 'last');
  }) },
  { title: 'levels that are added and enlarged', error: 0.04, ran: { QLinearConv: 3, QLinearAdd: 1, Resize: 0, Expand: 1, DequantizeLinear: 1 }, model: () => picture((g, x) => {
    const fine = relu(g, conv(g, x, 'fine'));
    const coarse = relu(g, conv(g, g.node('MaxPool', [fine], pool), 'coarse'));
    const up = g.node('Resize', [coarse, '', g.constant('float32', [4], [1, 1, 2, 2])], { mode: { string: 'nearest' }, coordinate_transformation_mode: { string: 'asymmetric' }, nearest_mode: { string: 'floor' } });
    return conv(g, g.node('Add', [fine, up]), 'last');
  }) },
  { title: 'sums and products of a Relu behind', ran: { QLinearConv: 2, QLinearAdd: 1, Relu: 0 }, model: () => picture((g, x) => conv(g, relu(g, g.node('Add', [x, conv(g, x, 'a')])), 'b')) },
  { title: 'LeakyRelu and SiLU', ran: { QLinearConv: 3, QLinearLeakyRelu: 1, QLinearSigmoid: 1, QLinearMul: 1 }, model: () => picture((g, x) => {
    const leaky = g.node('LeakyRelu', [conv(g, x, 'a')], { alpha: { float: 0.1 } });
    const b = conv(g, leaky, 'b');
    return conv(g, g.node('Mul', [b, g.node('Sigmoid', [b])]), 'c');
  }) },
  { title: 'channels that are split, joined and shuffled', error: 0.04, ran: { QLinearConv: 3 }, model: () => picture((g, x) => {
    const [left = '', right = ''] = g.split('Split', [relu(g, conv(g, x, 'a')), g.constant('int64', [2], [4, 4])], 2, { axis: { int: 1 } });
    const joined = g.node('Concat', [left, relu(g, conv(g, right, 'b', { inputs: 4, outputs: 4 }))], { axis: { int: 1 } });
    const dims = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
    const turned = g.node('Transpose', [g.node('Reshape', [joined, dims([1, 2, 4, 16, 16])])], { perm: { ints: [0, 2, 1, 3, 4] } });
    return conv(g, g.node('Reshape', [turned, dims([1, 8, 16, 16])]), 'c');
  }) },
  { title: 'a distribution of distances decoded by a convolution', ran: { QLinearConv: 1, Conv: 2 }, last: false, model: () => picture((g, x) => {
    const logits = conv(g, relu(g, conv(g, x, 'a')), 'b');
    const spread = g.node('Softmax', [g.node('Reshape', [logits, g.constant('int64', [4], [1, 8, 16, 16])])], { axis: { int: 1 } });
    return g.node('Conv', [spread, g.constant('float32', [1, 8, 1, 1], [0, 1, 2, 3, 4, 5, 6, 7])]);
  }) },
  { title: 'a Relu6 held by bytes', ran: { QLinearConv: 2, Clip: 0 }, model: () => picture((g, x) => conv(g, g.node('Clip', [conv(g, x, 'a'), g.constant('float32', [], [0]), g.constant('float32', [], [6])]), 'b')) },
  { title: 'a convolution whose result is also an output of inner graphs', ran: { QLinearConv: 2, If: 1 }, model: () => withBranch() },
];

/** `y` is chosen by an If whose branches look at a value of the graph around them. */
const withBranch = (): ModelProto => {
  const model = buildModel({ name: 'branch' }, (g) => {
    const x = g.input('x', 'float32', [1, 8, 16, 16]);
    g.input('which', 'bool', [1]);
    const middle = g.node('Relu', [conv(g, x, 'a')], {}, 'middle');
    g.output('z', conv(g, middle, 'b'), 'float32', [1, 8, 16, 16]);
    g.output('y', middle, 'float32', [1, 8, 16, 16]);
  });
  const graph = model.graph!;
  const branch = (name: string, operator: string) => create(AttributeProtoSchema, {
    name, type: Kind.GRAPH, g: create(GraphProtoSchema, { name, node: [makeNode(operator, '', ['middle'], [`${name}.y`])], output: [{ name: `${name}.y`, type: graph.output[0]!.type! }] }),
  });
  graph.node.pop();
  const choose = makeNode('If', 'choose', ['which'], ['y']);
  choose.attribute.push(branch('then_branch', 'Neg'), branch('else_branch', 'Abs'));
  graph.node.push(choose);
  return model;
};

describe('a graph in bytes', () => {
  it.each(graphs)('computes nearly the same, fused as planned: $title', async ({ model: make, ran, error = 0.025, last = true }) => {
    const source = make();
    const { model, prepared } = await makeBytes(source, { last });
    const feeds = chanceFeeds(source, 77);
    const expected = await runModel(source, feeds);
    expect(relativeDifference(expected, await runModel(prepared, feeds))).toBeLessThan(1e-5);
    expect(relativeDifference(expected, await runModel(model, feeds))).toBeLessThan(error);
    const operators = await optimisedOperators(model);
    for (const [operator, count] of Object.entries(ran)) expect([operator, operators.get(operator) ?? 0]).toEqual([operator, count]);
    if (last) expect(operators.get('Conv') ?? 0).toBe(0);
  });

  it('shares weights that the source shares, and clamps constants without range', async () => {
    const source = picture((g, x) => {
      const weight = g.constant('float32', [8, 8, 3, 3], chance(576, 0.3), 'shared');
      const step = (value: Value): Value => relu(g, g.node('Conv', [value, weight, g.constant('float32', [8], chance(8))], { pads: { ints: [1, 1, 1, 1] } }));
      const dead = relu(g, g.node('Conv', [x, g.constant('float32', [8, 8, 1, 1], new Float32Array(64)), g.constant('float32', [8], new Float32Array(8).fill(-1))]));
      return conv(g, g.node('Add', [step(step(x)), dead]), 'last');
    });
    const { model } = await makeBytes(source);
    expect(model.graph!.initializer.filter(({ dims }) => dims.join() === '8,8,3,3')).toHaveLength(2);
    const feeds = chanceFeeds(source, 5);
    expect(relativeDifference(await runModel(source, feeds), await runModel(model, feeds))).toBeLessThan(0.025);
  });

  it('holds what goes beyond what was seen, and no more', async () => {
    const source = picture((g, x) => conv(g, relu(g, conv(g, x, 'a', { kernel: 1 })), 'b', { kernel: 1 }));
    const { model } = await makeBytes(source);
    const feeds = chanceFeeds(source, 1);
    const { x } = feeds;
    (x!.data as Float32Array).forEach((value, n, all) => { all[n] = value * 1000; });
    const [expected, found] = [await runModel(source, feeds), await runModel(model, feeds)];
    const most = (values: Float32Array): number => values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    expect(most(found['y']!)).toBeLessThan(most(expected['y']!) / 50);
    expect(found['y']!.every(Number.isFinite)).toBe(true);
  });
});

describe('a picture of bytes', () => {
  const ofBytes = (mean: readonly number[], std: readonly number[], pads: readonly number[]): ModelProto => buildModel({ name: 'bytes' }, (g) => {
    const planes = g.node('Transpose', [g.input('image', 'uint8', [1, 16, 16, 3])], { perm: { ints: [0, 3, 1, 2] } });
    const numbers = g.node('Cast', [planes], { to: { int: 1 } });
    const constant = (values: readonly number[]): Value => g.constant('float32', values.length === 1 ? [] : [1, 3, 1, 1], values);
    const normal = g.node('Div', [g.node('Sub', [numbers, constant(mean)]), constant(std)]);
    const first = relu(g, conv(g, normal, 'a', { inputs: 3, attributes: { pads: { ints: pads } } }));
    g.output('y', conv(g, first, 'b'), 'float32', [1, 8, null, null]);
  });

  it.each([
    ['one mean and deviation', [114], [58], [1, 1, 1, 1]],
    ['0 to 1', [0], [255], [1, 1, 1, 1]],
    ['means of their own, no border', [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], [0, 0, 0, 0]],
  ])('is the quantised tensor itself, exactly: %s', async (_, mean, std, pads) => {
    const source = ofBytes(mean, std, pads);
    const { prepared, model } = await makeBytes(source);
    const feeds = chanceFeeds(source, 8);
    const expected = await runModel(source, feeds);
    expect(relativeDifference(expected, await runModel(prepared, feeds))).toBeLessThan(1e-5);
    expect(relativeDifference(expected, await runModel(model, feeds))).toBeLessThan(0.025);
    const operators = await optimisedOperators(model);
    for (const gone of ['Sub', 'Div', 'Cast', 'QuantizeLinear']) expect([gone, operators.get(gone) ?? 0]).toEqual([gone, 0]);
  });

  it('is cut up, joined and convolved without being counted again', async () => {
    const source = buildModel({ name: 'focus' }, (g) => {
      const planes = g.node('Transpose', [g.input('image', 'uint8', [1, 16, 16, 3])], { perm: { ints: [0, 3, 1, 2] } });
      const numbers = g.node('Div', [g.node('Cast', [planes], { to: { int: 1 } }), g.constant('float32', [], [255])]);
      const dims = (values: readonly number[]): Value => g.constant('int64', [values.length], values);
      const parts = [[0, 0], [1, 0], [0, 1], [1, 1]].map((from) => g.node('Slice', [numbers, dims(from), dims([100, 100]), dims([2, 3]), dims([2, 2])]));
      g.output('y', conv(g, g.node('Concat', parts, { axis: { int: 1 } }), 'a', { inputs: 12 }), 'float32', [1, 8, 8, 8]);
    });
    const { model } = await makeBytes(source);
    const feeds = chanceFeeds(source, 8);
    expect(relativeDifference(await runModel(source, feeds), await runModel(model, feeds))).toBeLessThan(0.025);
    const operators = await optimisedOperators(model);
    expect([operators.get('QLinearConv'), operators.get('QuantizeLinear'), operators.get('Cast'), operators.get('Div')]).toEqual([1, undefined, undefined, undefined]);
  });

  it('errs at the border alone where channels have other means', async () => {
    const source = ofBytes([123.675, 116.28, 103.53], [58.395, 57.12, 57.375], [1, 1, 1, 1]);
    const { prepared } = await makeBytes(source);
    const feeds = chanceFeeds(source, 8);
    const [expected, found] = [(await runModel(source, feeds))['y']!, (await runModel(prepared, feeds))['y']!];
    expected.forEach((value, n) => {
      const [x, y] = [n % 16, Math.floor(n / 16) % 16];
      if (x > 1 && x < 14 && y > 1 && y < 14) expect(Math.abs(value - found[n]!)).toBeLessThan(1e-3);
    });
    expect(relativeDifference({ y: expected }, { y: found })).toBeLessThan(0.1);
  });

  it('stays as it is where one zero cannot stand for all channels', async () => {
    const source = ofBytes([10, 100, 200], [50, 50, 50], [1, 1, 1, 1]);
    const { prepared } = await makeBytes(source);
    const feeds = chanceFeeds(source, 8);
    expect(relativeDifference(await runModel(source, feeds), await runModel(prepared, feeds))).toBeLessThan(1e-5);
    expect(prepared.graph!.node.some(({ opType }) => opType === 'Sub')).toBe(true);
  });
});

describe('an old model', () => {
  const old = (opset: number): ModelProto => {
    const model = picture((g, x) => {
      const a = g.node('Clip', [conv(g, x, 'a')], { min: { float: 0 }, max: { float: 6 } });
      const big = 2 ** 31 - 1;
      const cut = opset < 10 ? g.node('Slice', [a], { starts: { ints: [0, 0] }, ends: { ints: [big, big] }, axes: { ints: [2, 3] } }) : a;
      const up = g.node(opset < 10 ? 'Upsample' : 'Resize', [g.node('MaxPool', [cut], pool), g.constant('float32', [4], [1, 1, 2, 2])], { mode: { string: 'nearest' } });
      const padded = g.node('Pad', [up], { pads: { ints: [0, 0, 1, 0, 0, 0, 1, 0] }, value: { float: 0.25 } });
      const b = conv(g, padded, 'b');
      const flat = g.node('Squeeze', [g.node('Unsqueeze', [b], { axes: { ints: [0] } })], { axes: { ints: [0] } });
      return g.node('Softmax', [flat], { axis: { int: 3 } });
    }, opset);
    return model;
  };

  it.each([9, 10])('of version %i speaks today’s operators and computes the same', async (opset) => {
    const source = old(opset);
    const modern = simplify(source, new Map([['x', [1, 8, 16, 16]]]));
    expect(opsetOf(modern)).toBe(13);
    const feeds = chanceFeeds(source, 3);
    const expected = await runModel(source, feeds);
    expect(relativeDifference(expected, await runModel(modern, feeds))).toBeLessThan(1e-5);
    expect(relativeDifference(expected, await runModel((await makeBytes(source)).model, feeds))).toBeLessThan(0.05);
  });

  it('that cannot be brought further is quantised by operators that go with every version', async () => {
    const source = picture((g, x) => g.node('Softmax', [conv(g, relu(g, conv(g, x, 'a')), 'b')], { axis: { int: 1 } }), 11);
    const { model } = await makeBytes(source);
    expect(opsetOf(model)).toBe(11);
    expect(model.opsetImport.map(({ domain }) => domain)).toContain('com.microsoft');
    expect((await optimisedOperators(model)).get('QLinearConv')).toBe(2);
    const feeds = chanceFeeds(source, 3);
    expect(relativeDifference(await runModel(source, feeds), await runModel(model, feeds))).toBeLessThan(0.05);
  });
});

describe('half precision', () => {
  it.each(graphs)('computes nearly the same and keeps inputs and outputs: $title', async ({ model: make }) => {
    const source = make();
    const halved = toHalfPrecision(simplify(source, new Map([['x', [1, 8, 16, 16]]])), new Set());
    expect([...halved.graph!.input, ...halved.graph!.output].map(({ type }) => (type?.value.case === 'tensorType' ? type.value.value.elemType : 0)).filter((type) => type === 10)).toEqual([]);
    expect(halved.graph!.initializer.some(({ dataType }) => dataType === 10)).toBe(true);
    const feeds = chanceFeeds(source, 12);
    expect(relativeDifference(await runModel(source, feeds), await runModel(halved, feeds))).toBeLessThan(0.005);
  });

  it('leaves layers alone whose weights it cannot hold, and those named', async () => {
    const source = picture((g, x) => {
      const huge = g.node('Conv', [x, g.constant('float32', [8, 8, 1, 1], new Float32Array(64).fill(1e5))], {}, 'huge');
      return conv(g, g.node('Mul', [huge, g.constant('float32', [], [1e-5])]), 'b');
    });
    const halved = toHalfPrecision(simplify(source, new Map([['x', [1, 8, 16, 16]]])), new Set());
    const feeds = chanceFeeds(source, 12);
    expect(relativeDifference(await runModel(source, feeds), await runModel(halved, feeds))).toBeLessThan(0.005);
    const kept = toHalfPrecision(source, new Set(['b', 'huge']));
    expect(kept.graph!.initializer.filter(({ dataType, dims }) => dataType === 10 && dims.length > 0)).toEqual([]);
  });

  it('leaves in float32 what gives numbers that it cannot hold, and what reads them, also behind a Relu, a pool and a join', async () => {
    const one = (g: Parameters<Parameters<typeof picture>[0]>[0], x: string, name: string, inputs: number, weight: number): string =>
      g.node('Conv', [x, g.constant('float32', [8, inputs, 1, 1], new Float32Array(8 * inputs).fill(weight))], {}, name);
    const source = picture((g, x) => {
      const huge = g.node('Relu', [one(g, one(g, x, 'first', 8, 1), 'huge', 8, 5e4)], {}, 'cut');
      const joined = g.node('Concat', [g.node('MaxPool', [huge], { ...pool, strides: { ints: [1, 1] } }, 'pool'), x], { axis: { int: 1 } }, 'joined');
      return one(g, one(g, joined, 'small', 16, 1e-5), 'after', 8, 1);
    });
    const model = simplify(source, new Map([['x', [1, 8, 16, 16]]]));
    expect(sizesThatMatter(model)).toEqual(expect.arrayContaining(['first', 'huge', 'small']));
    const around = layersAround(model, new Set(['huge']));
    expect([...around].sort()).toEqual(['cut', 'huge', 'joined', 'pool', 'small']);
    const feeds = chanceFeeds(source, 12);
    const halved = toHalfPrecision(model, new Set(around));
    expect(relativeDifference(await runModel(source, feeds), await runModel(halved, feeds))).toBeLessThan(0.005);
    // A processor computes halves in float32 and drops the casts: what would overflow elsewhere is seen in the graph only.
    const madeHalf = ({ graph }: ModelProto): readonly string[] => graph!.node.filter(({ opType }) => opType === 'Cast').filter(({ output }) => output[0]?.includes('half')).map(({ input }) => input[0]!);
    expect(madeHalf(toHalfPrecision(model, new Set(['huge'])))).toContain('huge');
    expect([...madeHalf(halved)].sort()).toEqual(['small', 'x']);
  });

  it('takes places for no numbers: TopK tells which rows a later convolution sees', async () => {
    const source = picture((g, x) => {
      const flat = g.node('Reshape', [conv(g, x, 'a'), g.constant('int64', [1], [2048])]);
      const [, places = ''] = g.split('TopK', [flat, g.constant('int64', [1], [2048])], 2, { axis: { int: 0 } });
      const rows = g.node('Concat', [places, places], { axis: { int: 0 } });
      const halves = g.node('Slice', [rows, g.constant('int64', [1], [2048]), g.constant('int64', [1], [4096])]);
      return conv(g, g.node('Reshape', [g.node('Gather', [flat, halves], { axis: { int: 0 } }), g.constant('int64', [4], [1, 8, 16, 16])]), 'b');
    });
    const halved = toHalfPrecision(simplify(source, new Map([['x', [1, 8, 16, 16]]])), new Set());
    expect(halved.graph!.initializer.some(({ dataType }) => dataType === 10)).toBe(true);
    const outputs = Object.values(await runModel(halved, chanceFeeds(source, 12)));
    expect(outputs.length).toBeGreaterThan(0);
  });
});
