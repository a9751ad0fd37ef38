import { frameIndex, seconds, type FrameIndex, type Seconds } from './units.js';

/** Numbers per detection in packed form: x1 y1 x2 y2 (display pixels), score 0..1, class id. */
export const detectionStride = 6;

/** Least score of what is shown and drawn where neither the user nor the model's card says another, 0..1. */
export const usualMinScore = 0.4;

export type Detection = {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly classId: number;
};

/**
 * Detections of several frames, packed so that they cross processes without a copy per box.
 * Frame `k` of the batch is frame `index[k]` at `time[k]` seconds; its boxes are
 * `boxes[offset[k] * 6 .. offset[k + 1] * 6)`. `offset` has one entry more than there are frames.
 */
export type DetectionBatch = {
  readonly index: Int32Array;
  readonly time: Float64Array;
  readonly offset: Int32Array;
  readonly boxes: Float32Array;
};

/** The boxes of one frame as a view of `boxes`: `count * 6` numbers. */
export const boxesOf = (batch: DetectionBatch, k: number): Float32Array =>
  batch.boxes.subarray((batch.offset[k] ?? 0) * detectionStride, (batch.offset[k + 1] ?? 0) * detectionStride);

export const unpack = (boxes: Float32Array, n: number): Detection => {
  const at = n * detectionStride;
  const value = (k: number): number => boxes[at + k] ?? Number.NaN;
  return { x1: value(0), y1: value(1), x2: value(2), y2: value(3), score: value(4), classId: value(5) };
};

/** Collects frames into a batch; grows by doubling, so appending is cheap. */
export class BatchBuilder {
  #index: number[] = [];
  #time: number[] = [];
  #offset: number[] = [0];
  #boxes = new Float32Array(64 * detectionStride);
  #used = 0;

  get frames(): number {
    return this.#index.length;
  }

  add(index: FrameIndex, time: Seconds, boxes: Float32Array): void {
    if (this.#used + boxes.length > this.#boxes.length) {
      const grown = new Float32Array(Math.max(this.#boxes.length * 2, this.#used + boxes.length));
      grown.set(this.#boxes.subarray(0, this.#used));
      this.#boxes = grown;
    }
    this.#boxes.set(boxes, this.#used);
    this.#used += boxes.length;
    this.#index.push(index);
    this.#time.push(time);
    this.#offset.push(this.#used / detectionStride);
  }

  /** The frames added since the last call; the builder is empty afterwards. */
  take(): DetectionBatch {
    const batch = {
      index: Int32Array.from(this.#index),
      time: Float64Array.from(this.#time),
      offset: Int32Array.from(this.#offset),
      boxes: this.#boxes.slice(0, this.#used),
    };
    this.#index = [];
    this.#time = [];
    this.#offset = [0];
    this.#used = 0;
    return batch;
  }
}

/** Frame number and time of the batch's `k`-th frame. */
export const frameOf = (batch: DetectionBatch, k: number): { index: FrameIndex; time: Seconds } => ({
  index: frameIndex(batch.index[k] ?? -1),
  time: seconds(batch.time[k] ?? Number.NaN),
});
