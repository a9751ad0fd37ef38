/** Layers of a network as plain loops, in double precision, written from their formulas: what other implementations are held against. */

/** One picture's activations, channels x height x width. */
export type Planes = { readonly channels: number; readonly height: number; readonly width: number; readonly data: Float64Array };

export const planes = (channels: number, height: number, width: number): Planes =>
  ({ channels, height, width, data: new Float64Array(channels * height * width) });

type ConvNumbers = {
  readonly weight: ArrayLike<number>;
  readonly kernel: number;
  readonly stride: number;
  readonly groups?: number;
  readonly bias?: ArrayLike<number>;
};

/** Cross-correlation with zeros around the picture, as wide as half the kernel. */
export const conv = (x: Planes, out: number, { weight, kernel, stride, groups = 1, bias }: ConvNumbers): Planes => {
  const pad = (kernel - 1) / 2;
  const y = planes(out, Math.floor((x.height - 1) / stride) + 1, Math.floor((x.width - 1) / stride) + 1);
  const [inside, outside] = [x.channels / groups, out / groups];
  for (let o = 0; o < out; o++) {
    const first = Math.floor(o / outside) * inside;
    const sums = y.data.subarray(o * y.height * y.width, (o + 1) * y.height * y.width).fill(bias?.[o] ?? 0);
    for (let i = 0; i < inside; i++) {
      for (let ky = 0; ky < kernel; ky++) {
        for (let kx = 0; kx < kernel; kx++) {
          const w = weight[((o * inside + i) * kernel + ky) * kernel + kx]!;
          for (let row = 0; row < y.height; row++) {
            const sy = row * stride + ky - pad;
            if (sy < 0 || sy >= x.height) continue;
            const from = ((first + i) * x.height + sy) * x.width + kx - pad;
            for (let column = 0; column < y.width; column++) {
              const sx = column * stride + kx - pad;
              if (sx >= 0 && sx < x.width) sums[row * y.width + column]! += w * x.data[from + column * stride]!;
            }
          }
        }
      }
    }
  }
  return y;
};

export const map = (x: Planes, change: (value: number, channel: number, at: number) => number): Planes => {
  const size = x.height * x.width;
  return { ...x, data: x.data.map((value, at) => change(value, Math.floor(at / size), at)) };
};

export type NormNumbers = Readonly<Record<'scale' | 'shift' | 'mean' | 'variance', ArrayLike<number>>>;
export const norm = (x: Planes, { scale, shift, mean, variance }: NormNumbers): Planes =>
  map(x, (value, c) => ((value - mean[c]!) / Math.sqrt(variance[c]! + 1e-5)) * scale[c]! + shift[c]!);

export const relu = (x: Planes): Planes => map(x, (value) => Math.max(0, value));

export const add = (a: Planes, b: Planes): Planes => map(a, (value, _, at) => value + b.data[at]!);

export const concat = (all: readonly Planes[]): Planes => {
  const [{ height, width }] = all as [Planes];
  const joined = planes(all.reduce((sum, { channels }) => sum + channels, 0), height, width);
  let at = 0;
  for (const { data } of all) {
    joined.data.set(data, at);
    at += data.length;
  }
  return joined;
};

type Window = { readonly kernel: number; readonly stride: number; readonly pad: number };

/** Over each window's pixels that lie inside of the picture; windows begin at -pad. */
const windows = (
  x: Planes, height: number, width: number, { kernel, stride, pad }: Window, start: number, combine: (sofar: number, value: number) => number,
): Planes => {
  const y = planes(x.channels, height, width);
  return map(y, (_, c, at) => {
    const [top, left] = [(Math.floor(at / width) % height) * stride - pad, (at % width) * stride - pad];
    let value = start;
    for (let sy = Math.max(0, top); sy < Math.min(top + kernel, x.height); sy++) {
      for (let sx = Math.max(0, left); sx < Math.min(left + kernel, x.width); sx++) value = combine(value, x.data[(c * x.height + sy) * x.width + sx]!);
    }
    return value;
  });
};

/** Largest of 3x3 windows, two apart; as many as begin inside the picture and reach its edge. */
export const pool = (x: Planes): Planes =>
  windows(x, Math.floor(x.height / 2), Math.floor(x.width / 2), { kernel: 3, stride: 2, pad: 0 }, -Infinity, Math.max);

/** Largest of 3x3 windows around every second pixel. */
export const poolAround = (x: Planes): Planes =>
  windows(x, Math.ceil(x.height / 2), Math.ceil(x.width / 2), { kernel: 3, stride: 2, pad: 1 }, -Infinity, Math.max);

/** Largest of each square of four pixels; what is left at the edge counts as a square too. */
export const halve = (x: Planes): Planes =>
  windows(x, Math.ceil(x.height / 2), Math.ceil(x.width / 2), { kernel: 2, stride: 2, pad: 0 }, -Infinity, Math.max);

/** Mean of each whole square of four pixels. */
export const average = (x: Planes): Planes =>
  windows(x, Math.floor(x.height / 2), Math.floor(x.width / 2), { kernel: 2, stride: 2, pad: 0 }, 0, (sum, value) => sum + value / 4);

export const relu6 = (x: Planes): Planes => map(x, (value) => Math.min(6, Math.max(0, value)));

/** Means of the channels, times a matrix [out, channels], and a bias. */
export const classify = (x: Planes, weight: ArrayLike<number>, bias: ArrayLike<number>): readonly number[] => {
  const size = x.height * x.width;
  const means = Array.from({ length: x.channels }, (_, c) => x.data.subarray(c * size, (c + 1) * size).reduce((sum, value) => sum + value, 0) / size);
  return Array.from(bias, (start, o) => means.reduce((sum, mean, i) => sum + weight[o * x.channels + i]! * mean, start));
};

/** x times relu6(W mean(x) + b + 3) / 6, a channel at a time. */
export const ese = (x: Planes, weight: ArrayLike<number>, bias: ArrayLike<number>): Planes => {
  const size = x.height * x.width;
  const means = Array.from({ length: x.channels }, (_, c) => x.data.subarray(c * size, (c + 1) * size).reduce((sum, value) => sum + value, 0) / size);
  const gates = means.map((_, o) => {
    const mixed = means.reduce((sum, mean, i) => sum + weight[o * x.channels + i]! * mean, bias[o]!);
    return Math.min(6, Math.max(0, mixed + 3)) / 6;
  });
  return map(x, (value, c) => value * gates[c]!);
};
