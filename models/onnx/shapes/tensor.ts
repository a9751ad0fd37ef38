import type { AttributeProto, NodeProto, TensorProto } from '../generated/onnx_pb.js';
import { elementTypeOf } from '../types.js';

/** What is known of a value before the model runs: its dimensions and, where it is small and follows from them, its numbers. */
export type Known = { readonly dims: readonly number[]; readonly values: readonly number[] | null };

/** Numbers of larger tensors are not followed: they hold no shapes. */
export const mostValues = 1024;

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

export const known = (dims: readonly number[], values: readonly number[] | null = null): Known =>
  ({ dims, values: values !== null && values.length === sizeOf(dims) && values.length <= mostValues ? values : null });

/** A weight or constant. */
export const knownTensor = (tensor: TensorProto): Known => {
  const dims = tensor.dims.map(Number);
  return known(dims, sizeOf(dims) <= mostValues ? tensorValues(tensor) : null);
};

const readers: Readonly<Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  int32: [4, (view, at) => view.getInt32(at, true)],
  float32: [4, (view, at) => view.getFloat32(at, true)],
};

/** The numbers of an integer or float tensor as the file writes them; null for other types and for data kept elsewhere. */
const tensorValues = ({ dataType, rawData, int64Data, int32Data, floatData }: TensorProto): readonly number[] | null => {
  const reader = readers[elementTypeOf(dataType) ?? ''];
  if (reader === undefined) return null;
  if (rawData.length === 0) return [...int64Data.map(Number), ...int32Data, ...floatData];
  const [bytes, read] = reader;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: Math.floor(rawData.length / bytes) }, (_, n) => read(view, n * bytes));
};

/** A node as the rules see it. */
export type Operation = {
  /** Undefined where an optional input is left out, null where nothing is known of it. */
  readonly inputs: readonly (Known | null | undefined)[];
  /** Number of values it gives out. */
  readonly outputs: number;
  readonly int: (name: string, otherwise: number) => number;
  readonly ints: (name: string) => readonly number[] | null;
  readonly text: (name: string) => string;
  readonly tensor: (name: string) => TensorProto | null;
};

export const operationOf = (node: NodeProto, inputs: Operation['inputs']): Operation => {
  const find = (name: string): AttributeProto | undefined => node.attribute.find((attribute) => attribute.name === name);
  return {
    inputs,
    outputs: node.output.length,
    int: (name, otherwise) => {
      const found = find(name);
      return found === undefined ? otherwise : Number(found.i);
    },
    ints: (name) => find(name)?.ints.map(Number) ?? null,
    text: (name) => new TextDecoder().decode(find(name)?.s ?? new Uint8Array()),
    tensor: (name) => find(name)?.t ?? null,
  };
};
