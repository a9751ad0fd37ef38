import type { GraphProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { onlyReader } from './fold.js';
import { layerName, operatorOf, wiringOf, type Wiring } from './graph.js';
import { clampOf, dataOf, isDecoding, ruleFor, type Rule } from './rules.js';
import type { Range } from './scale.js';

export type PlanOptions = {
  /** Layers (see `layerName`) to leave in float32. */
  readonly keep?: ReadonlySet<string>;
  /** Only these convolutions become bytes, to see what each one costs. */
  readonly only?: ReadonlySet<string>;
  /** Whether the last convolutions before the outputs become bytes too: boxes and scores then come in 256 steps. */
  readonly last?: boolean;
};

/** A node that works on bytes. */
export type PlannedNode = {
  readonly node: NodeProto;
  readonly rule: Rule;
  /** Relu or Clip that goes away, since holding the result within bytes does the same. */
  readonly clamp: NodeProto | null;
  /** Values that it gives; after the clamp where there is one. */
  readonly results: readonly string[];
};

export type Plan = {
  /** In the order of the graph. */
  readonly nodes: readonly PlannedNode[];
  /** Values that become or are bytes; those of one list have one scale. */
  readonly groups: readonly (readonly string[])[];
  /** Values that are joined without counting if they have one scale: inputs and result of a Concat. */
  readonly joins: readonly (readonly string[])[];
  /** Ends that a value must not go beyond, where a clamp was taken away. */
  readonly clamps: ReadonlyMap<string, Range>;
};

/** Every convolution that could become bytes, and those of them that no other one follows. */
export const convolutionsOf = (graph: GraphProto): { readonly all: readonly NodeProto[]; readonly last: ReadonlySet<NodeProto> } => {
  const wiring = wiringOf(graph);
  const all = graph.node.filter((node) => operatorOf(node) === 'Conv' && ruleFor(node, wiring) !== null);
  const followed = new Set<string>();
  const last = new Set<NodeProto>();
  for (const node of [...graph.node].reverse()) {
    const isConv = (operatorOf(node) === 'Conv' && !isDecoding(node, wiring)) || operatorOf(node) === 'ConvTranspose';
    const leads = node.output.some((name) => followed.has(name));
    if (isConv && !leads) last.add(node);
    if (isConv || leads) node.input.forEach((name) => followed.add(name));
  }
  return { all, last };
};

/**
 * Which nodes work on bytes, and which values share a scale. Convolutions do; so does what lies
 * between them as far as that saves going to float32 and back. `given` names values that are bytes
 * already. Expects a graph that `simplify` made.
 */
export const planOf = (graph: GraphProto, given: ReadonlySet<string>, options: PlanOptions = {}): Plan => {
  const wiring = wiringOf(graph);
  const { last } = convolutionsOf(graph);
  const candidates = new Map<NodeProto, PlannedNode>();
  for (const node of graph.node) {
    const rule = ruleFor(node, wiring);
    const name = layerName(node);
    if (!rule || options.keep?.has(name) || (options.last !== true && last.has(node))) continue;
    if (options.only && (operatorOf(node) !== 'Conv' || !options.only.has(name))) continue;
    const clamp = rule.clamps ? clampAfter(node, wiring) : null;
    candidates.set(node, { node, rule, clamp, results: clamp ? clamp.output : node.output });
  }
  dropUseless(candidates, wiring, given);
  const nodes = [...candidates.values()];
  const clamps = new Map<string, Range>();
  for (const { clamp, results: [result = ''] } of nodes) {
    const range = clamp && clampOf(clamp, wiring);
    if (range) clamps.set(result, range);
  }
  const joins = nodes.filter(({ rule }) => rule.scale === 'joined').map(({ node, rule, results }) => [...dataOf(node, rule), ...results]);
  return { nodes, groups: groupsOf(nodes), joins, clamps };
};

const clampAfter = (node: NodeProto, wiring: Wiring): NodeProto | null => {
  const reader = onlyReader(wiring, node.output[0] ?? '');
  return reader && reader.input[0] === node.output[0] && clampOf(reader, wiring) ? reader : null;
};

/** Takes out what would only turn float32 into bytes and back again. */
const dropUseless = (candidates: Map<NodeProto, PlannedNode>, wiring: Wiring, given: ReadonlySet<string>): void => {
  for (let changed = true; changed;) {
    changed = false;
    const made = new Set(given);
    for (const { results } of candidates.values()) results.forEach((name) => made.add(name));
    for (const { node, rule, results } of [...candidates.values()]) {
      if (operatorOf(node) === 'Conv') continue;
      const fed = dataOf(node, rule).some((name) => made.has(name));
      const wanted = rule.reduces || results.some((name) => (wiring.consumers.get(name) ?? []).some((reader) => {
        const planned = candidates.get(reader);
        return planned !== undefined && dataOf(reader, planned.rule).includes(name);
      }));
      if (fed && wanted) continue;
      candidates.delete(node);
      changed = true;
    }
  }
};

/** Values that have one scale because they are parts or copies of each other. */
const groupsOf = (nodes: readonly PlannedNode[]): readonly (readonly string[])[] => {
  const groups = new Map<string, Set<string>>();
  const groupOf = (name: string): Set<string> => {
    const group = groups.get(name) ?? new Set([name]);
    groups.set(name, group);
    return group;
  };
  for (const { node, rule, results } of nodes) {
    for (const name of [...dataOf(node, rule), ...results]) groupOf(name);
    if (rule.scale !== 'same') continue;
    const group = groupOf(node.input[0] ?? '');
    for (const member of results.flatMap((name) => [...groupOf(name)])) {
      group.add(member);
      groups.set(member, group);
    }
  }
  return [...new Set(groups.values())].map((group) => [...group]);
};
