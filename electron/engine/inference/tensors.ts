/** A model's output as plain numbers. */
export type HeadTensor = { readonly dims: readonly number[]; readonly data: Float32Array };

/** What onnxruntime hands back, as far as it is used here. */
export type RawTensor = { readonly type: string; readonly dims: readonly number[]; readonly data: unknown };

/** Half-precision bits as a number. */
export const halfToNumber = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
};

/** The half-precision bits nearest to `value` (ties to even). */
export const numberToHalf = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const scaled = roundHalfEven(size / 2 ** (exponent - 10));
  // Below the smallest normal number the exponent field is 0 and `scaled` has no hidden bit.
  return sign | (exponent === -14 ? scaled : ((exponent + 14) << 10) + scaled);
};

const roundHalfEven = (value: number): number => {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
};

let halves: Float32Array | undefined;
const halfTable = (): Float32Array => {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToNumber(bits));
  return halves;
};

/** An output's numbers as float32; throws for outputs that are no numbers. */
export const toFloats = (tensor: RawTensor): HeadTensor => {
  const { data, dims } = tensor;
  if (data instanceof Float32Array) return { dims, data };
  if (tensor.type === 'float16' && ArrayBuffer.isView(data)) {
    const table = halfTable();
    const bits = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
    return { dims, data: Float32Array.from(bits, (value) => table[value] ?? Number.NaN) };
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return { dims, data: Float32Array.from(data as Iterable<bigint>, Number) };
  }
  if (
    data instanceof Float64Array || data instanceof Int32Array || data instanceof Uint32Array || data instanceof Uint8Array
    || data instanceof Int8Array || data instanceof Uint16Array || data instanceof Int16Array
  ) {
    return { dims, data: Float32Array.from(data) };
  }
  throw new TypeError(`An output of type ${tensor.type} holds no numbers that a detector could give.`);
};
