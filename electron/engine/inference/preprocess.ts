import type { ModelCard } from './types.js';
import { numberToHalf } from './tensors.js';

export type InputTensor =
  | { readonly type: 'uint8'; readonly data: Uint8Array }
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'float16'; readonly data: Uint16Array };

export type Preprocess = {
  /** Dimensions of the tensor, batch first. */
  readonly dims: readonly number[];
  /**
   * Turns rgb24 pixels of the model's size into the tensor's numbers. The result is the pixels
   * themselves where nothing is to be done, else a buffer that the next call overwrites.
   */
  readonly convert: (pixels: Uint8Array) => InputTensor;
};

/** What makes the tensor a card asks for; one table look-up a number. */
export const preprocessFor = (input: ModelCard['input']): Preprocess => {
  const { width, height, layout, type, colour } = input;
  const area = width * height;
  const picture = layout === 'nhwc' ? [height, width, 3] : [3, height, width];
  const dims = input.batched === false ? picture : [1, ...picture];
  const table = (channel: 0 | 1 | 2): number[] =>
    Array.from({ length: 256 }, (_, pixel) => (pixel - input.mean[channel]) / input.std[channel]);
  // mean and std are in the order of the tensor's channels.
  const source = colour === 'rgb' ? ([0, 1, 2] as const) : ([2, 1, 0] as const);
  const numbers = [table(0), table(1), table(2)] as const;
  const plain = numbers.every((row) => row.every((value, pixel) => value === pixel));
  if (type === 'uint8') {
    if (!plain) throw new RangeError('A uint8 input takes pixels as they are: mean must be 0 and std 1.');
    if (layout === 'nhwc' && colour === 'rgb') return { dims, convert: (pixels) => ({ type, data: pixels }) };
  }
  const spread = <Out extends Uint8Array | Uint16Array | Float32Array>(out: Out, tables: readonly [Out, Out, Out]) => {
    const fill = layout === 'nchw' ? fillPlanes : fillPixels;
    return (pixels: Uint8Array): Out => {
      fill(pixels, out, tables, source, area);
      return out;
    };
  };
  if (type === 'uint8') {
    const rows = numbers.map((row) => Uint8Array.from(row)) as [Uint8Array, Uint8Array, Uint8Array];
    const convert = spread(new Uint8Array(area * 3), rows);
    return { dims, convert: (pixels) => ({ type, data: convert(pixels) }) };
  }
  if (type === 'float16') {
    const rows = numbers.map((row) => Uint16Array.from(row, numberToHalf)) as [Uint16Array, Uint16Array, Uint16Array];
    const convert = spread(new Uint16Array(area * 3), rows);
    return { dims, convert: (pixels) => ({ type, data: convert(pixels) }) };
  }
  const rows = numbers.map((row) => Float32Array.from(row)) as [Float32Array, Float32Array, Float32Array];
  const convert = spread(new Float32Array(area * 3), rows);
  return { dims, convert: (pixels) => ({ type, data: convert(pixels) }) };
};

type Numbers = Uint8Array | Uint16Array | Float32Array;
type Source = readonly [number, number, number];

const fillPlanes = (pixels: Uint8Array, out: Numbers, tables: readonly [Numbers, Numbers, Numbers], source: Source, area: number): void => {
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel as 0 | 1 | 2];
    const base = channel * area;
    let from = source[channel as 0 | 1 | 2];
    for (let at = 0; at < area; at++, from += 3) out[base + at] = table[pixels[from] ?? 0] ?? 0;
  }
};

const fillPixels = (pixels: Uint8Array, out: Numbers, tables: readonly [Numbers, Numbers, Numbers], source: Source, area: number): void => {
  const [t0, t1, t2] = tables;
  const [s0, s1, s2] = source;
  for (let at = 0; at < area * 3; at += 3) {
    out[at] = t0[pixels[at + s0] ?? 0] ?? 0;
    out[at + 1] = t1[pixels[at + s1] ?? 0] ?? 0;
    out[at + 2] = t2[pixels[at + s2] ?? 0] ?? 0;
  }
};
