import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as Kind, AttributeProtoSchema, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, ValueInfoProtoSchema,
  type AttributeProto, type ModelProto, type ValueInfoProto,
} from './generated/onnx_pb.js';
import { makeTensor, type ConstantType } from './tensor.js';
import { elementTypes, type Dimension, type ElementType } from './types.js';

/** A node's attribute; its kind must be said, since 1 may be an integer or a float. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] };

/** Names a value in a graph under construction. */
export type Value = string;

/** What a graph is put together with. Values are named on their own where no name is given. */
export type GraphScope = {
  readonly input: (name: string, type: ElementType, dims: readonly Dimension[]) => Value;
  readonly constant: (type: ConstantType, dims: readonly number[], values: ArrayLike<number>, name?: string) => Value;
  /**
   * Adds a node with one output. '' stands for an optional input left out. `name` names the node
   * and, where `value` says nothing else, what it gives out.
   */
  readonly node: (
    operator: string, inputs: readonly Value[], attributes?: Readonly<Record<string, Attribute>>, name?: string, value?: string,
  ) => Value;
  /** Adds a node with several outputs. */
  readonly split: (
    operator: string, inputs: readonly Value[], outputs: number, attributes?: Readonly<Record<string, Attribute>>,
  ) => readonly Value[];
  /** Declares `value` an output of the model, under `name`. */
  readonly output: (name: string, value: Value, type: ElementType, dims: readonly Dimension[]) => void;
};

export type ModelOptions = {
  readonly name: string;
  readonly producer?: string;
  /** Version of ONNX's operator set. */
  readonly opset?: number;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** A model whose graph `compose` puts together, node by node, in an order in which it can run. */
export const buildModel = (options: ModelOptions, compose: (graph: GraphScope) => void): ModelProto => {
  const graph = create(GraphProtoSchema, { name: options.name });
  let count = 0;
  const fresh = (hint: string): string => `${hint}_${count++}`;

  const add = (
    operator: string, inputs: readonly Value[], output: readonly Value[], attributes: Readonly<Record<string, Attribute>>, name: string,
  ): void => {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    graph.node.push(create(NodeProtoSchema, { name, opType: operator, input: [...inputs], output: [...output], attribute }));
  };

  compose({
    input: (name, type, dims) => {
      graph.input.push(valueInfo(name, type, dims));
      return name;
    },
    constant: (type, dims, values, name = fresh('constant')) => {
      graph.initializer.push(makeTensor(name, type, dims, values));
      return name;
    },
    node: (operator, inputs, attributes = {}, name = fresh(operator), value = name) => {
      add(operator, inputs, [value], attributes, name);
      return value;
    },
    split: (operator, inputs, outputs, attributes = {}) => {
      const name = fresh(operator);
      const values = Array.from({ length: outputs }, (_, n) => (outputs === 1 ? name : `${name}.${n}`));
      add(operator, inputs, values, attributes, name);
      return values;
    },
    output: (name, value, type, dims) => {
      if (value !== name) add('Identity', [value], [name], {}, `name_${name}`);
      graph.output.push(valueInfo(name, type, dims));
    },
  });

  return create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: options.producer ?? 'vovision',
    opsetImport: [{ domain: '', version: BigInt(options.opset ?? 17) }],
    graph,
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
};

const valueInfo = (name: string, type: ElementType, dims: readonly Dimension[]): ValueInfoProto => {
  const dim = dims.map((each) => {
    if (typeof each === 'number') return { value: { case: 'dimValue' as const, value: BigInt(each) } };
    return each === null ? {} : { value: { case: 'dimParam' as const, value: each } };
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: elementTypes[type].code, shape: { dim } } } },
  });
};

const attributeOf = (name: string, value: Attribute): AttributeProto => {
  if ('int' in value) return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value.int) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value.float });
  if ('string' in value) return create(AttributeProtoSchema, { name, type: Kind.STRING, s: new TextEncoder().encode(value.string) });
  if ('ints' in value) return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.ints.map(BigInt) });
  return create(AttributeProtoSchema, { name, type: Kind.FLOATS, floats: [...value.floats] });
};
