import { detectionStride, type DetectionBatch, type Stretch } from '../contract/contract.js';
import { Coverage } from './coverage.js';

/** Numbers in one block of boxes: 1.5 MiB. Blocks are never copied, so growing costs nothing. */
const blockLength = 65_536 * detectionStride;

/** The frames of a run in packed form: 24 bytes a box and 24 bytes a frame. */
export class StoredFrames {
  readonly #coverage = new Coverage();
  readonly #blocks: Float32Array[] = [];
  #room = 0;
  /** By frame number: 1 + the order in which the frame came; 0 where it has not. */
  #orderOf = new Int32Array(1024);
  /** By order of arrival. */
  #index = new Int32Array(1024);
  #time = new Float64Array(1024);
  #block = new Int32Array(1024);
  #start = new Int32Array(1024);
  #length = new Int32Array(1024);
  #boxes = 0;

  /** Frames held. */
  get count(): number {
    return this.#coverage.count;
  }

  /** Boxes held. */
  get boxes(): number {
    return this.#boxes;
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
    this.#makeRoom(index, order, boxes.length);
    const block = this.#blocks.length - 1;
    const start = blockLength - this.#room;
    this.#blocks[block]?.set(boxes, start);
    this.#room -= boxes.length;
    this.#boxes += boxes.length / detectionStride;
    this.#index[order] = index;
    this.#time[order] = time;
    this.#block[order] = block;
    this.#start[order] = start;
    this.#length[order] = boxes.length;
    this.#orderOf[index] = order + 1;
    this.#coverage.add(index);
    return true;
  }

  /** The frame that came as the `order`-th; its boxes are a view. */
  arrived(order: number): { index: number; time: number; boxes: Float32Array } {
    const start = this.#start[order] ?? 0;
    return {
      index: this.#index[order] ?? -1,
      time: this.#time[order] ?? Number.NaN,
      boxes: this.#blocks[this.#block[order] ?? 0]?.subarray(start, start + (this.#length[order] ?? 0)) ?? new Float32Array(),
    };
  }

  /** Frames `from` to `to` (exclusive) that are there, in order of their numbers. */
  batch(from: number, to: number): DetectionBatch {
    const begin = Math.max(0, from);
    const end = Math.min(to, this.#orderOf.length);
    let frames = 0;
    let numbers = 0;
    for (let index = begin; index < end; index++) {
      const order = (this.#orderOf[index] ?? 0) - 1;
      if (order < 0) continue;
      frames++;
      numbers += this.#length[order] ?? 0;
    }
    const batch = {
      index: new Int32Array(frames),
      time: new Float64Array(frames),
      offset: new Int32Array(frames + 1),
      boxes: new Float32Array(numbers),
    };
    for (let index = begin, k = 0, used = 0; k < frames; index++) {
      const order = (this.#orderOf[index] ?? 0) - 1;
      if (order < 0) continue;
      const frame = this.arrived(order);
      batch.boxes.set(frame.boxes, used);
      used += frame.boxes.length;
      batch.index[k] = index;
      batch.time[k] = frame.time;
      batch.offset[++k] = used / detectionStride;
    }
    return batch;
  }

  #makeRoom(index: number, order: number, length: number): void {
    if (index >= this.#orderOf.length) this.#orderOf = grown(this.#orderOf, new Int32Array(capacity(index)));
    if (order >= this.#index.length) {
      const room = capacity(order);
      this.#index = grown(this.#index, new Int32Array(room));
      this.#time = grown(this.#time, new Float64Array(room));
      this.#block = grown(this.#block, new Int32Array(room));
      this.#start = grown(this.#start, new Int32Array(room));
      this.#length = grown(this.#length, new Int32Array(room));
    }
    if (this.#blocks.length === 0 || length > this.#room) {
      this.#blocks.push(new Float32Array(blockLength));
      this.#room = blockLength;
    }
  }
}

/** A half more than needed, so that growing is rare. */
const capacity = (needed: number): number => Math.ceil((needed + 1) * 1.5);

const grown = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
  to.set(from);
  return to;
};
