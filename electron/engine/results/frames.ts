import { detectionStride, type DetectionBatch, type Stretch } from '../contract/contract.js';
import { Coverage } from './coverage.js';
import { RecentBoxes } from './recent.js';

/** A batch whose boxes are still zeros, and the order of arrival of each of its frames. */
export type Draft = { readonly batch: DetectionBatch; readonly orders: Int32Array };

/**
 * The frames of a run by number and by order of arrival: 32 bytes a frame that say when it is and where
 * in the file its line lies, and the boxes of the newest. The frames lie in the file in order of arrival.
 */
export class StoredFrames {
  readonly #coverage = new Coverage();
  readonly #recent: RecentBoxes;
  /** By frame number: 1 + the order in which the frame came; 0 where it has not. */
  #orderOf = new Int32Array(1024);
  /** By order of arrival. */
  #index = new Int32Array(1024);
  #time = new Float64Array(1024);
  /** Boxes of all frames that came before. */
  #before = new Int32Array(1024);
  #position = new Float64Array(1024);
  #length = new Int32Array(1024);
  #placed = 0;

  /** `keep`: blocks of boxes (1.5 MiB each) that stay in memory though the file has them. */
  constructor(keep = Infinity) {
    this.#recent = new RecentBoxes(keep);
  }

  /** Frames known. */
  get count(): number {
    return this.#coverage.count;
  }

  /** Boxes of all frames. */
  get boxes(): number {
    return this.#recent.count;
  }

  /** Frames that the file holds: the first that came. */
  get placed(): number {
    return this.#placed;
  }

  has(index: number): boolean {
    return (this.#orderOf[index] ?? 0) !== 0;
  }

  stretches(): Stretch[] {
    return this.#coverage.stretches();
  }

  /** First missing stretch at or after `from`; see Coverage. */
  nextGap(from: number, total: number | null): Stretch | null {
    return this.#coverage.nextGap(from, total);
  }

  /** Takes a copy of the boxes; false, and nothing changes, if the frame is there. */
  add(index: number, time: number, boxes: Float32Array): boolean {
    if (this.has(index)) return false;
    const order = this.count;
    this.#makeRoom(index, order);
    this.#index[order] = index;
    this.#time[order] = time;
    this.#before[order] = this.#recent.count;
    this.#recent.add(boxes);
    this.#orderOf[index] = order + 1;
    this.#coverage.add(index);
    return true;
  }

  /** The file holds the next frame now: its line, without line break, lies at byte `position`. */
  place(position: number, length: number): void {
    this.#position[this.#placed] = position;
    this.#length[this.#placed] = length;
    this.#placed++;
    this.#recent.settle(this.#boxesBefore(this.#placed));
  }

  /** The frame that came as the `order`-th; its boxes are a view valid until the next `add` or `place`, null if no longer in memory. */
  arrived(order: number): { index: number; time: number; boxes: Float32Array | null } {
    const before = this.#boxesBefore(order);
    return {
      index: this.#index[order] ?? -1,
      time: this.#time[order] ?? Number.NaN,
      boxes: this.#recent.get(before, this.#boxesBefore(order + 1) - before),
    };
  }

  /** Byte in the file where the line of the `order`-th frame begins. */
  position(order: number): number {
    return this.#position[order] ?? -1;
  }

  /** Bytes of that line, without its line break. */
  length(order: number): number {
    return this.#length[order] ?? 0;
  }

  /** Frames `from` to `to` (exclusive) that are there, in order of their numbers, without their boxes. */
  draft(from: number, to: number): Draft {
    const begin = Math.max(0, from);
    const end = Math.min(to, this.#orderOf.length);
    let frames = 0;
    let boxes = 0;
    for (let index = begin; index < end; index++) {
      const order = (this.#orderOf[index] ?? 0) - 1;
      if (order < 0) continue;
      frames++;
      boxes += this.#boxesBefore(order + 1) - this.#boxesBefore(order);
    }
    const orders = new Int32Array(frames);
    const batch = {
      index: new Int32Array(frames),
      time: new Float64Array(frames),
      offset: new Int32Array(frames + 1),
      boxes: new Float32Array(boxes * detectionStride),
    };
    for (let index = begin, k = 0, used = 0; k < frames; index++) {
      const order = (this.#orderOf[index] ?? 0) - 1;
      if (order < 0) continue;
      orders[k] = order;
      batch.index[k] = index;
      batch.time[k] = this.#time[order] ?? Number.NaN;
      used += this.#boxesBefore(order + 1) - this.#boxesBefore(order);
      batch.offset[++k] = used;
    }
    return { batch, orders };
  }

  #boxesBefore(order: number): number {
    return order < this.count ? this.#before[order] ?? 0 : this.#recent.count;
  }

  #makeRoom(index: number, order: number): void {
    if (index >= this.#orderOf.length) this.#orderOf = grown(this.#orderOf, new Int32Array(capacity(index)));
    if (order >= this.#index.length) {
      const room = capacity(order);
      this.#index = grown(this.#index, new Int32Array(room));
      this.#time = grown(this.#time, new Float64Array(room));
      this.#before = grown(this.#before, new Int32Array(room));
      this.#position = grown(this.#position, new Float64Array(room));
      this.#length = grown(this.#length, new Int32Array(room));
    }
  }
}

/** A half more than needed, so that growing is rare. */
const capacity = (needed: number): number => Math.ceil((needed + 1) * 1.5);

const grown = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
  to.set(from);
  return to;
};
