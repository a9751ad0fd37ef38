import type { ModelProto, NodeProto } from '../generated/onnx_pb.js';
import { elementTypeOf, type ElementType } from '../types.js';
import { tensorType } from '../read.js';

type TypeOf = (name: string | undefined) => ElementType | null;
type TypeRule = (node: NodeProto, typeOf: TypeOf) => readonly (ElementType | null)[];

const always = (...types: ElementType[]): TypeRule => () => types;
const ofInput = (place: number): TypeRule => (node, typeOf) => [typeOf(node.input[place])];
const attribute = (node: NodeProto, name: string): ElementType | null => {
  const found = node.attribute.find((each) => each.name === name);
  return found === undefined ? null : elementTypeOf(Number(found.i));
};
const tensorOf = (node: NodeProto): ElementType | null => {
  const found = node.attribute.find((each) => each.t !== undefined)?.t;
  return found === undefined ? null : elementTypeOf(found.dataType);
};

/** Operators that give out other types than their first input's. */
const rules: Readonly<Record<string, TypeRule>> = {
  Cast: (node) => [attribute(node, 'to')],
  CastLike: ofInput(1),
  Constant: (node) => [tensorOf(node) ?? (node.attribute.some(({ name }) => /^value_ints?$/.test(name)) ? 'int64' : 'float32')],
  ConstantOfShape: (node) => [tensorOf(node) ?? 'float32'],
  Where: ofInput(1),
  OneHot: ofInput(2),
  TopK: (node, typeOf) => [typeOf(node.input[0]), 'int64'],
  MaxPool: (node, typeOf) => [typeOf(node.input[0]), 'int64'],
  QuantizeLinear: (node, typeOf) => [typeOf(node.input[2]) ?? attribute(node, 'output_dtype') ?? 'uint8'],
  DequantizeLinear: ofInput(1),
  DynamicQuantizeLinear: always('uint8', 'float32', 'uint8'),
  QLinearConv: ofInput(7), QLinearMatMul: ofInput(7),
  ConvInteger: always('int32'), MatMulInteger: always('int32'),
  ...Object.fromEntries(['Shape', 'Size', 'NonZero', 'ArgMax', 'ArgMin', 'NonMaxSuppression'].map((name) => [name, always('int64')])),
  ...Object.fromEntries(
    ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf'].map((name) => [name, always('bool')]),
  ),
};

/** Element types of the main graph's values by name, as far as they follow from the file's own and the operators. */
export const inferTypes = ({ graph }: ModelProto): ReadonlyMap<string, ElementType> => {
  const types = new Map<string, ElementType>();
  if (!graph) return types;
  const set = (name: string | undefined, type: ElementType | null): void => {
    if (name && type !== null) types.set(name, type);
  };
  for (const value of [...graph.valueInfo, ...graph.output, ...graph.input]) set(value.name, tensorType(value).type);
  for (const { name, dataType } of graph.initializer) set(name, elementTypeOf(dataType));
  const typeOf: TypeOf = (name) => (name ? (types.get(name) ?? null) : null);
  for (const node of graph.node) {
    const rule = Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined;
    const found = rule ? rule(node, typeOf) : node.output.map(() => typeOf(node.input[0]));
    node.output.forEach((name, n) => set(name, found[n] ?? null));
  }
  return types;
};
