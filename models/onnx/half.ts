/** Half-precision bits (IEEE 754 binary16) nearest to each of `values`, ties to even; what is too large becomes infinite. */
export const toHalves = (values: ArrayLike<number>): Uint16Array => {
  const singles = values instanceof Float32Array ? values : Float32Array.from(values);
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  const halves = new Uint16Array(singles.length);
  for (let n = 0; n < halves.length; n++) halves[n] = halfBits(bits[n] ?? 0);
  return halves;
};

/** From the bits of a single (8 bits exponent, 23 fraction) to those of a half (5 and 10). */
const halfBits = (bits: number): number => {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size > 0x7f80_0000) return sign | 0x7e00;
  // 65520 is halfway between the largest half and the next power of two.
  if (size >= 0x477f_f000) return sign | 0x7c00;
  // Below 2^-14 a half has no hidden bit: its fraction counts units of 2^-24.
  if (size < 0x3880_0000) {
    const shift = 126 - (size >>> 23);
    if (shift > 24) return sign;
    return sign | roundedShift((size & 0x7f_ffff) | 0x80_0000, shift);
  }
  return sign | (roundedShift(size, 13) - (112 << 10));
};

/** `value` ÷ 2^`shift`, rounded to nearest, ties to even. */
const roundedShift = (value: number, shift: number): number => {
  const down = value >>> shift;
  const rest = value - down * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && down % 2 === 1) ? down + 1 : down;
};
