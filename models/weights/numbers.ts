import { toHalves } from '../onnx/half.js';
import { WeightsError, shown } from './error.js';

/** Bits of a number of each type of the format, in the format's own order (safetensors/src/tensor.rs, Dtype). */
export const tensorBits = {
  BOOL: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6, U8: 8, I8: 8, F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, I16: 16, U16: 16, F16: 16, BF16: 16,
  I32: 32, U32: 32, F32: 32, C64: 64, F64: 64, I64: 64, U64: 64,
} as const;

export type TensorType = keyof typeof tensorBits;
export const tensorTypes = Object.keys(tensorBits) as readonly TensorType[];

/** One tensor: row-major, little-endian. */
export type Tensor = {
  readonly type: TensorType;
  /** Each at least 0; none for a single number. */
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
};

/** A copy that starts where every typed array may start. */
const aligned = (bytes: Uint8Array): ArrayBuffer => {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
};

const readers: Readonly<Partial<Record<TensorType, (buffer: ArrayBuffer) => Float32Array>>> = {
  F32: (buffer) => new Float32Array(buffer),
  F64: (buffer) => Float32Array.from(new Float64Array(buffer)),
  F16: (buffer) => fromHalves(new Uint16Array(buffer)),
  BF16: (buffer) => fromBrainHalves(new Uint16Array(buffer)),
  I8: (buffer) => Float32Array.from(new Int8Array(buffer)),
  U8: (buffer) => Float32Array.from(new Uint8Array(buffer)),
  I16: (buffer) => Float32Array.from(new Int16Array(buffer)),
  U16: (buffer) => Float32Array.from(new Uint16Array(buffer)),
  I32: (buffer) => Float32Array.from(new Int32Array(buffer)),
  U32: (buffer) => Float32Array.from(new Uint32Array(buffer)),
  I64: (buffer) => Float32Array.from(new BigInt64Array(buffer), Number),
  U64: (buffer) => Float32Array.from(new BigUint64Array(buffer), Number),
};

/** A tensor's numbers as nearest float32. Throws a WeightsError for types that are not plain numbers. */
export const toFloats = (name: string, { type, bytes }: Tensor): Float32Array => {
  const read = readers[type];
  if (read === undefined) {
    throw new WeightsError('bad-tensor', `${shown(name)} holds ${type}, which cannot be read as numbers.`, 'Save it as float32, float16 or bfloat16.');
  }
  return read(aligned(bytes));
};

export type FloatType = 'F32' | 'F16' | 'BF16';

/** A tensor of `values`, rounded to nearest, ties to even. Throws a RangeError where the count is not that of `dims`. */
export const floatTensor = (dims: readonly number[], values: Float32Array, type: FloatType = 'F32'): Tensor => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count !== values.length) throw new RangeError(`There are ${values.length} numbers; ${dims.join(' x ')} are needed.`);
  return { type, dims, bytes: floatBytes(values, type) };
};

const floatBytes = (values: Float32Array, type: FloatType): Uint8Array => {
  const numbers = type === 'F32' ? values : type === 'F16' ? toHalves(values) : toBrainHalves(values);
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
};

/** float32 from bits of IEEE 754 binary16, exactly. */
const fromHalves = (halves: Uint16Array): Float32Array => {
  const singles = new Float32Array(halves.length);
  for (let n = 0; n < halves.length; n++) {
    const bits = halves[n] ?? 0;
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 0x3ff;
    if (exponent === 31) singles[n] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) singles[n] = sign * fraction * 2 ** -24;
    else singles[n] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return singles;
};

/** A bfloat16 is the upper half of a float32. */
const fromBrainHalves = (halves: Uint16Array): Float32Array => {
  const bits = new Uint32Array(halves.length);
  for (let n = 0; n < halves.length; n++) bits[n] = (halves[n] ?? 0) << 16;
  return new Float32Array(bits.buffer);
};

const toBrainHalves = (singles: Float32Array): Uint16Array => {
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  const halves = new Uint16Array(singles.length);
  for (let n = 0; n < halves.length; n++) {
    const value = bits[n] ?? 0;
    const nan = (value & 0x7fff_ffff) > 0x7f80_0000;
    halves[n] = nan ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return halves;
};
