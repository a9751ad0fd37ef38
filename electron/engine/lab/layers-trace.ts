import type { GraphProto, NodeProto } from '../../../models/onnx/generated/onnx_pb.js';
import { linksOf, type Links } from '../../../models/experiments/links.js';

/** A node that ran, as far as it tells where it comes from. */
export type RanNode = {
  readonly name: string;
  readonly operator: string;
  /** Values it reads and gives out in the optimised graph; none where that is not known. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
};

/** They only change where or how data lies; onnxruntime adds them under names of the data's own. */
const movers = new Set([
  'ReorderInput', 'ReorderOutput', 'MemcpyFromHost', 'MemcpyToHost', 'Transpose', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity',
]);
/** What computes products, into which onnxruntime fuses what follows. */
const products = /Conv|Gemm|MatMul/;
/** What is fused into the product before it: everything else that vanishes is part of what comes after. */
const followers = new Set([
  'BatchNormalization', 'Relu', 'LeakyRelu', 'Clip', 'Sigmoid', 'Tanh', 'HardSigmoid', 'HardSwish', 'Add', 'Sum', 'Mul', 'Sub', 'Div',
]);

/**
 * The nodes of the file that each node stands for that ran, by their indices: the one whose outcome it
 * gives first, then the others. Each node of the file is part of one at most; nodes that were
 * added (reordering, copies between devices) have none.
 *
 * A node that ran is known by the value it gives out or by its name, which onnxruntime keeps or
 * lengthens. From there it reaches back to the next ones that are known. What is left (a sum that
 * became part of the convolution before it) belongs to the last that ran of those it reads from.
 */
export const traceBack = (graph: GraphProto, ran: readonly RanNode[]): readonly (readonly number[])[] => {
  const links = linksOf(graph);
  const owners = findAnchors(links, ran);
  const parts = ran.map((): number[] => []);
  owners.forEach((row, node) => parts[row]?.push(node));
  const own = (node: number, row: number): void => {
    owners.set(node, row);
    parts[row]?.push(node);
  };
  /** The last that ran of those that a node reads from. */
  const lastBefore = (node: NodeProto): number | null => {
    const rows = node.input.flatMap((value) => {
      const maker = links.makerOf(value);
      const row = maker === undefined ? undefined : owners.get(maker);
      return row === undefined ? [] : [row];
    });
    return rows.length === 0 ? null : Math.max(...rows);
  };

  graph.node.forEach((node, at) => {
    const row = owners.has(at) || !followers.has(node.opType) ? null : lastBefore(node);
    if (row !== null && products.test(ran[row]?.operator ?? '')) own(at, row);
  });
  ran.forEach((_, row) => {
    const open = [...(parts[row] ?? [])];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const value of links.nodes[at]?.input ?? []) {
        const maker = links.makerOf(value);
        if (maker === undefined || owners.has(maker)) continue;
        own(maker, row);
        open.push(maker);
      }
    }
  });
  graph.node.forEach((node, at) => {
    const row = owners.has(at) ? null : lastBefore(node);
    if (row !== null) own(at, row);
  });
  return parts;
};

const lengthened = /_token_\d+$/;

/** For each node of the file that is known to have run, the index of what ran. */
const findAnchors = (links: Links, ran: readonly RanNode[]): Map<number, number> => {
  const names = new Map<string, number>();
  const twice = new Set<string>();
  links.nodes.forEach(({ name }, at) => {
    if (names.has(name)) twice.add(name);
    else if (name !== '') names.set(name, at);
  });
  for (const name of twice) names.delete(name);

  const computing = links.nodes.map((node, at) => ({ node, at })).filter(({ node }) => node.opType !== 'Constant');
  const guesses = ({ name, operator, outputs }: RanNode): readonly (number | undefined)[] => {
    // A node without a name is called after its operator and its place in the file, constants apart.
    const [, kind, place] = /^(\w+)_(\d+)$/.exec(name) ?? [];
    const unnamed = computing[Number(place)];
    return [
      ...outputs.map((value) => links.makerOf(value)),
      ...outputs.map((value) => links.makerOf(value.replace(lengthened, ''))),
      links.makerOf(name.replace(/(_bn)?_nchwc$/, '')),
      names.get(name),
      names.get(name.replace(lengthened, '')),
      kind === operator && unnamed?.node.name === '' && unnamed.node.opType === operator ? unnamed.at : undefined,
    ];
  };
  const anchors = new Map<number, number>();
  // What computes comes first: a reordering gives out a value under the name of what it reorders.
  for (const moving of [false, true]) {
    ran.forEach((each, row) => {
      if (movers.has(each.operator) !== moving) return;
      const found = guesses(each).find((at) =>
        at !== undefined && !anchors.has(at) && (!moving || links.nodes[at]?.opType === each.operator));
      if (found !== undefined) anchors.set(found, row);
    });
  }
  return anchors;
};
