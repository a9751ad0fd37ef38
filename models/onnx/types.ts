import { TensorProto_DataType as DataType } from './generated/onnx_pb.js';

/** Element types by the names used here, with their number in the format and bytes each (0: not fixed). */
export const elementTypes = {
  float32: { code: DataType.FLOAT, bytes: 4 },
  uint8: { code: DataType.UINT8, bytes: 1 },
  int8: { code: DataType.INT8, bytes: 1 },
  uint16: { code: DataType.UINT16, bytes: 2 },
  int16: { code: DataType.INT16, bytes: 2 },
  int32: { code: DataType.INT32, bytes: 4 },
  int64: { code: DataType.INT64, bytes: 8 },
  string: { code: DataType.STRING, bytes: 0 },
  bool: { code: DataType.BOOL, bytes: 1 },
  float16: { code: DataType.FLOAT16, bytes: 2 },
  float64: { code: DataType.DOUBLE, bytes: 8 },
  uint32: { code: DataType.UINT32, bytes: 4 },
  uint64: { code: DataType.UINT64, bytes: 8 },
  bfloat16: { code: DataType.BFLOAT16, bytes: 2 },
} as const;

export type ElementType = keyof typeof elementTypes;

const names = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, { code }]) => [code, name as ElementType]),
);

/** The name of an element type's number; null for those not used here (complex, 4 bit, 8-bit floats). */
export const elementTypeOf = (code: number): ElementType | null => names.get(code) ?? null;

/** A dimension: a number, a symbol (the same symbol means the same number), or null where nothing is said. */
export type Dimension = number | string | null;

/** An input, output or value between nodes as the file declares it. `dims` is null where no shape is given. */
export type TensorType = {
  readonly name: string;
  readonly type: ElementType | null;
  readonly dims: readonly Dimension[] | null;
};
