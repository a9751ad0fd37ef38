import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema, type TensorProto } from './generated/onnx_pb.js';
import { toHalves } from './half.js';
import { elementTypes } from './types.js';

/** The format is little-endian; where the machine is too, numbers go over as they lie in memory. */
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const writers = {
  float32: (view: DataView, at: number, value: number) => view.setFloat32(at, value, true),
  uint16: (view: DataView, at: number, value: number) => view.setUint16(at, value, true),
  float64: (view: DataView, at: number, value: number) => view.setFloat64(at, value, true),
  int64: (view: DataView, at: number, value: number) => view.setBigInt64(at, BigInt(value), true),
  int32: (view: DataView, at: number, value: number) => view.setInt32(at, value, true),
  uint8: (view: DataView, at: number, value: number) => view.setUint8(at, value),
  int8: (view: DataView, at: number, value: number) => view.setInt8(at, value),
  bool: (view: DataView, at: number, value: number) => view.setUint8(at, value),
} as const;

/** Element types that constants can be made of. */
export type ConstantType = keyof typeof writers | 'float16';

/** A tensor of `values` in row-major order; its size must be the product of `dims`. */
export const makeTensor = (name: string, type: ConstantType, dims: readonly number[], values: ArrayLike<number>): TensorProto => {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (size !== values.length) throw new RangeError(`A tensor of ${dims.join(' x ')} holds ${size} values; ${values.length} were given.`);
  const raw = type === 'float16' ? rawBytes('uint16', toHalves(values)) : rawBytes(type, values);
  return create(TensorProtoSchema, { name, dataType: elementTypes[type].code, dims: dims.map(BigInt), rawData: raw });
};

const rawBytes = (type: keyof typeof writers, values: ArrayLike<number>): Uint8Array<ArrayBuffer> => {
  const { bytes } = elementTypes[type];
  const asTheyLie = (type === 'float32' && values instanceof Float32Array) || (type === 'uint16' && values instanceof Uint16Array);
  if (asTheyLie && littleEndian) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  const raw = new Uint8Array(values.length * bytes);
  const view = new DataView(raw.buffer);
  const write = writers[type];
  for (let n = 0; n < values.length; n++) write(view, n * bytes, values[n] ?? 0);
  return raw;
};
