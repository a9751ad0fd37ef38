import {
  detectionStride, type Detection, type DetectionBatch, type DetectionFilter, type FrameIndex, type Stretch,
} from '../../electron/engine/contract/contract.js';
import { StretchSet } from './stretches.js';

/** How often each class is seen where: what the timeline draws. */
export type DensityBins = {
  readonly bins: number;
  readonly classes: number;
  /** Most boxes of one class seen at once in a bin: `peak[classId * bins + bin]`. */
  readonly peak: Uint16Array;
  /** Boxes per class over the whole run, by class id. */
  readonly total: Uint32Array;
};

const unseen = -1;

const grown = <T extends Float32Array | Uint16Array | Int32Array>(from: T, into: T): T => {
  into.set(from);
  return into;
};

/**
 * Every detection of one run, packed in columns so that a filter over a million boxes costs
 * milliseconds. Frames may come in any order; a frame that is already here is not taken twice.
 */
export class Detections {
  #corners = new Float32Array(1024 * 4);
  #score = new Float32Array(1024);
  #classId = new Uint16Array(1024);
  /** Box number of a frame's first box, `unseen` where the frame is not analysed. */
  #first = new Int32Array(1024).fill(unseen);
  #count = new Uint16Array(1024);
  #boxes = 0;
  #frames = 0;
  #lastFrame = -1;
  #classes = 0;
  #highest = new Float32Array(0);
  #stretches = new StretchSet();
  /** Goes up with every change. */
  version = 0;

  get boxCount(): number {
    return this.#boxes;
  }

  get frameCount(): number {
    return this.#frames;
  }

  /** One more than the highest class id seen. */
  get classCount(): number {
    return this.#classes;
  }

  /** Highest score of each class in the run, 0..1, by class id; -1 where it was not seen. */
  get highest(): Float32Array {
    return this.#highest;
  }

  /** Highest frame number seen, -1 if there is none. */
  get lastFrame(): number {
    return this.#lastFrame;
  }

  /** What is analysed, as stretches of frames in order. */
  get analysed(): readonly Stretch[] {
    return this.#stretches.list;
  }

  has(frame: FrameIndex): boolean {
    return frame >= 0 && frame <= this.#lastFrame && this.#first[frame] !== unseen;
  }

  add(batch: DetectionBatch): void {
    for (let k = 0; k < batch.index.length; k++) {
      const frame = batch.index[k] ?? unseen;
      if (frame < 0 || this.has(frame as FrameIndex)) continue;
      this.#addFrame(frame, batch.boxes, batch.offset[k] ?? 0, batch.offset[k + 1] ?? 0);
    }
    this.version++;
  }

  /** Boxes of one frame that pass the filter, strongest first; null if the frame is not analysed. */
  at(frame: FrameIndex, filter: DetectionFilter): readonly Detection[] | null {
    if (!this.has(frame)) return null;
    const first = this.#first[frame] ?? 0;
    const end = first + (this.#count[frame] ?? 0);
    const found: Detection[] = [];
    for (let n = first; n < end; n++) {
      const score = this.#score[n] ?? 0;
      const classId = this.#classId[n] ?? 0;
      if (score < filter.minScore || filter.hiddenClasses.includes(classId)) continue;
      const c = n * 4;
      found.push({
        x1: this.#corners[c] ?? 0, y1: this.#corners[c + 1] ?? 0, x2: this.#corners[c + 2] ?? 0, y2: this.#corners[c + 3] ?? 0,
        score, classId,
      });
    }
    return found.sort((a, b) => b.score - a.score);
  }

  /** Boxes of one frame by class id, filtered by score only; empty if the frame is not analysed. */
  countsAt(frame: FrameIndex, minScore: number): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { classId } of this.at(frame, { minScore, hiddenClasses: [] }) ?? []) {
      counts.set(classId, (counts.get(classId) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Counts the filtered boxes per class and bin in one pass.
   * @param binOf bin of each frame, by frame number; frames beyond it or with a negative bin count
   *   in `total` only.
   */
  density(binOf: Int32Array, bins: number, filter: DetectionFilter): DensityBins {
    const classes = this.#classes;
    const peak = new Uint16Array(classes * bins);
    const total = new Uint32Array(classes);
    const hidden = new Uint8Array(classes);
    for (const id of filter.hiddenClasses) if (id < classes) hidden[id] = 1;
    const here = new Uint16Array(classes);
    const { minScore } = filter;
    const score = this.#score;
    const classId = this.#classId;
    for (let frame = 0; frame <= this.#lastFrame; frame++) {
      const first = this.#first[frame] as number;
      const end = first + (this.#count[frame] as number);
      if (first === unseen || end === first) continue;
      const bin = frame < binOf.length ? (binOf[frame] as number) : unseen;
      for (let n = first; n < end; n++) {
        const id = classId[n] as number;
        if ((score[n] as number) < minScore || hidden[id] === 1) continue;
        (here[id] as number)++;
        (total[id] as number)++;
        if (bin < 0) continue;
        const at = id * bins + bin;
        if ((here[id] as number) > (peak[at] as number)) peak[at] = here[id] as number;
      }
      for (let n = first; n < end; n++) here[classId[n] as number] = 0;
    }
    return { bins, classes, peak, total };
  }

  /** Boxes per class id over the whole run that score at least `minScore`. */
  totals(minScore: number): Uint32Array {
    const total = new Uint32Array(this.#classes);
    for (let n = 0; n < this.#boxes; n++) {
      if ((this.#score[n] as number) >= minScore) (total[this.#classId[n] as number] as number)++;
    }
    return total;
  }

  #addFrame(frame: number, boxes: Float32Array, from: number, to: number): void {
    const count = Math.min(to - from, 0xffff);
    this.#reserve(frame + 1, this.#boxes + count);
    this.#first[frame] = this.#boxes;
    this.#count[frame] = count;
    for (let k = 0; k < count; k++) {
      const at = (from + k) * detectionStride;
      const n = this.#boxes++;
      for (let c = 0; c < 4; c++) this.#corners[n * 4 + c] = boxes[at + c] as number;
      const score = boxes[at + 4] as number;
      this.#score[n] = score;
      const classId = boxes[at + 5] as number;
      this.#classId[n] = classId;
      if (classId >= this.#classes) {
        this.#classes = classId + 1;
        this.#highest = grown(this.#highest, new Float32Array(this.#classes).fill(unseen));
      }
      if (score > (this.#highest[classId] as number)) this.#highest[classId] = score;
    }
    this.#frames++;
    this.#lastFrame = Math.max(this.#lastFrame, frame);
    this.#stretches.add(frame);
  }

  #reserve(frames: number, boxes: number): void {
    if (frames > this.#first.length) {
      const size = Math.max(frames, this.#first.length * 2);
      this.#first = grown(this.#first, new Int32Array(size).fill(unseen));
      this.#count = grown(this.#count, new Uint16Array(size));
    }
    if (boxes > this.#score.length) {
      const size = Math.max(boxes, this.#score.length * 2);
      this.#corners = grown(this.#corners, new Float32Array(size * 4));
      this.#score = grown(this.#score, new Float32Array(size));
      this.#classId = grown(this.#classId, new Uint16Array(size));
    }
  }
}
