import type { ModelProto, NodeProto, TensorProto } from '../onnx/generated/onnx_pb.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { sizeOf } from '../onnx/shapes/tensor.js';
import { elementTypeOf } from '../onnx/types.js';
import { withRatios, type Cost } from './cost.js';

export type NodeCost = Cost & {
  /** The node's name, or that of what it gives out. */
  readonly name: string;
  readonly operator: string;
  /** Dimensions of what it gives out first. */
  readonly output: readonly number[];
};

export type FileCost = Cost & {
  readonly peakActivationElements: number;
  /** As if every element were float32. */
  readonly peakActivationBytes: number;
  readonly layers: readonly NodeCost[];
  /** Nodes whose shapes depend on the data or on unknown operators: not counted. */
  readonly unknown: readonly { readonly name: string; readonly operator: string }[];
};

/** They say otherwise how data is to be read, or make none: nothing is moved. */
const views = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout']);
const makers = new Set(['Constant', 'ConstantOfShape', 'Shape', 'Size']);
/** Element types that weights have; integers of other sizes are shapes and indices. */
const weightTypes: ReadonlySet<string | null> = new Set(['float32', 'float16', 'float64', 'bfloat16', 'int8', 'uint8']);

type Sizes = { readonly inputs: readonly (readonly number[])[]; readonly output: readonly number[] };

/** Elements for each index of the first dimension. */
const sizeOfFirst = ([, ...others]: readonly number[]): number => sizeOf(others);

/** Multiply-adds by operator; operators that are not here have none. */
const multiplyAdds: Readonly<Record<string, (sizes: Sizes) => number>> = {
  Conv: ({ inputs: [, w = []], output }) => sizeOfFirst(w) * sizeOf(output),
  ConvTranspose: ({ inputs: [x = [], w = []] }) => sizeOfFirst(w) * sizeOf(x),
  MatMul: ({ inputs: [a = []], output }) => (a[a.length - 1] ?? 0) * sizeOf(output),
  // Either side of a tells the length of the sums: its size divided by the rows that come out.
  Gemm: ({ inputs: [a = []], output }) => (sizeOf(a) / Math.max(1, output[0] ?? 1)) * sizeOf(output),
  BatchNormalization: ({ output }) => sizeOf(output),
};

/**
 * Cost of every node of an ONNX file, for inputs of the given dimensions. Parameters are those the
 * file holds, counted with the first node that reads them. Memory access counts each input, output
 * and weight element once; only for convolutions is there a bound below it (see `convCost`).
 */
export const fileCost = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): FileCost => {
  const shapes = inferShapes(model, inputs);
  const weights = weightSizes(model);
  const nodes = model.graph?.node ?? [];
  const layers: NodeCost[] = [];
  const unknown: FileCost['unknown'][number][] = [];
  for (const node of nodes) {
    const about = { name: node.name || (node.output[0] ?? ''), operator: node.opType };
    const given = node.input.filter((name) => name !== '').map((name) => shapes.get(name)?.dims);
    const made = node.output.filter((name) => name !== '').map((name) => shapes.get(name)?.dims);
    const [output] = made;
    if (output === undefined || [...given, ...made].includes(undefined)) {
      unknown.push(about);
      continue;
    }
    const sizes: Sizes = { inputs: given.map((dims) => dims ?? []), output };
    const moves = !views.has(node.opType) && !makers.has(node.opType);
    const access = moves ? [...given, ...made].reduce((sum, dims) => sum + sizeOf(dims ?? []), 0) : 0;
    layers.push({
      ...about,
      output,
      ...withRatios({
        parameters: takeParameters(node, weights),
        multiplyAdds: Object.hasOwn(multiplyAdds, node.opType) ? (multiplyAdds[node.opType]?.(sizes) ?? 0) : 0,
        memoryAccess: access,
        memoryAccessBound: node.opType === 'Conv' ? access - unbalance(sizes) : access,
      }),
    });
  }
  const sum = (key: 'parameters' | 'multiplyAdds' | 'memoryAccess' | 'memoryAccessBound'): number =>
    layers.reduce((total, layer) => total + layer[key], 0);
  const peak = peakOf(model, (name) => sizeOf(shapes.get(name)?.dims ?? [0]));
  return {
    ...withRatios({
      parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds'),
      memoryAccess: sum('memoryAccess'), memoryAccessBound: sum('memoryAccessBound'),
    }),
    peakActivationElements: peak,
    peakActivationBytes: peak * 4,
    layers,
    unknown,
  };
};

/** What input and output have more than twice the root of their product. */
const unbalance = ({ inputs: [x = []], output }: Sizes): number => (Math.sqrt(sizeOf(x)) - Math.sqrt(sizeOf(output))) ** 2;

const weightSizes = (model: ModelProto): Map<string, number> => {
  const tensors: [string, TensorProto][] = (model.graph?.initializer ?? []).map((tensor) => [tensor.name, tensor]);
  for (const node of model.graph?.node ?? []) {
    const constant = node.opType === 'Constant' ? node.attribute.find(({ name }) => name === 'value')?.t : undefined;
    if (constant) tensors.push([node.output[0] ?? '', constant]);
  }
  return new Map(tensors
    .filter(([, { dataType }]) => weightTypes.has(elementTypeOf(dataType)))
    .map(([name, { dims }]) => [name, sizeOf(dims.map(Number))]));
};

/** Parameters that `node` is the first to read; they are taken out of `weights`, and given on by views of them. */
const takeParameters = (node: NodeProto, weights: Map<string, number>): number => {
  const taken = node.input.reduce((sum, name) => {
    const size = weights.get(name) ?? 0;
    weights.delete(name);
    return sum + size;
  }, 0);
  if (!views.has(node.opType)) return taken;
  if (taken > 0) weights.set(node.output[0] ?? '', taken);
  return 0;
};

/** Most elements alive at once, nodes run in order; weights and constants apart, views counted once, outputs kept. */
const peakOf = (model: ModelProto, sizeOfValue: (name: string) => number): number => {
  const nodes = model.graph?.node ?? [];
  const constants = new Set(model.graph?.initializer.map(({ name }) => name));
  const roots = new Map<string, string>();
  const rootOf = (name: string): string => roots.get(name) ?? name;
  const lastUse = new Map<string, number>();
  nodes.forEach(({ opType, input, output }, at) => {
    const [first] = input;
    if (views.has(opType) && first && output[0]) roots.set(output[0], rootOf(first));
    if (makers.has(opType)) for (const name of output) constants.add(name);
    for (const name of [...input, ...output]) lastUse.set(rootOf(name), at);
  });
  for (const { name } of model.graph?.output ?? []) lastUse.set(rootOf(name), Infinity);

  const alive = new Set<string>();
  let [total, peak] = [0, 0];
  const begin = (name: string): void => {
    const root = rootOf(name);
    if (name === '' || constants.has(root) || alive.has(root)) return;
    alive.add(root);
    total += sizeOfValue(root);
    peak = Math.max(peak, total);
  };
  for (const { name } of model.graph?.input ?? []) begin(name);
  nodes.forEach(({ input, output }, at) => {
    output.forEach(begin);
    for (const root of [...input, ...output].map(rootOf)) {
      if (lastUse.get(root) === at && alive.delete(root)) total -= sizeOfValue(root);
    }
  });
  return peak;
};
