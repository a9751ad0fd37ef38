import type { ModelProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { linksOf, titleOf, type Links } from './links.js';

/** One of the values that an aggregation joins. */
export type Source = { readonly value: string; readonly channels: number };

/**
 * A 1x1 convolution that reads a concatenation. `one-shot`: each source is made from the one before
 * it, as in a one-shot aggregation module. `dense`: a source is made from a concatenation of others,
 * as in a dense block. `other`: neither.
 */
export type Aggregation = {
  readonly kind: 'one-shot' | 'dense' | 'other';
  /** Index of the convolution. */
  readonly conv: number;
  /** In the order in which they are joined; a concatenation of concatenations is taken apart. */
  readonly sources: readonly Source[];
  /** Indices of the nodes from its sources' chain to the convolution, in the graph's order; for `one-shot`, else the convolution alone. */
  readonly members: readonly number[];
};

/** They keep every channel in its place. */
const perChannel = new Set([
  'BatchNormalization', 'Relu', 'LeakyRelu', 'Clip', 'HardSigmoid', 'HardSwish', 'Sigmoid', 'Identity', 'Dropout', 'Cast',
  'QuantizeLinear', 'DequantizeLinear', 'AveragePool', 'MaxPool',
]);

/** Fewer than three sources are no aggregation but a meeting of two paths. */
const leastSources = 3;
/** Nodes between one source and the next at most. */
const longestStep = 24;

/**
 * Every aggregation of a model in the order of its nodes, found by structure and not by name.
 * `inputs` gives each input's dimensions, from which the sources' channels follow; an aggregation
 * whose channels stay unknown is left out.
 */
export const findAggregations = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): readonly Aggregation[] => {
  const { graph } = model;
  if (!graph) return [];
  const links = linksOf(graph);
  const shapes = inferShapes(model, inputs);
  const channelsOf = (value: string): number | null => shapes.get(value)?.dims[1] ?? null;
  return graph.node.flatMap((node, conv): Aggregation[] => {
    if (!isPointwise(node)) return [];
    const join = joinBefore(links, node);
    if (join === null) return [];
    const sources = flatten(links, join).flatMap((value): Source[] => {
      const channels = channelsOf(value);
      return channels === null ? [] : [{ value, channels }];
    });
    const together = sources.reduce((sum, { channels }) => sum + channels, 0);
    if (sources.length < leastSources || together !== channelsOf(node.input[0] ?? '')) return [];
    return [{ ...relate(links, sources, join, conv), conv, sources }];
  });
};

const ints = (node: NodeProto, name: string): readonly number[] | null =>
  node.attribute.find((each) => each.name === name)?.ints.map(Number) ?? null;
const int = (node: NodeProto, name: string, otherwise: number): number => {
  const found = node.attribute.find((each) => each.name === name);
  return found === undefined ? otherwise : Number(found.i);
};

const isPointwise = (node: NodeProto): boolean =>
  node.opType === 'Conv' && (ints(node, 'kernel_shape')?.every((side) => side === 1) ?? false) && int(node, 'group', 1) === 1;

const isJoin = (node: NodeProto): boolean => node.opType === 'Concat' && [1, -3].includes(int(node, 'axis', 0));

/** The concatenation that a convolution reads, directly or through what keeps the channels apart. */
const joinBefore = (links: Links, conv: NodeProto): number | null => {
  let value = conv.input[0] ?? '';
  for (let step = 0; step < longestStep; step++) {
    const at = links.makerOf(value);
    const node = at === undefined ? undefined : links.nodes[at];
    if (at === undefined || node === undefined) return null;
    if (isJoin(node)) return at;
    if (!perChannel.has(node.opType)) return null;
    value = node.input[0] ?? '';
  }
  return null;
};

const flatten = (links: Links, join: number, depth = 0): readonly string[] =>
  (links.nodes[join]?.input ?? []).flatMap((value) => {
    const at = links.makerOf(value);
    const node = at === undefined ? undefined : links.nodes[at];
    return at !== undefined && node !== undefined && isJoin(node) && depth < 256 ? flatten(links, at, depth + 1) : [value];
  });

type Step = { readonly from: readonly string[]; readonly nodes: readonly number[]; readonly joins: boolean; readonly convs: number };

/** What `source` is made from, back to other sources. */
const stepBack = (links: Links, source: string, others: ReadonlySet<string>): Step => {
  const from = new Set<string>();
  const nodes = new Set<number>();
  let [joins, convs] = [false, 0];
  const open = [source];
  for (let value = open.pop(); value !== undefined && nodes.size < longestStep; value = open.pop()) {
    if (value !== source && others.has(value)) {
      from.add(value);
      continue;
    }
    const at = links.makerOf(value);
    const node = at === undefined ? undefined : links.nodes[at];
    if (at === undefined || node === undefined || nodes.has(at)) continue;
    nodes.add(at);
    if (isJoin(node)) joins = true;
    if (node.opType === 'Conv') convs += 1;
    open.push(...node.input);
  }
  return { from: [...from], nodes: [...nodes], joins, convs };
};

/** Which kind of aggregation the sources make, and its members. */
const relate = (links: Links, sources: readonly Source[], join: number, conv: number): Pick<Aggregation, 'kind' | 'members'> => {
  const values = new Set(sources.map(({ value }) => value));
  const steps = sources.map(({ value }) => stepBack(links, value, values));
  const made = steps.filter(({ from }) => from.length > 0);
  if (made.some(({ joins, from }) => joins && from.length > 0)) return { kind: 'dense', members: [conv] };
  const befores = made.map(({ from }) => from[0]);
  const chain = made.length === sources.length - 1
    && made.every(({ from, convs }) => from.length === 1 && convs > 0)
    && new Set(befores).size === befores.length;
  if (!chain) return { kind: 'other', members: [conv] };
  const between: number[] = [];
  for (let value = links.nodes[conv]?.input[0] ?? ''; ;) {
    const at = links.makerOf(value);
    if (at === undefined || at === join) break;
    between.push(at);
    value = links.nodes[at]?.input[0] ?? '';
  }
  return { kind: 'one-shot', members: [...new Set([...made.flatMap(({ nodes }) => nodes), join, ...between, conv])].sort((a, b) => a - b) };
};

/** What names have in common, up to a whole part between dots or slashes; '' for nothing. */
export const commonPrefix = (names: readonly string[]): string => {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const name of others) {
    let same = 0;
    while (same < length && same < name.length && first[same] === name[same]) same += 1;
    length = same;
  }
  const boundary = (at: number): boolean => names.every((name) => at === name.length || name[at] === '.' || name[at] === '/');
  while (length > 0 && !boundary(length)) length -= 1;
  return first.slice(0, length);
};

/**
 * The one-shot aggregation module that each node belongs to, by the node's index: under the name that
 * its nodes have in common, or a number where they have none.
 */
export const oneShotModules = (model: ModelProto, aggregations: readonly Aggregation[]): ReadonlyMap<number, string> => {
  const nodes = model.graph?.node ?? [];
  const modules = new Map<number, string>();
  const shots = aggregations.filter(({ kind }) => kind === 'one-shot');
  const taken = new Set<string>();
  const nameAt = (at: number): string => {
    const node = nodes[at];
    return node === undefined ? '' : titleOf(node);
  };
  shots.forEach(({ members }, n) => {
    const prefix = commonPrefix(members.map(nameAt));
    const name = prefix === '' || taken.has(prefix) ? `module ${n + 1}` : prefix;
    taken.add(name);
    for (const at of members) modules.set(at, name);
    if (name !== prefix) return;
    // What follows under the same name is part of it: attention, a shortcut, the activation.
    for (let at = members[0] ?? nodes.length; at < nodes.length; at++) {
      const title = nameAt(at);
      if (!modules.has(at) && title.startsWith(prefix) && ['.', '/'].includes(title[prefix.length] ?? '')) modules.set(at, name);
    }
  });
  return modules;
};
