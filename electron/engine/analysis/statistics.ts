import { milliseconds, type Quantiles } from '../contract/contract.js';

/** The last `capacity` numbers, for quantiles over a sliding window. */
export class Window {
  readonly #values: Float64Array;
  #next = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    if (this.#count < this.#values.length) this.#count += 1;
  }

  /** Median and 95th percentile by nearest rank; null while there is nothing. */
  quantiles(): Quantiles | null {
    return quantiles(this.#values.subarray(0, this.#count));
  }

  mean(): number | null {
    if (this.#count === 0) return null;
    let sum = 0;
    for (let i = 0; i < this.#count; i += 1) sum += this.#values[i] ?? 0;
    return sum / this.#count;
  }
}

/** Quantile `q` (0..1) of ascending numbers by nearest rank; NaN of none. */
export const nearestRank = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;

export const quantiles = (values: Float64Array): Quantiles | null => {
  if (values.length === 0) return null;
  const sorted = values.slice().sort();
  return { p50: milliseconds(nearestRank(sorted, 0.5)), p95: milliseconds(nearestRank(sorted, 0.95)) };
};

/** Events per second over the last `span` ms, and over all time spent working. */
export class Rate {
  #times: number[] = [];
  #total = 0;
  #worked = 0;
  #resumedAt: number | null = null;

  constructor(readonly span = 2000) {}

  /** Starts or stops the clock that the overall rate is counted against. */
  setWorking(working: boolean, now: number): void {
    if (working && this.#resumedAt === null) this.#resumedAt = now;
    if (!working && this.#resumedAt !== null) {
      this.#worked += now - this.#resumedAt;
      this.#resumedAt = null;
      this.#times = [];
    }
  }

  add(now: number): void {
    this.#total += 1;
    this.#times.push(now);
    this.#forget(now);
  }

  get total(): number {
    return this.#total;
  }

  /** Milliseconds worked so far. */
  worked(now: number): number {
    return this.#worked + (this.#resumedAt === null ? 0 : now - this.#resumedAt);
  }

  /** Events per second lately; null before there are two. */
  recent(now: number): number | null {
    this.#forget(now);
    const first = this.#times[0];
    if (first === undefined || this.#times.length < 2) return null;
    return ((this.#times.length - 1) * 1000) / Math.max(1, now - first);
  }

  overall(now: number): number | null {
    const worked = this.worked(now);
    return this.#total === 0 || worked <= 0 ? null : (this.#total * 1000) / worked;
  }

  #forget(now: number): void {
    let old = 0;
    while (old < this.#times.length && (this.#times[old] ?? 0) < now - this.span) old += 1;
    if (old > 0) this.#times.splice(0, old);
  }
}
