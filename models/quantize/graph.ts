import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind, AttributeProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema,
  type AttributeProto, type GraphProto, type ModelProto, type NodeProto, type TensorProto,
} from '../onnx/generated/onnx_pb.js';
import { tensorType, visitGraphs } from '../onnx/read.js';

/** Who makes and who reads each value of a graph. It is a picture of one moment: make it anew after changes. */
export type Wiring = {
  readonly producer: ReadonlyMap<string, NodeProto>;
  readonly consumers: ReadonlyMap<string, readonly NodeProto[]>;
  readonly constants: ReadonlyMap<string, TensorProto>;
  /** Values that must keep their names and meaning: the model's outputs, and what inner graphs read. */
  readonly pinned: ReadonlySet<string>;
};

export const wiringOf = (graph: GraphProto): Wiring => {
  const producer = new Map<string, NodeProto>();
  const consumers = new Map<string, NodeProto[]>();
  const pinned = new Set(graph.output.map(({ name }) => name));
  for (const node of graph.node) {
    for (const name of node.output) if (name !== '') producer.set(name, node);
    for (const name of new Set(node.input)) {
      const readers = consumers.get(name);
      if (readers) readers.push(node);
      else consumers.set(name, [node]);
    }
    for (const attribute of node.attribute) {
      for (const inner of [...(attribute.g ? [attribute.g] : []), ...attribute.graphs]) {
        visitGraphs(inner, (each) => {
          for (const { input } of each.node) input.forEach((name) => pinned.add(name));
          for (const { name } of each.output) pinned.add(name);
        });
      }
    }
  }
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  return { producer, consumers, constants, pinned };
};

/** A node's operator; those of other domains than ONNX's own with their domain in front. */
export const operatorOf = ({ domain, opType }: NodeProto): string => (domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`);

/** What a node is called where people read of it: its name, or that of what it gives. */
export const layerName = (node: NodeProto): string => (node.name === '' ? (node.output[0] ?? '') : node.name);

export const attributeOf = (node: NodeProto, name: string): AttributeProto | undefined => node.attribute.find((each) => each.name === name);

export const integersOf = (node: NodeProto, name: string): readonly number[] | null => attributeOf(node, name)?.ints.map(Number) ?? null;

export const integerOf = (node: NodeProto, name: string, otherwise: number): number => {
  const found = attributeOf(node, name);
  return found === undefined ? otherwise : Number(found.i);
};

export const textOf = (node: NodeProto, name: string): string => new TextDecoder().decode(attributeOf(node, name)?.s ?? new Uint8Array());

export const makeNode = (
  operator: string, name: string, input: readonly string[], output: readonly string[],
  { integers = {}, domain = '' }: { readonly integers?: Readonly<Record<string, number | readonly number[]>>; readonly domain?: string } = {},
): NodeProto =>
  create(NodeProtoSchema, {
    name, opType: operator, domain, input: [...input], output: [...output],
    attribute: Object.entries(integers).map(([key, value]) => (typeof value === 'number'
      ? create(AttributeProtoSchema, { name: key, type: Kind.INT, i: BigInt(value) })
      : create(AttributeProtoSchema, { name: key, type: Kind.INTS, ints: value.map(BigInt) }))),
  });

/** Gives names that nothing in the graph has, the wanted one where it is free. */
export const freshNames = (graph: GraphProto): ((wanted: string) => string) => {
  const taken = new Set<string>();
  visitGraphs(graph, (each) => {
    for (const { name } of [...each.initializer, ...each.input, ...each.output]) taken.add(name);
    for (const { input, output } of each.node) [...input, ...output].forEach((name) => taken.add(name));
  });
  return (wanted) => {
    let name = wanted;
    for (let n = 1; taken.has(name); n++) name = `${wanted}.${n}`;
    taken.add(name);
    return name;
  };
};

/** Whether all inputs have a size that cannot change, but for how many pictures there are. */
export const hasFixedSize = ({ graph }: ModelProto): boolean =>
  graph !== undefined && graph.input.every((input) => tensorType(input).dims?.slice(1).every((dim) => typeof dim === 'number') ?? false);

/** First version of ONNX's operators in which QuantizeLinear and DequantizeLinear know channels. */
const perChannelOpset = 13;

/** The domain of the two: ONNX's own, or, where that is too old, Microsoft's twins, which mean the same and go with every version. */
export const quantizeDomain = (model: ModelProto): string => {
  const version = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0n;
  if (version >= perChannelOpset) return '';
  const domain = 'com.microsoft';
  if (!model.opsetImport.some((each) => each.domain === domain)) model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain, version: 1n }));
  return domain;
};

/** Takes away constants that nobody reads, and what the graph says of values that are gone. */
export const sweep = (graph: GraphProto): void => {
  const { consumers, producer, pinned } = wiringOf(graph);
  graph.initializer = graph.initializer.filter(({ name }) => consumers.has(name) || pinned.has(name));
  graph.valueInfo = graph.valueInfo.filter(({ name }) => producer.has(name));
};
