import type { GraphProto, ModelProto } from '../generated/onnx_pb.js';
import { modelInputs } from '../read.js';
import { ruleOf } from './rules.js';
import { knownTensor, operationOf, sizeOf, type Known } from './tensor.js';

/** Most elements of a value that is believed; more than any machine holds means a wrong or hostile file. */
const mostElements = 2 ** 40;
const mostRank = 64;

/**
 * Dimensions of every value in the main graph that follow from those of the inputs, by name.
 * `inputs` gives each input's dimensions. What depends on the data, or on operators not known here,
 * is left out, and so is what follows from it. Expects the nodes in order, as ONNX demands.
 */
export const inferShapes = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, Known> => {
  const shapes = new Map<string, Known>();
  const { graph } = model;
  if (!graph) return shapes;
  for (const tensor of graph.initializer) shapes.set(tensor.name, knownTensor(tensor));
  for (const { name } of modelInputs(model)) {
    const dims = inputs.get(name);
    if (dims) shapes.set(name, { dims, values: null });
  }
  inferGraph(graph, shapes);
  return shapes;
};

const inferGraph = (graph: GraphProto, shapes: Map<string, Known>): void => {
  for (const node of graph.node) {
    const rule = ruleOf(node.domain, node.opType);
    if (!rule) continue;
    const given = node.input.map((name) => (name === '' ? undefined : (shapes.get(name) ?? null)));
    const result = rule(operationOf(node, given));
    const outputs: readonly (Known | null)[] = Array.isArray(result) ? (result as readonly (Known | null)[]) : [result as Known | null];
    outputs.forEach((output, n) => {
      const name = node.output[n];
      if (name && output && isSound(output)) shapes.set(name, output);
    });
  }
};

const isSound = ({ dims }: Known): boolean =>
  dims.length <= mostRank && dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) && sizeOf(dims) <= mostElements;
