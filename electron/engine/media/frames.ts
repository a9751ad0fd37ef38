import { frameIndex, ticks, ticksToSeconds, UserError, type FrameIndex, type Seconds, type Ticks } from '../contract/contract.js';
import { scanFrames } from './scan.js';
import type { MediaTools, VideoFile } from './types.js';

export { scanFrames, type ScanOptions } from './scan.js';

/** Browsers round media times to microseconds; a time this little before a frame is that frame's. */
const rounding = 1.5e-6;

/**
 * When each frame of a video is shown, in presentation order. Grows while the file is read; entries
 * never change, except that `replace` may set all of them right at the end.
 */
export class FrameTable {
  readonly #video: Pick<VideoFile, 'firstPts' | 'timeBase'>;
  #ticks = new Float64Array(1024);
  #count = 0;
  #complete = false;

  constructor(video: Pick<VideoFile, 'firstPts' | 'timeBase'>) {
    this.#video = video;
  }

  /** Frames known so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether these are all frames of the video. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Timestamp of a frame. @throws RangeError if there is no such frame (yet) */
  ticksAt(index: number): Ticks {
    const value = index < this.#count ? this.#ticks[index] : undefined;
    if (value === undefined) throw new RangeError(`There is no frame ${index}; ${this.#count} are known.`);
    return ticks(value);
  }

  /** Seconds from the first frame. @throws RangeError if there is no such frame (yet) */
  timeAt(index: number): Seconds {
    return this.#seconds(this.ticksAt(index));
  }

  /** Times of all frames known, in seconds from the first. */
  times(): Float64Array {
    return Float64Array.from(this.#ticks.subarray(0, this.#count), (value) => this.#seconds(ticks(value)));
  }

  /** The frame shown at `time`: the last one not after it. The first for earlier times; -1 if none is known. */
  indexAt(time: Seconds): FrameIndex {
    if (this.#count === 0) return frameIndex(-1);
    return frameIndex(Math.max(0, this.#firstWhere((value) => this.#seconds(value) > time + rounding) - 1));
  }

  /** The frame whose time is closest to `time`; -1 if none is known. */
  nearest(time: Seconds): FrameIndex {
    const before = this.indexAt(time);
    if (before < 0 || before + 1 >= this.#count) return before;
    return time - this.timeAt(before) <= this.timeAt(before + 1) - time ? before : frameIndex(before + 1);
  }

  /** The first frame not before `time`; `count` if there is none. */
  firstAtOrAfter(time: Seconds): number {
    return this.#firstWhere((value) => this.#seconds(value) >= time - rounding);
  }

  /**
   * The frames from `start` (null: the first) to before `end` (null: to the last), as the first of them and the first one after.
   * @throws UserError('usage') if there is none
   */
  between(start: Seconds | null, end: Seconds | null): { readonly first: number; readonly after: number } {
    const first = start === null ? 0 : this.firstAtOrAfter(start);
    const after = end === null ? this.#count : this.firstAtOrAfter(end);
    if (after > first) return { first, after };
    throw new UserError('usage', `There is no frame from ${(start ?? 0).toFixed(3)} s to ${end === null ? 'the end' : `${end.toFixed(3)} s`}.`,
      'Choose a longer part of the video.');
  }

  /** The frame with exactly this timestamp; null if there is none. */
  indexOfTicks(pts: Ticks): FrameIndex | null {
    const at = this.#firstWhere((value) => value >= pts);
    return at < this.#count && this.#ticks[at] === pts ? frameIndex(at) : null;
  }

  /** Adds frames after those known. Timestamps that do not increase are left out. */
  append(values: readonly number[]): void {
    if (this.#count + values.length > this.#ticks.length) {
      const grown = new Float64Array(Math.max(this.#ticks.length * 2, this.#count + values.length));
      grown.set(this.#ticks.subarray(0, this.#count));
      this.#ticks = grown;
    }
    for (const value of values) {
      if (this.#count > 0 && value <= (this.#ticks[this.#count - 1] ?? Number.NEGATIVE_INFINITY)) continue;
      this.#ticks[this.#count] = value;
      this.#count += 1;
    }
  }

  /** Sets all frames anew, in any order. */
  replace(values: readonly number[]): void {
    this.#count = 0;
    this.append([...values].sort((a, b) => a - b));
  }

  /** Says that all frames are known. */
  finish(): void {
    this.#complete = true;
  }

  /** Says that there is no frame `index`, nor any after it: decoding came to its end there. */
  endAt(index: FrameIndex): void {
    this.#count = Math.min(this.#count, Math.max(0, index));
    this.#complete = true;
  }

  /** Says that no more will be known than is. */
  giveUp(): void {
    this.#complete = true;
  }

  #seconds(value: Ticks): Seconds {
    return ticksToSeconds(value, this.#video.firstPts, this.#video.timeBase);
  }

  /** First index for which `test` holds, given that it holds for all after it; `count` if none. */
  #firstWhere(test: (value: Ticks) => boolean): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (test(ticks(this.#ticks[middle] ?? Number.NaN))) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The times of all frames of a video, read at once. Rejects as `scanFrames` does. */
export const allFrames = async (video: VideoFile, tools: MediaTools, signal?: AbortSignal): Promise<FrameTable> => {
  const table = new FrameTable(video);
  await scanFrames(video, tools, { table, ...(signal !== undefined && { signal }) });
  return table;
};
