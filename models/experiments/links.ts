import type { GraphProto, NodeProto } from '../onnx/generated/onnx_pb.js';

/** A node's name, or that of what it gives out: what the cost of a file calls it too. */
export const titleOf = (node: NodeProto): string => node.name || (node.output[0] ?? '');

/** Who makes which value of a graph. */
export type Links = {
  readonly nodes: readonly NodeProto[];
  /** Index of the node that gives out `value`; undefined for inputs and weights. */
  readonly makerOf: (value: string) => number | undefined;
};

export const linksOf = (graph: GraphProto): Links => {
  const makers = new Map<string, number>();
  graph.node.forEach(({ output }, at) => {
    for (const value of output) if (value !== '') makers.set(value, at);
  });
  return { nodes: graph.node, makerOf: (value) => makers.get(value) };
};
