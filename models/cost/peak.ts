import type { GraphProto, ModelProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { makers, views } from './operators.js';

/** What a value takes up while it is alive. */
export type SizeOf = (value: string) => number;

type Aliases = {
  /** The value of whose memory a value is only another view. */
  readonly rootOf: (name: string) => string;
  /** Values that are bytes from the start, since only the step to bytes reads them: by root, the name of the bytes. */
  readonly bytesOf: ReadonlyMap<string, string>;
};

const aliasesOf = ({ node: nodes, input, output }: GraphProto): Aliases => {
  const readers = new Map<string, number>();
  // What is given in and out is there as numbers, whatever follows it.
  const given = [...input, ...output].map(({ name }) => name);
  for (const name of [...nodes.flatMap((node) => node.input), ...given]) readers.set(name, (readers.get(name) ?? 0) + 1);
  const numbers = numbersGivenOut(nodes, output.map(({ name }) => name));
  const roots = new Map<string, string>();
  const bytesOf = new Map<string, string>();
  const rootOf = (name: string): string => roots.get(name) ?? name;
  for (const { opType, input: [first], output: [made] } of nodes) {
    if (!views.has(opType) || !first || !made || numbers.has(made)) continue;
    if (opType === 'QuantizeLinear') {
      if ((readers.get(first) ?? 0) > 1) continue;
      bytesOf.set(rootOf(first), made);
    }
    roots.set(made, rootOf(first));
  }
  return { rootOf, bytesOf };
};

/** Numbers made of bytes that are given out, themselves or as a view. */
const numbersGivenOut = (nodes: readonly NodeProto[], outputs: readonly string[]): ReadonlySet<string> => {
  const origins = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const found = new Set<string>();
  for (const output of outputs) {
    let name = output;
    // Bounded, since a damaged file may go round in circles.
    for (let step = 0; step < 64; step++) {
      const maker = origins.get(name);
      if (maker?.opType === 'DequantizeLinear') found.add(name);
      if (maker === undefined || !views.has(maker.opType)) break;
      name = maker.input[0] ?? '';
    }
  }
  return found;
};

/**
 * The most that is alive at once, nodes run in their order, each value kept until its last reader has
 * run, outputs to the end; weights and constants apart, views counted once.
 */
export const peakOf = ({ graph }: ModelProto, sizeOfValue: SizeOf): number => {
  if (!graph) return 0;
  const nodes = graph.node;
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const { rootOf, bytesOf } = aliasesOf(graph);
  const lastUse = new Map<string, number>();
  nodes.forEach(({ opType, input, output }, at) => {
    if (makers.has(opType)) for (const name of output) constants.add(name);
    for (const name of [...input, ...output]) lastUse.set(rootOf(name), at);
  });
  for (const { name } of graph.output) lastUse.set(rootOf(name), Infinity);

  const sizeOfRoot = (root: string): number => sizeOfValue(bytesOf.get(root) ?? root);
  const alive = new Set<string>();
  let [total, peak] = [0, 0];
  const begin = (name: string): void => {
    const root = rootOf(name);
    if (name === '' || constants.has(root) || alive.has(root)) return;
    alive.add(root);
    total += sizeOfRoot(root);
    peak = Math.max(peak, total);
  };
  for (const { name } of graph.input) begin(name);
  nodes.forEach(({ input, output }, at) => {
    output.forEach(begin);
    for (const root of [...input, ...output].map(rootOf)) {
      if (lastUse.get(root) === at && alive.delete(root)) total -= sizeOfRoot(root);
    }
  });
  return peak;
};
