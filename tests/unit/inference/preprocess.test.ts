import { describe, expect, it } from 'vitest';
import { preprocessFor } from '../../../electron/engine/inference/preprocess.js';
import { halfToNumber, numberToHalf, toFloats } from '../../../electron/engine/inference/tensors.js';
import type { ModelCard } from '../../../electron/engine/inference/types.js';

const base: ModelCard['input'] = {
  name: 'x', width: 2, height: 2, layout: 'nhwc', type: 'uint8', colour: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], fit: 'top-left', pad: 114,
};
/** Two by two pixels: their red, green and blue are n1, n2, n3. */
const pixels = Uint8Array.from([11, 12, 13, 21, 22, 23, 31, 32, 33, 41, 42, 43]);
const run = (change: Partial<ModelCard['input']>) => {
  const { dims, convert } = preprocessFor({ ...base, ...change });
  const { type, data } = convert(pixels);
  return { dims, type, values: [...data] };
};

describe('pixels to tensor', () => {
  it('hands bytes over as they are, without a copy, where the graph takes them', () => {
    const { dims, convert } = preprocessFor(base);
    expect(dims).toEqual([1, 2, 2, 3]);
    expect(convert(pixels).data).toBe(pixels);
  });

  it('turns colours round', () => {
    expect(run({ colour: 'bgr' }).values).toEqual([13, 12, 11, 23, 22, 21, 33, 32, 31, 43, 42, 41]);
  });

  it('makes planes', () => {
    expect(run({ layout: 'nchw' })).toEqual({ dims: [1, 3, 2, 2], type: 'uint8', values: [11, 21, 31, 41, 12, 22, 32, 42, 13, 23, 33, 43] });
    expect(run({ layout: 'nchw', colour: 'bgr' }).values.slice(0, 4)).toEqual([13, 23, 33, 43]);
    expect(run({ layout: 'nchw', batched: false }).dims).toEqual([3, 2, 2]);
  });

  it('normalises in the order of the tensor', () => {
    const { values } = run({ layout: 'nchw', type: 'float32', colour: 'bgr', mean: [3, 2, 1], std: [10, 1, 5] });
    const expected = [[13, 23, 33, 43].map((b) => (b - 3) / 10), [12, 22, 32, 42].map((g) => g - 2), [11, 21, 31, 41].map((r) => (r - 1) / 5)].flat();
    values.forEach((value, n) => expect(value).toBeCloseTo(expected[n]!, 6));
    expect(run({ type: 'float32', std: [255, 255, 255] }).values[4]).toBeCloseTo(22 / 255, 7);
  });

  it('makes half-precision numbers', () => {
    const { type, values } = run({ type: 'float16', std: [255, 255, 255] });
    expect(type).toBe('float16');
    expect(halfToNumber(values[0]!)).toBeCloseTo(11 / 255, 4);
  });

  it('refuses to normalise bytes', () => {
    expect(() => preprocessFor({ ...base, mean: [1, 1, 1] })).toThrow('mean must be 0');
  });
});

describe('half precision', () => {
  it.each([[0, 0], [1, 0x3c00], [-2, 0xc000], [65_504, 0x7bff], [65_519, 0x7bff], [65_520, 0x7c00], [2 ** -14, 0x0400], [2 ** -24, 1], [2 ** -25, 0], [1.5 * 2 ** -24, 2], [1 / 3, 0x3555], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [Number.NEGATIVE_INFINITY, 0xfc00]])(
    '%f is written as IEEE 754 says', (value, bits) => expect(numberToHalf(value)).toBe(bits));

  it('reads back every number it can write', () => {
    for (let bits = 0; bits < 0x7c00; bits++) expect(numberToHalf(halfToNumber(bits))).toBe(bits);
    expect(halfToNumber(numberToHalf(Number.NaN))).toBeNaN();
  });

  it('reads outputs of every type that holds numbers', () => {
    expect([...toFloats({ type: 'float16', dims: [2], data: Uint16Array.from([0x3c00, 0xc000]) }).data]).toEqual([1, -2]);
    expect([...toFloats({ type: 'int64', dims: [2], data: BigInt64Array.from([7n, -1n]) }).data]).toEqual([7, -1]);
    expect([...toFloats({ type: 'uint8', dims: [1], data: Uint8Array.from([9]) }).data]).toEqual([9]);
    expect(() => toFloats({ type: 'string', dims: [1], data: ['a'] })).toThrow('holds no numbers');
  });
});
