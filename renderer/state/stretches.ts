import { frameIndex, type Stretch } from '../../electron/engine/contract/contract.js';

/** A set of frame numbers kept as ordered stretches that do not touch. Adding at an end is cheap. */
export class StretchSet {
  #from: number[] = [];
  #to: number[] = [];

  get list(): readonly Stretch[] {
    return this.#from.map((from, k): Stretch => [frameIndex(from), frameIndex(this.#to[k] ?? from)]);
  }

  add(frame: number): void {
    const k = this.#stretchBefore(frame);
    const end = this.#to[k];
    if (end !== undefined && frame <= end) return;
    const joinsLeft = end === frame - 1;
    const joinsRight = this.#from[k + 1] === frame + 1;
    if (joinsLeft && joinsRight) {
      this.#to[k] = this.#to[k + 1] ?? frame;
      this.#from.splice(k + 1, 1);
      this.#to.splice(k + 1, 1);
    } else if (joinsLeft) {
      this.#to[k] = frame;
    } else if (joinsRight) {
      this.#from[k + 1] = frame;
    } else {
      this.#from.splice(k + 1, 0, frame);
      this.#to.splice(k + 1, 0, frame);
    }
  }

  /** Number of the last stretch that begins at or before `frame`, -1 if there is none. */
  #stretchBefore(frame: number): number {
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#from[middle] ?? Infinity) <= frame) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
