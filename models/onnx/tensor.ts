import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema, type TensorProto } from './generated/onnx_pb.js';
import { elementTypes } from './types.js';

const writers = {
  float32: (view: DataView, at: number, value: number) => view.setFloat32(at, value, true),
  float64: (view: DataView, at: number, value: number) => view.setFloat64(at, value, true),
  int64: (view: DataView, at: number, value: number) => view.setBigInt64(at, BigInt(value), true),
  int32: (view: DataView, at: number, value: number) => view.setInt32(at, value, true),
  uint8: (view: DataView, at: number, value: number) => view.setUint8(at, value),
  int8: (view: DataView, at: number, value: number) => view.setInt8(at, value),
  bool: (view: DataView, at: number, value: number) => view.setUint8(at, value),
} as const;

/** Element types that constants can be made of. */
export type ConstantType = keyof typeof writers;

/** A tensor of `values` in row-major order; its size must be the product of `dims`. */
export const makeTensor = (name: string, type: ConstantType, dims: readonly number[], values: ArrayLike<number>): TensorProto => {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== values.length) throw new RangeError(`A tensor of ${dims.join(' x ')} holds ${size} values; ${values.length} were given.`);
  const { bytes, code } = elementTypes[type];
  const raw = new Uint8Array(size * bytes);
  const view = new DataView(raw.buffer);
  const write = writers[type];
  for (let n = 0; n < size; n++) write(view, n * bytes, values[n] ?? 0);
  return create(TensorProtoSchema, { name, dataType: code, dims: dims.map(BigInt), rawData: raw });
};
