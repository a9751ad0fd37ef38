import type { TensorProto } from '../onnx/generated/onnx_pb.js';
import { TensorProto_DataLocation } from '../onnx/generated/onnx_pb.js';
import { elementTypeOf } from '../onnx/types.js';

export const dimsOf = (tensor: TensorProto): readonly number[] => tensor.dims.map(Number);

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** The numbers of a float32 tensor; null for other types, for data in other files, and where there are too few. */
export const floatsOf = (tensor: TensorProto): Float32Array<ArrayBuffer> | null => {
  if (elementTypeOf(tensor.dataType) !== 'float32' || tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) return null;
  const size = sizeOf(dimsOf(tensor));
  const { rawData, floatData } = tensor;
  if (rawData.length === 0) return floatData.length === size ? Float32Array.from(floatData) : null;
  if (rawData.length !== size * 4) return null;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Float32Array.from({ length: size }, (_, n) => view.getFloat32(n * 4, true));
};

/** The numbers of an int64 tensor as it writes them; null for other types. */
export const integersIn = (tensor: TensorProto): readonly number[] | null => {
  if (elementTypeOf(tensor.dataType) !== 'int64' || tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) return null;
  const { rawData, int64Data } = tensor;
  if (rawData.length === 0) return int64Data.map(Number);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: Math.floor(rawData.length / 8) }, (_, n) => Number(view.getBigInt64(n * 8, true)));
};

/** To the nearest whole number, halves to the even one, as QuantizeLinear does. */
export const roundEven = (value: number): number => {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};
