import { frameIndex, type FrameIndex, type Stretch } from '../contract/contract.js';

/**
 * Which frames are analysed, as ordered stretches that never touch. Adding costs a binary search
 * when frames come in order, and a splice where a gap closes.
 */
export class Coverage {
  /** Firsts and lasts (inclusive) of the stretches, in order: first, last, first, last ... */
  readonly #edges: number[] = [];
  #count = 0;

  /** Frames covered. */
  get count(): number {
    return this.#count;
  }

  /** Adds one frame; false if it was there. */
  add(index: number): boolean {
    const at = this.#find(index);
    if (this.#inside(at, index)) return false;
    const joinsLeft = at >= 2 && this.#edges[at - 1] === index - 1;
    const joinsRight = this.#edges[at] === index + 1;
    if (joinsLeft && joinsRight) this.#edges.splice(at - 1, 2);
    else if (joinsLeft) this.#edges[at - 1] = index;
    else if (joinsRight) this.#edges[at] = index;
    else if (at === this.#edges.length) this.#edges.push(index, index);
    else this.#edges.splice(at, 0, index, index);
    this.#count++;
    return true;
  }

  has(index: number): boolean {
    return this.#inside(this.#find(index), index);
  }

  stretches(): Stretch[] {
    const all: Stretch[] = [];
    for (let at = 0; at < this.#edges.length; at += 2) {
      all.push([frameIndex(this.#edges[at] ?? -1), frameIndex(this.#edges[at + 1] ?? -1)]);
    }
    return all;
  }

  /**
   * First stretch of missing frames at or after `from`, within frames 0 to `total - 1`; null if
   * there is none. With an unknown total (null) the last gap is open: its end is Infinity.
   */
  nextGap(from: number, total: number | null): Stretch | null {
    const limit = total ?? Number.POSITIVE_INFINITY;
    const at = this.#find(from);
    const start = this.#inside(at, from) ? (this.#edges[at - 1] ?? from) + 1 : from;
    if (start >= limit) return null;
    const next = this.#edges[this.#find(start)] ?? limit;
    return [frameIndex(start), frameIndex(Math.min(next, limit) - 1)];
  }

  /** Position of the first stretch that starts after `index`, as an offset into the edges. */
  #find(index: number): number {
    const last = this.#edges.length;
    if (last === 0 || (this.#edges[last - 2] ?? 0) <= index) return last;
    let low = 0;
    let high = last / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#edges[middle * 2] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }

  #inside(at: number, index: number): boolean {
    return at >= 2 && index <= (this.#edges[at - 1] ?? -1);
  }
}

/** Frames in all stretches together. */
export const framesIn = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, [first, last]) => sum + last - first + 1, 0);

/** True if every frame from `first` to `last` (inclusive) lies in one of the stretches. */
export const covers = (stretches: readonly Stretch[], first: FrameIndex, last: FrameIndex): boolean =>
  stretches.some(([from, to]) => from <= first && last <= to);
