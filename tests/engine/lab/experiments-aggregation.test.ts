import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../electron/engine/contract/contract.js';
import { aggregationFinding, lookAt } from '../../../electron/engine/lab/experiments/aggregation.js';
import { experimentTable } from '../../../electron/engine/lab/experiments/table.js';
import { commonPrefix, findAggregations, oneShotModules } from '../../../models/experiments/aggregations.js';
import { aggregationNorms, normsOf } from '../../../models/experiments/norms.js';
import { createRandom } from '../../../models/networks/random.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { seededWeights, type Weights } from '../../../models/networks/weights.js';
import { buildModel, type GraphScope, type Value } from '../../../models/onnx/build.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { readModel } from '../../../models/onnx/read.js';
import { findNetwork } from '../../../models/reference/catalogue.js';

const inputs = new Map([['image', [1, 64, 64, 3]]]);
const built = (id: string, form: { readonly keepNorm?: boolean; readonly precision?: 'float32' | 'float16' } = {}, change: (weights: Weights) => void = () => undefined): ModelProto => {
  const network = findNetwork(id)!.build({ width: 64, height: 64 });
  const weights = seededWeights(network, 4);
  change(weights);
  return toOnnx(network, weights, form);
};

/** The same graph under names that say nothing, in the order of its nodes. */
const anonymous = (model: ModelProto): ModelProto => {
  const graph = model.graph!;
  const names = new Map<string, string>();
  const kept = new Set([...graph.input, ...graph.output].map(({ name }) => name));
  const rename = (name: string): string => {
    if (name === '' || kept.has(name)) return name;
    if (!names.has(name)) names.set(name, String(names.size + 100));
    return names.get(name)!;
  };
  for (const tensor of graph.initializer) tensor.name = rename(tensor.name);
  for (const node of graph.node) {
    node.name = '';
    node.input = node.input.map(rename);
    node.output = node.output.map(rename);
  }
  model.producerName = '';
  return model;
};

describe('norms', () => {
  it('are sums of absolute weights for each source, by hand', () => {
    // Two outputs over sources of 2 and 1 channels.
    const norms = normsOf([{ value: 'a', channels: 2 }, { value: 'b', channels: 1 }], { values: [1, -2, 4, 0, 3, -4], gains: null });
    expect(norms).toEqual([
      { source: 0, value: 'a', channels: 2, sum: 6, mean: 1.5, relative: 0.375, share: 6 / 14 },
      { source: 1, value: 'b', channels: 1, sum: 8, mean: 4, relative: 1, share: 8 / 14 },
    ]);
    // A gain counts by its size, for its output alone.
    expect(normsOf([{ value: 'a', channels: 1 }, { value: 'b', channels: 1 }], { values: [1, 2, 3, 4], gains: [-2, 0.5] }).map(({ sum }) => sum)).toEqual([3.5, 6]);
    expect(normsOf([{ value: 'a', channels: 1 }], { values: [0, 0], gains: null })[0]).toMatchObject({ relative: 0, share: 0 });
  });

  it('find a source that was made strong, in our own network', () => {
    // Stage 3: 128 channels in, five sources of 80. Source 3 is made twice as strong, source 5 is cut off.
    const model = built('vovnet-27-slim', {}, (weights) => {
      const values = weights.get('stage3.module1.aggregate.weight')!;
      for (let n = 0; n < values.length; n++) {
        const source = Math.floor(((n % 528) - 128) / 80) + 1;
        values[n]! *= source === 3 ? 2 : source === 5 ? 0 : 1;
      }
    });
    const norms = aggregationNorms(model, inputs);
    expect(norms.map(({ name, kind }) => [name, kind])).toEqual([2, 3, 4, 5].map((stage) => [`stage${stage}.module1.aggregate`, 'one-shot']));
    const relative = norms[1]!.sources.map((source) => source.relative);
    expect(relative.map((value) => Number(value.toFixed(1)))).toEqual([0.5, 0.5, 0.5, 1, 0.5, 0]);
    expect(norms[1]!.sources.map(({ channels }) => channels)).toEqual([128, 80, 80, 80, 80, 80]);
  });

  it('are the same with normalisation folded or kept, and nearly so in half precision', () => {
    const lively = (weights: Weights): void => {
      for (const [name, values] of weights) {
        if (!name.includes('.norm.')) continue;
        const random = createRandom(7, name);
        for (let n = 0; n < values.length; n++) values[n] = 0.3 + random();
      }
    };
    const means = (model: ModelProto): readonly number[] => aggregationNorms(model, inputs).flatMap(({ sources }) => sources.map(({ mean }) => mean));
    const folded = means(built('vovnetv2-19-slim', {}, lively));
    const kept = means(built('vovnetv2-19-slim', { keepNorm: true }, lively));
    const half = means(built('vovnetv2-19-slim', { precision: 'float16' }, lively));
    expect(folded).toHaveLength(16);
    folded.forEach((mean, n) => {
      expect(kept[n]).toBeCloseTo(mean, 6);
      expect(half[n]).toBeCloseTo(mean, 4);
    });
  });
});

describe('aggregations', () => {
  it.each([
    ['vovnet-39', { 'one-shot': 6 }, false], ['vovnetv2-57', { 'one-shot': 9 }, false], ['vovnetv2-19-dw', { 'one-shot': 4 }, true],
    // 58 layers of which the first of each block reads one value and the second of each two, and three transitions.
    ['densenet-121', { dense: 53 }, false], ['resnet-50', {}, false], ['mobilenet-v2', {}, false],
  ] as const)('of %s are found under any names', (id, wanted, keepNorm) => {
    const count = (model: ModelProto): Record<string, number> => {
      const counts: Record<string, number> = {};
      for (const { kind } of findAggregations(model, inputs)) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    };
    const model = built(id, { keepNorm });
    const norms = aggregationNorms(model, inputs).map(({ sources }) => sources.map(({ mean }) => mean));
    expect(count(model)).toEqual(wanted);
    const nameless = anonymous(model);
    expect(count(nameless)).toEqual(wanted);
    expect(aggregationNorms(nameless, inputs).map(({ sources }) => sources.map(({ mean }) => mean))).toEqual(norms);
  });

  it('give their modules numbers where nodes have no names', () => {
    const model = anonymous(built('vovnetv2-19-slim'));
    const modules = oneShotModules(model, findAggregations(model, inputs));
    expect([...new Set(modules.values())]).toEqual(['module 1', 'module 2', 'module 3', 'module 4']);
  });

  /** Three convolutions after `x`; `arrange` says how they are joined. */
  const small = (arrange: (x: Value, chain: readonly Value[], graph: GraphScope) => readonly Value[], axis = 1): ModelProto =>
    buildModel({ name: 'small' }, (graph) => {
      const x = graph.input('x', 'float32', [1, 4, 8, 8]);
      const conv = (name: string, input: Value, from: number, kernel: number): Value => graph.node('Conv', [
        input, graph.constant('float32', [4, from, kernel, kernel], new Float32Array(4 * from * kernel * kernel).fill(1), `${name}.w`),
      ], { kernel_shape: { ints: [kernel, kernel] }, pads: { ints: Array.from({ length: 4 }, () => kernel >> 1) } }, name);
      const chain: Value[] = [];
      for (let n = 1; n <= 3; n++) chain.push(conv(`c${n}`, chain[n - 2] ?? x, 4, 3));
      const sources = arrange(x, chain, graph);
      const joined = graph.node('Concat', sources, { axis: { int: axis } }, 'joined');
      graph.output('y', conv('mix', joined, 4 * sources.length, 1), 'float32', [1, 4, 8, 8]);
    });
  const kinds = (model: ModelProto): readonly string[] => findAggregations(model, new Map([['x', [1, 4, 8, 8]]])).map(({ kind }) => kind);

  it('may join their sources in any order and along an axis counted from behind', () => {
    expect(kinds(small((x, chain) => [...chain].reverse().concat(x)))).toEqual(['one-shot']);
    expect(kinds(small((x, chain) => [x, ...chain], -3))).toEqual(['one-shot']);
    expect(kinds(small((x, chain) => [x, ...chain], 2))).toEqual([]);
  });

  it('are no chains where a source is missing between two, stands apart or is pooled only', () => {
    // Fewer sources than layers is a chain still: two convolutions lie between.
    expect(kinds(small((x, [first, , last]) => [x, first!, last!]))).toEqual(['one-shot']);
    expect(kinds(small((x, [first, second], graph) => [first!, second!, graph.node('Relu', [x], {}, 'apart')]))).toEqual(['other']);
    expect(kinds(small((x, [first], graph) => [x, first!, graph.node('MaxPool', [first!], { kernel_shape: { ints: [1, 1] } }, 'pooled')]))).toEqual(['other']);
    expect(kinds(small((x, [first]) => [x, first!]))).toEqual([]);
  });
});

it('names have whole parts in common only', () => {
  expect(commonPrefix(['/m/st.1/l.0/Conv', '/m/st.1/l.1/Relu', '/m/st.1/Concat'])).toBe('/m/st.1');
  expect(commonPrefix(['stage2.module1.conv1', 'stage2.module10.conv1'])).toBe('stage2');
  expect(commonPrefix(['abc', 'abd'])).toBe('');
  expect(commonPrefix([])).toBe('');
});

describe('the experiment', () => {
  const subject = (id: string, trained: boolean) => ({ title: id, model: built(id), source: 'nowhere', inputs: { image: [1, 64, 64, 3] }, trained });
  it('says of untrained weights that they mean nothing, and of other networks that they have no aggregation', () => {
    const { finding, table, charts } = lookAt(subject('vovnet-27-slim', false));
    expect(finding).toContain('untrained');
    expect(table.rows).toHaveLength(24);
    for (const { x, y, by } of charts) for (const key of [x, y, by]) expect(table.columns.map((column) => column.key)).toContain(key);
    expect(() => lookAt(subject('resnet-50', true))).toThrow(UserError);
  });

  it('needs somebody\'s weights', async () => {
    const run = experimentTable.aggregation.run({
      subject: null, rounds: 1, runner: { provider: 'cpu', threads: 1 }, openBench: () => Promise.reject(new Error('nothing is timed')),
      progress: () => undefined, signal: new AbortController().signal,
    });
    await expect(run).rejects.toMatchObject({ kind: 'usage' });
  });

  it('agrees with the paper only where every source is used', () => {
    const norms = (...relative: number[]) => [{
      name: 'a', kind: 'one-shot' as const,
      sources: relative.map((value, source) => ({ source, value: '', channels: 1, sum: value, mean: value, relative: value, share: 0 })),
    }];
    expect(aggregationFinding({ title: 'T', trained: true }, norms(1, 0.9, 0.8))).toMatch(/80 % of the weight.*as the paper says/);
    expect(aggregationFinding({ title: 'T', trained: true }, norms(1, 0.1, 0.2))).toContain('other than the paper says');
    expect(aggregationFinding({ title: 'T', trained: false }, norms(1, 0.9))).not.toContain('paper');
  });

  const first = 'tests/models/zoo/first-256.onnx';
  it('reads a trained detector whose names are not ours', () => {
    const { finding, table } = lookAt({ title: 'first', model: readModel(readFileSync(first)), source: first, inputs: { image: [1, 256, 256, 3] }, trained: true });
    expect(finding).toMatch(/^8 one-shot aggregations of first: the least used source has on average 84 % of the weight/);
    expect(table.rows).toHaveLength(4 * 4 + 4 * 3);
  });
});
