import { scaleOf, type Range } from './scale.js';

/** Bins on each side of zero. */
const half = 1024;

/**
 * How often a tensor's values occur, in 2 · 1024 bins of equal width around zero. The width is a power
 * of two and doubles when a value lies outside, so that one pass is enough and histograms can be added.
 */
export class Histogram {
  readonly counts = new Float64Array(2 * half);
  #exponent = -40;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #total = 0;

  /** Smallest and largest value seen; 0 and 0 before any was. */
  get range(): Range {
    return this.#total === 0 ? { low: 0, high: 0 } : { low: this.#low, high: this.#high };
  }

  /** Values counted. */
  get total(): number {
    return this.#total;
  }

  /** Width of a bin. */
  get width(): number {
    return 2 ** this.#exponent;
  }

  /** Counts every finite value. */
  add(values: Float32Array): void {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of values) {
      if (value < low && value > Number.NEGATIVE_INFINITY) low = value;
      if (value > high && value < Number.POSITIVE_INFINITY) high = value;
    }
    if (low > high) return;
    this.#reach(low, high);
    const { counts } = this;
    const factor = 1 / this.width;
    for (const value of values) {
      const bin = Math.floor(value * factor) + half;
      if (bin >= 0 && bin < 2 * half) {
        counts[bin] = (counts[bin] ?? 0) + 1;
        this.#total += 1;
      }
    }
  }

  /** Takes in what another has counted. */
  merge(other: Histogram): void {
    const { low, high } = other.range;
    if (other.total === 0) return;
    this.#reach(low, high);
    this.#widen(other.#exponent);
    const step = 2 ** (this.#exponent - other.#exponent);
    other.counts.forEach((count, bin) => {
      const mine = Math.floor((bin - half) / step) + half;
      this.counts[mine] = (this.counts[mine] ?? 0) + count;
    });
    this.#total += other.total;
  }

  #reach(low: number, high: number): void {
    this.#low = Math.min(this.#low, low);
    this.#high = Math.max(this.#high, high);
    const size = Math.max(Math.abs(low), Math.abs(high));
    while (size >= this.width * half) this.#widen(this.#exponent + 1);
  }

  #widen(exponent: number): void {
    while (this.#exponent < exponent) {
      for (let bin = 0; bin < half; bin += 1) {
        // Upwards from zero, then downwards: what is read has not been written yet.
        const up = half + bin;
        this.counts[up] = bin < half / 2 ? (this.counts[half + 2 * bin] ?? 0) + (this.counts[half + 2 * bin + 1] ?? 0) : 0;
        const down = half - 1 - bin;
        this.counts[down] = bin < half / 2 ? (this.counts[half - 1 - 2 * bin] ?? 0) + (this.counts[half - 2 - 2 * bin] ?? 0) : 0;
      }
      this.#exponent += 1;
    }
  }
}

/** How the range that bytes stand for is taken from what was seen. */
export const rangeMethods = ['min-max', 'percentile', 'error'] as const;
export type RangeMethod = (typeof rangeMethods)[number];

/** Share of values that `percentile` leaves out on each side. */
const leftOut = 1e-5;
/** Parts of the whole range that `error` tries. */
const tried = 64;
const smallestPart = 0.2;

/**
 * The range for a tensor: all that was seen (`min-max`), without its rarest ends (`percentile`), or the
 * part of it with the least squared error, counting what is rounded and what is cut off (`error`).
 */
export const chooseRange = (histogram: Histogram, method: RangeMethod): Range => {
  const whole = histogram.range;
  if (method === 'min-max' || histogram.total === 0) return whole;
  if (method === 'percentile') return percentileRange(histogram);
  // One end after the other: a far value on one side says nothing of the other.
  const high = leastOf((part) => squaredError(histogram, { low: whole.low, high: whole.high * part })) * whole.high;
  const low = leastOf((part) => squaredError(histogram, { low: whole.low * part, high })) * whole.low;
  return { low: Math.min(0, low), high: Math.max(0, high) };
};

/** The part of the whole, of those tried, with the least error; the largest of equals. */
const leastOf = (errorOf: (part: number) => number): number => {
  let [best, least] = [1, errorOf(1)];
  for (let n = 1; n <= tried; n++) {
    const part = 1 - (n / tried) * (1 - smallestPart);
    const error = errorOf(part);
    if (error < least) [best, least] = [part, error];
  }
  return best;
};

const percentileRange = (histogram: Histogram): Range => {
  const { counts, width, total, range } = histogram;
  const limit = total * leftOut;
  let [below, above, first, last] = [0, 0, 0, counts.length - 1];
  while (first < half && below + (counts[first] ?? 0) <= limit) below += counts[first++] ?? 0;
  while (last >= half && above + (counts[last] ?? 0) <= limit) above += counts[last--] ?? 0;
  return { low: Math.max(range.low, (first - half) * width), high: Math.min(range.high, (last + 1 - half) * width) };
};

const squaredError = ({ counts, width }: Histogram, range: Range): number => {
  const { scale, zeroPoint } = scaleOf(range);
  const [lowest, highest] = [-zeroPoint * scale, (255 - zeroPoint) * scale];
  // Values spread evenly over a step err by its square ÷ 12; those on zero not at all.
  const rounding = (scale * scale) / 12;
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    if (count === 0) continue;
    const value = (bin + 0.5 - half) * width;
    const beyond = value < lowest ? lowest - value : value > highest ? value - highest : 0;
    sum += count * (beyond > 0 ? beyond * beyond : bin === half ? 0 : rounding);
  }
  return sum;
};
