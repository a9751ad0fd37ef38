import { describe, expect, it } from 'vitest';
import { buildModel, type GraphScope, type Value } from '../../../models/onnx/build.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { QuantizeError } from '../../../models/quantize/error.js';
import { layerName, operatorOf } from '../../../models/quantize/graph.js';
import { Histogram } from '../../../models/quantize/histogram.js';
import { insertBytes } from '../../../models/quantize/insert.js';
import { planOf, type Plan, type PlanOptions } from '../../../models/quantize/plan.js';
import { prepare, type Prepared } from '../../../models/quantize/prepare.js';
import { scalesFor } from '../../../models/quantize/scales.js';

const inputs = new Map([['x', [1, 4, 8, 8]]]);

const conv = (graph: GraphScope, input: Value, name: string, outputs = 4): Value => graph.node('Conv', [
  input, graph.constant('float32', [outputs, 4, 1, 1], Array.from({ length: outputs * 4 }, (_, n) => Math.sin(n)), `${name}.weight`),
  graph.constant('float32', [outputs], new Float32Array(outputs).fill(0.1), `${name}.bias`),
], {}, name);

const graphWith = (compose: (graph: GraphScope, x: Value) => Value): ModelProto => buildModel({ name: 'small' }, (graph) => {
  graph.output('y', compose(graph, graph.input('x', 'float32', [1, 4, 8, 8])), 'float32', [1, null, null, null]);
});

const planned = (model: ModelProto, options: PlanOptions = { last: true }): { prepared: Prepared; plan: Plan; names: readonly string[] } => {
  const prepared = prepare(model, inputs);
  const plan = planOf(prepared.model.graph!, new Set(prepared.given.keys()), options);
  return { prepared, plan, names: plan.nodes.map(({ node }) => layerName(node)) };
};

const fault = (model: ModelProto): string => {
  try {
    prepare(model, inputs);
  } catch (error) {
    if (error instanceof QuantizeError) return error.fault;
    throw error;
  }
  return 'none';
};

const seen = (ranges: Readonly<Record<string, readonly [number, number]>>): ReadonlyMap<string, Histogram> =>
  new Map(Object.entries(ranges).map(([name, range]) => {
    const histogram = new Histogram();
    histogram.add(Float32Array.from(range));
    return [name, histogram];
  }));

describe('what becomes bytes', () => {
  it('leaves the last convolutions in float32, unless told otherwise', () => {
    const model = graphWith((graph, x) => conv(graph, graph.node('Relu', [conv(graph, x, 'one')]), 'two'));
    expect(planned(model, {}).names).toEqual(['one']);
    expect(planned(model).names).toEqual(['one', 'two']);
    expect(planned(model, { last: true, keep: new Set(['one']) }).names).toEqual(['two']);
    expect(planned(model, { last: true, only: new Set(['one']) }).names).toEqual(['one']);
  });

  it('takes Relu and Clip away where a convolution’s result is held within bytes', () => {
    const model = graphWith((graph, x) => {
      const six = graph.constant('float32', [], [6]);
      const zero = graph.constant('float32', [], [0]);
      return conv(graph, graph.node('Clip', [conv(graph, graph.node('Relu', [conv(graph, x, 'a')], {}, 'ra'), 'b'), zero, six], {}, 'rb'), 'c');
    });
    const { plan, prepared } = planned(model);
    expect([...plan.clamps]).toEqual([['ra', { low: 0, high: Number.POSITIVE_INFINITY }], ['rb', { low: 0, high: 6 }]]);
    const scales = scalesFor(plan, seen({ x: [-1, 1], ra: [0, 2], rb: [0, 9], c: [-1, 1] }), new Map());
    expect(255 * scales.get('rb')!.scale).toBeCloseTo(6, 5);
    const done = insertBytes(prepared.model, plan, scales);
    expect(done.graph!.node.map(operatorOf).filter((each) => each === 'Relu' || each === 'Clip')).toEqual([]);
  });

  it('does not take a Relu away that others look behind', () => {
    const model = graphWith((graph, x) => {
      const raw = conv(graph, x, 'a');
      return conv(graph, graph.node('Add', [raw, graph.node('Relu', [raw], {}, 'r')], {}, 'sum'), 'b');
    });
    const { plan } = planned(model);
    expect(plan.clamps.size).toBe(0);
    expect(plan.nodes.map(({ node }) => operatorOf(node))).toEqual(['Conv', 'Add', 'Conv']);
  });

  it('leaves what only leads to float32 in float32', () => {
    const model = graphWith((graph, x) => graph.node('Mul', [graph.node('MaxPool', [conv(graph, x, 'a')], { kernel_shape: { ints: [2, 2] } }), graph.constant('float32', [], [2])]));
    expect(planned(model).names).toEqual(['a']);
  });

  it('gives parts and copies one scale, sums their own', () => {
    const model = graphWith((graph, x) => {
      const a = conv(graph, x, 'a');
      const pooled = graph.node('MaxPool', [a], { kernel_shape: { ints: [2, 2] }, strides: { ints: [1, 1] }, pads: { ints: [0, 0, 1, 1] } }, 'pool');
      return conv(graph, graph.node('Add', [a, pooled], {}, 'sum'), 'b');
    });
    expect(planned(model).plan.groups.map((group) => [...group].sort())).toEqual([['x'], ['a', 'pool'], ['sum'], ['b']]);
  });
});

describe('scales of what a Concat joins', () => {
  const joined = (clamped: boolean) => {
    const model = graphWith((graph, x) => {
      const one = clamped ? graph.node('Relu', [conv(graph, x, 'a')], {}, 'one') : conv(graph, x, 'one');
      const all = graph.node('Concat', [one, conv(graph, x, 'two')], { axis: { int: 1 } }, 'all');
      return graph.node('Conv', [all, graph.constant('float32', [2, 8, 1, 1], new Float32Array(16).fill(0.5))], {}, 'b');
    });
    const { plan, prepared } = planned(model);
    return (ranges: Readonly<Record<string, readonly [number, number]>>) => {
      const scales = scalesFor(plan, seen({ x: [-1, 1], b: [0, 1], ...ranges }), prepared.given, { method: 'min-max' });
      return ['one', 'two', 'all'].map((name) => scales.get(name)!);
    };
  };

  it('become one, so that nothing needs to be counted again', () => {
    const [one, two, all] = joined(false)({ one: [-1, 1], two: [-1, 2], all: [-1, 2] });
    expect(one).toEqual(all);
    expect(two).toEqual(all);
  });

  it('stay apart where the finest would lose too much', () => {
    const [one, two] = joined(false)({ one: [0, 0.1], two: [0, 9], all: [0, 9] });
    expect(two!.scale / one!.scale).toBeCloseTo(90, 1);
  });

  it('stay apart where a Relu was taken away from one and another goes below zero', () => {
    const [one, two, all] = joined(true)({ one: [0, 2], two: [-1, 2], all: [-1, 2] });
    expect(one!.zeroPoint).toBe(0);
    expect(two!.zeroPoint).toBeGreaterThan(0);
    expect(all!.zeroPoint).toBeGreaterThan(0);
    expect(new Set(joined(true)({ one: [0, 2], two: [0, 2], all: [0, 2] }).map(({ zeroPoint }) => zeroPoint))).toEqual(new Set([0]));
  });
});

describe('models that cannot become bytes', () => {
  it('are told from others', () => {
    expect(fault(graphWith((graph, x) => graph.node('Relu', [x])))).toBe('no-convolution');
    expect(fault(graphWith((graph, x) => graph.node('Conv', [x, graph.node('Relu', [graph.constant('float32', [4, 4, 1, 1], new Float32Array(16))])])))).toBe('no-convolution');
    const half = buildModel({ name: 'half' }, (graph) => {
      const x = graph.input('x', 'float16', [1, 4, 8, 8]);
      graph.output('y', graph.node('Conv', [x, graph.constant('float16', [4, 4, 1, 1], new Float32Array(16))]), 'float16', [1, 4, 8, 8]);
    });
    expect(fault(half)).toBe('half-precision');
    const { prepared, plan } = planned(graphWith((graph, x) => conv(graph, x, 'a')));
    expect(fault(insertBytes(prepared.model, plan, scalesFor(plan, new Map(), prepared.given)))).toBe('already-quantized');
    const old = graphWith((graph, x) => conv(graph, graph.node('Softmax', [x], { axis: { int: 1 } }), 'a'));
    old.opsetImport[0]!.version = 9n;
    expect(fault(old)).toBe('too-old');
  });

  it('may say what cannot be: nodes that read themselves, values made twice, weights of the wrong size', () => {
    const circle = graphWith((graph, x) => graph.node('Mul', [conv(graph, x, 'a'), graph.constant('float32', [], [2])], {}, 'm'));
    circle.graph!.node[1]!.input[0] = 'm';
    circle.graph!.node[0]!.output[0] = 'm';
    expect(planned(circle).names).toEqual(['a']);
    const bytes = buildModel({ name: 'bytes' }, (graph) => {
      const image = graph.input('x', 'uint8', [1, 4, 8, 8]);
      graph.output('y', graph.node('Cast', [image], { to: { int: 1 } }, 'c'), 'float32', [1, 4, 8, 8]);
    });
    bytes.graph!.node[0]!.output[0] = 'x';
    expect(fault(bytes)).toBe('no-convolution');
    const short = graphWith((graph, x) => conv(graph, x, 'a'));
    short.graph!.initializer[0]!.rawData = new Uint8Array(3);
    expect(fault(short)).toBe('no-convolution');
  });

  it('are never changed themselves', () => {
    const model = graphWith((graph, x) => conv(graph, graph.node('Relu', [conv(graph, x, 'a')]), 'b'));
    const before = JSON.stringify(model.graph!.node.map((node) => [node.opType, node.input, node.output]));
    const { prepared, plan } = planned(model);
    insertBytes(prepared.model, plan, scalesFor(plan, new Map(), prepared.given));
    expect(JSON.stringify(model.graph!.node.map((node) => [node.opType, node.input, node.output]))).toBe(before);
    expect(prepared.model.graph!.node.map(operatorOf)).toEqual(['Conv', 'Relu', 'Conv', 'Identity']);
  });
});
