import type { ModelProto, NodeProto, TensorProto } from '../onnx/generated/onnx_pb.js';
import { inferTypes } from '../onnx/shapes/element-types.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { sizeOf } from '../onnx/shapes/tensor.js';
import { elementTypeOf, elementTypes } from '../onnx/types.js';
import { withRatios, type Cost } from './cost.js';
import { convolutionOperators, dataInputs, makers, multiplyAddsOf, views, type Sizes } from './operators.js';
import { peakOf } from './peak.js';

export type NodeCost = Cost & {
  /** The node's name, or that of what it gives out. */
  readonly name: string;
  readonly operator: string;
  /** Dimensions of what it gives out first. */
  readonly output: readonly number[];
};

export type FileCost = Cost & {
  readonly peakActivationElements: number;
  /** Each element in the bytes of its own type: a uint8 picture takes one, half precision two. */
  readonly peakActivationBytes: number;
  readonly layers: readonly NodeCost[];
  /** Nodes whose shapes depend on the data or on unknown operators: not counted. */
  readonly unknown: readonly { readonly name: string; readonly operator: string }[];
};

/** Element types that weights have; integers of other sizes are shapes and indices. */
const weightTypes: ReadonlySet<string | null> = new Set(['float32', 'float16', 'float64', 'bfloat16', 'int8', 'uint8']);

/**
 * Cost of every node of an ONNX file, for inputs of the given dimensions. Parameters are those the
 * file holds, counted with the first node that reads them; scales and zero points are none. Memory
 * access counts each input, output and weight element once; only for convolutions is there a bound
 * below it (see `convCost`).
 */
export const fileCost = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): FileCost => {
  const shapes = inferShapes(model, inputs);
  const types = inferTypes(model);
  const weights = weightSizes(model);
  const nodes = model.graph?.node ?? [];
  const layers: NodeCost[] = [];
  const unknown: FileCost['unknown'][number][] = [];
  for (const node of nodes) {
    const about = { name: node.name || (node.output[0] ?? ''), operator: node.opType };
    const given = dataInputs(node).map((name) => shapes.get(name)?.dims);
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
        multiplyAdds: multiplyAddsOf(node.opType, sizes),
        memoryAccess: access,
        memoryAccessBound: convolutionOperators.has(node.opType) ? access - unbalance(sizes) : access,
      }),
    });
  }
  const sum = (key: 'parameters' | 'multiplyAdds' | 'memoryAccess' | 'memoryAccessBound'): number =>
    layers.reduce((total, layer) => total + layer[key], 0);
  const elementsOf = (name: string): number => sizeOf(shapes.get(name)?.dims ?? [0]);
  return {
    ...withRatios({
      parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds'),
      memoryAccess: sum('memoryAccess'), memoryAccessBound: sum('memoryAccessBound'),
    }),
    peakActivationElements: peakOf(model, elementsOf),
    peakActivationBytes: peakOf(model, (name) => elementsOf(name) * elementTypes[types.get(name) ?? 'float32'].bytes),
    layers,
    unknown,
  };
};

/** What input and output have more than twice the root of their product. */
const unbalance = ({ inputs: [x = []], output }: Sizes): number => (Math.sqrt(sizeOf(x)) - Math.sqrt(sizeOf(output))) ** 2;

const weightSizes = (model: ModelProto): Map<string, number> => {
  const nodes = model.graph?.node ?? [];
  const tensors: [string, TensorProto][] = (model.graph?.initializer ?? []).map((tensor) => [tensor.name, tensor]);
  for (const node of nodes) {
    const constant = node.opType === 'Constant' ? node.attribute.find(({ name }) => name === 'value')?.t : undefined;
    if (constant) tensors.push([node.output[0] ?? '', constant]);
  }
  // A bias of quantised convolutions is int32, as shapes in some files are: what reads it tells.
  const biases = new Set(nodes.flatMap(({ opType, input }) =>
    (opType === 'QLinearConv' ? [input[8]] : opType === 'DequantizeLinear' ? [input[0]] : [])));
  return new Map(tensors
    .filter(([name, { dataType }]) => weightTypes.has(elementTypeOf(dataType)) || biases.has(name))
    .map(([name, { dims }]) => [name, sizeOf(dims.map(Number))]));
};

/** Parameters that `node` is the first to read; they are taken out of `weights`, and given on by views of them. */
const takeParameters = (node: NodeProto, weights: Map<string, number>): number => {
  const taken = dataInputs(node).reduce((sum, name) => {
    const size = weights.get(name) ?? 0;
    weights.delete(name);
    return sum + size;
  }, 0);
  if (!views.has(node.opType)) return taken;
  if (taken > 0) weights.set(node.output[0] ?? '', taken);
  return 0;
};
