import { roundEven } from './numbers.js';

export type ByteWeights = {
  readonly values: Int8Array<ArrayBuffer>;
  /** One for each output channel. */
  readonly scales: Float32Array<ArrayBuffer>;
};

/**
 * Two neighbouring products of a byte (up to 255) and a weight are added in 16 bits by processors
 * without VNNI; sums of two weights beyond this would be cut off there.
 */
const pairLimit = 128;
const weightLimit = 127;

/**
 * Weights [out, in, h, w] as int8, each output channel with a scale of its own and no offset. Channels
 * are scaled down as far as neighbours' sums demand (`pairLimit`), neighbours being those that
 * lie next to each other in (h, w, in) order: so results are the same on every processor. `biases`
 * limits scales from below, so that a bias in units of inputScale · scale fits 32 bits.
 */
export const bytesOfWeights = (
  weights: Float32Array, dims: readonly number[], biases: Float32Array | null, inputScale: number,
): ByteWeights => {
  const [channels = 0, inputs = 1, height = 1, width = 1] = dims;
  const row = inputs * height * width;
  const area = height * width;
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const base = channel * row;
    /** The weight at a place in (h, w, in) order. */
    const at = (place: number): number => weights[base + (place % inputs) * area + Math.floor(place / inputs)] ?? 0;
    let scale = Math.abs(biases?.[channel] ?? 0) / (inputScale * 2 ** 30);
    for (let place = 0; place < row; place += 2) {
      const [first, second] = [at(place), place + 1 < row ? at(place + 1) : 0];
      const pair = Math.max(Math.max(first, 0) + Math.max(second, 0), -(Math.min(first, 0) + Math.min(second, 0)));
      // Rounding may add a half to either.
      scale = Math.max(scale, Math.abs(first) / weightLimit, Math.abs(second) / weightLimit, pair / (pairLimit - 1));
    }
    const used = Math.fround(scale > 0 && Number.isFinite(scale) ? scale : 1);
    scales[channel] = used;
    for (let n = 0; n < row; n++) {
      values[base + n] = Math.min(weightLimit, Math.max(-weightLimit, roundEven((weights[base + n] ?? 0) / used)));
    }
  }
  return { values, scales };
};

/** Biases in units of inputScale · scales[n], as int32. */
export const integersOfBiases = (biases: Float32Array, inputScale: number, scales: Float32Array): Int32Array<ArrayBuffer> =>
  Int32Array.from(biases, (bias, n) => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), roundEven(bias / (inputScale * (scales[n] ?? 1))))));
