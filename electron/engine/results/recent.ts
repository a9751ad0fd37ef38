import { detectionStride } from '../contract/contract.js';

/** Boxes in one block: 1.5 MiB. Blocks are never copied, so growing costs nothing. */
const blockBoxes = 65_536;

/** `first`: boxes that came before those of the block. */
type Block = { readonly first: number; readonly numbers: Float32Array };

/**
 * The boxes that came last, in blocks; they are told apart by how many boxes came before them.
 * The oldest blocks are let go of once they are `settled` and there are more than `keep`.
 */
export class RecentBoxes {
  readonly #blocks: Block[] = [];
  /** Used again, so that a long run does not leave memory to be collected. */
  #spare: Float32Array | null = null;
  #count = 0;

  constructor(readonly keep: number) {}

  /** Boxes that came, whether still here or not. */
  get count(): number {
    return this.#count;
  }

  /** Takes a copy of one frame's boxes; they stay side by side. */
  add(boxes: Float32Array): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || (this.#count - block.first) * detectionStride + boxes.length > block.numbers.length) {
      block = { first: this.#count, numbers: this.#spare ?? new Float32Array(blockBoxes * detectionStride) };
      this.#spare = null;
      this.#blocks.push(block);
    }
    block.numbers.set(boxes, (this.#count - block.first) * detectionStride);
    this.#count += boxes.length / detectionStride;
  }

  /** One frame's `count` boxes, which came after `before` others, as a view that is valid until the next call that changes; null: let go of. */
  get(before: number, count: number): Float32Array | null {
    if (count === 0) return new Float32Array();
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle]?.first ?? 0) <= before) low = middle + 1;
      else high = middle;
    }
    const block = this.#blocks[low - 1];
    if (block === undefined) return null;
    const start = (before - block.first) * detectionStride;
    return block.numbers.subarray(start, start + count * detectionStride);
  }

  /** The first `count` boxes can be had elsewhere from now on. */
  settle(count: number): void {
    while (this.#blocks.length > this.keep && (this.#blocks[1]?.first ?? Infinity) <= count) {
      this.#spare = this.#blocks.shift()?.numbers ?? null;
    }
  }
}
