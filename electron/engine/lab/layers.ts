import type { ModelProto, NodeProto } from '../../../models/onnx/generated/onnx_pb.js';
import { fileCost, type FileCost, type NodeCost } from '../../../models/cost/file-cost.js';
import { findAggregations, oneShotModules } from '../../../models/experiments/aggregations.js';
import { titleOf } from '../../../models/experiments/links.js';
import { OnnxError } from '../../../models/onnx/error.js';
import { readModel } from '../../../models/onnx/read.js';
import { milliseconds, type LabResult, type LayerRow, type NodesByProvider } from '../contract/contract.js';
import { traceBack, type RanNode } from './layers-trace.js';
import { median } from './medians.js';
import { memoryRoom, refuseTooLarge } from './memory-room.js';
import type { OpenBench, OpenSubject, Profile, ProfiledNode, Progress, Runner } from './types.js';

export type LayersOutcome = Extract<LabResult['outcome'], { readonly kind: 'layers' }>;

export type LayersSetting = {
  readonly runner: Runner;
  /** Profiled inferences, of whose times medians are taken. */
  readonly runs: number;
  readonly openBench: OpenBench;
  /** Bytes that it may take in the machine's own memory; what is free where nothing is said. */
  readonly room?: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

/** Inferences before anything is timed. */
const warming = 2;

/**
 * Time of each layer of a subject on one provider: onnxruntime's profile of its optimised graph,
 * under the names and with the costs of the nodes of the file. `whole` is measured before and after the profile, in a session without one.
 */
export const measureLayers = async (subject: OpenSubject, setting: LayersSetting): Promise<LayersOutcome> => {
  const { runner, runs, openBench, progress, signal, room = memoryRoom() } = setting;
  progress(`Opening ${subject.title}`, 0);
  const { source, inputs, values } = subject;
  if (runner.provider === 'cpu') refuseTooLarge(fileCost(subject.model, new Map(Object.entries(inputs))), 1, room);
  const bench = await openBench({ ...runner, source, inputs, ...(values !== undefined && { values }) }, signal);
  try {
    progress('Warming up', 0.1);
    await bench.run({ runs: warming, milliseconds: milliseconds(0) }, signal);
    const half = { runs: Math.ceil(runs / 2), milliseconds: milliseconds(0) };
    progress('Timing it as a whole', 0.2);
    const before = await bench.run(half, signal);
    progress('Timing each layer', 0.4);
    const profile = await bench.profile(runs, signal);
    progress('Timing it as a whole again', 0.9);
    const after = await bench.run(half, signal);
    return {
      kind: 'layers',
      title: subject.title,
      rows: layerRows(subject, profile),
      whole: milliseconds(median([...before, ...after])),
      nodes: nodesByProvider(profile.nodes),
    };
  } finally {
    await bench.dispose();
  }
};

/**
 * A row for each node that ran, with the costs of the nodes of the file that it stands for, added up.
 * What was added by onnxruntime is named after the layer it serves, and has no parts and no cost.
 */
export const layerRows = ({ model, inputs }: Pick<OpenSubject, 'model' | 'inputs'>, profile: Profile): readonly LayerRow[] => {
  const { graph } = model;
  const dims = new Map(Object.entries(inputs));
  const nodes = graph?.node ?? [];
  const costs = costsByNode(model, fileCost(model, dims));
  const modules = oneShotModules(model, findAggregations(model, dims));
  const ran = ranNodes(profile);
  const parts = graph ? traceBack(graph, ran) : [];
  const times = profile.nodes.map((node) => median(node.times));
  const total = times.reduce((sum, time) => sum + time, 0);
  const ours = model.producerName === 'vovision';
  const names = parts.map((each) => heaviestFirst(each, costs).map((at) => nameAt(nodes, at)));
  const titles = rowTitles(ran, names.map(([first]) => (first === undefined ? null : layerName(first, ours))));
  return profile.nodes.map((node, row): LayerRow => {
    const found = parts[row] ?? [];
    const sum = (key: 'parameters' | 'multiplyAdds' | 'memoryAccess'): number | null => {
      const known = found.flatMap((at) => costs[at]?.[key] ?? []);
      return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
    };
    const time = times[row] ?? 0;
    return {
      name: titles[row] ?? node.name,
      parts: names[row] ?? [],
      operator: node.operator,
      provider: plainProvider(node.provider),
      time: milliseconds(time),
      share: total === 0 ? 0 : time / total,
      parameters: sum('parameters'),
      multiplyAdds: sum('multiplyAdds'),
      memoryAccess: sum('memoryAccess'),
      module: found.map((at) => modules.get(at)).find((module) => module !== undefined) ?? null,
    };
  });
};

/** What was added is called after what it does and the layer whose outcome it works on. */
const rowTitles = (ran: readonly RanNode[], layers: readonly (string | null)[]): readonly string[] => {
  const of = new Map<string, string>();
  return ran.map(({ name, operator, inputs, outputs }, row) => {
    const layer = layers[row] ?? null;
    const source = layer ?? inputs.map((value) => of.get(value)).find((title) => title !== undefined) ?? null;
    if (source !== null) for (const value of outputs) of.set(value, source);
    return layer ?? (source === null ? name : `${source} (${operator})`);
  });
};

const nameAt = (nodes: readonly NodeProto[], at: number): string => {
  const node = nodes[at];
  return node === undefined ? '' : titleOf(node);
};

/** Nodes that are written here are called after their layer and what they do in it. */
const layerName = (name: string, ours: boolean): string => (ours ? name.replace(/\/(conv|norm|relu)$/, '') : name);

/** The node with most multiply-adds, which gives a layer its name, then the others in the order of the file. */
const heaviestFirst = (parts: readonly number[], costs: readonly (NodeCost | null)[]): readonly number[] => {
  const weight = (at: number): number => costs[at]?.multiplyAdds ?? 0;
  const [anchor] = parts;
  if (anchor === undefined) return [];
  const first = parts.reduce((best, at) => (weight(at) > weight(best) ? at : best), anchor);
  return [first, ...parts.filter((at) => at !== first).sort((a, b) => a - b)];
};

/** The cost of each node by its index; null for those that are not counted. */
const costsByNode = (model: ModelProto, { layers }: FileCost): readonly (NodeCost | null)[] => {
  let next = 0;
  return (model.graph?.node ?? []).map((node) => {
    const cost = layers[next];
    if (cost?.name !== titleOf(node) || cost.operator !== node.opType) return null;
    next += 1;
    return cost;
  });
};

/** What ran, with its outputs where the optimised graph tells them: it lists its nodes in the order they run. */
const ranNodes = ({ nodes, optimised }: Profile): readonly RanNode[] => {
  const written = optimised === null ? [] : readOptimised(optimised);
  const inOrder = written.length === nodes.length && nodes.every(({ operator }, at) => written[at]?.opType === operator);
  const byName = new Map(written.map((node) => [node.name, node]));
  return nodes.map(({ name, operator }, at) => {
    const node = inOrder ? written[at] : byName.get(name);
    const named = (values: readonly string[] | undefined): readonly string[] => values?.filter((value) => value !== '') ?? [];
    return { name, operator, inputs: named(node?.input), outputs: named(node?.output) };
  });
};

const readOptimised = (bytes: Uint8Array): readonly NodeProto[] => {
  try {
    return readModel(bytes).graph?.node ?? [];
  } catch (error) {
    // Names alone find nearly as much.
    if (error instanceof OnnxError) return [];
    throw error;
  }
};

const plainProvider = (provider: string): string => provider.replace(/ExecutionProvider$/, '');

/** How many nodes ran on which provider, most first. */
export const nodesByProvider = (nodes: readonly Pick<ProfiledNode, 'provider'>[]): NodesByProvider => {
  const counts = new Map<string, number>();
  for (const { provider } of nodes) counts.set(plainProvider(provider), (counts.get(plainProvider(provider)) ?? 0) + 1);
  return [...counts].map(([provider, count]) => ({ provider, nodes: count })).sort((a, b) => b.nodes - a.nodes);
};
