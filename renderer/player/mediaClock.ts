import { seconds, type Seconds } from '../../electron/engine/contract/contract.js';
import { nearestFrame } from '../state/frameTimes.js';

/**
 * Chromium reports a presented frame's own timestamp (as the container gives it), we count from frame 0.
 * The two differ by a constant per file: the timestamp of frame 0, which is `VideoInfo.startTime`,
 * except where Chromium shifts a file (a negative start), which the first presented frame tells.
 */
export type MediaClock = {
  /** Seconds by which the element's clock is ahead of ours. */
  readonly offset: number;
};

/** Rounding of timestamps on the way: Chromium keeps microseconds, Matroska milliseconds. */
const rounding = 0.0011;

export const toOurs = (clock: MediaClock, mediaTime: number): Seconds => seconds(mediaTime - clock.offset);
export const toMedia = (clock: MediaClock, time: number): number => time + clock.offset;

/**
 * Finds the offset from the first frame the element presented after it was loaded at its start.
 * @param startTime offset to be expected, seconds
 * @param firstMediaTime timestamp of the first presented frame, in the element's clock
 * @param times our frame times; may be incomplete
 */
export const calibrate = (startTime: number, firstMediaTime: number, times: Float64Array): MediaClock => {
  const frame = nearestFrame(times, firstMediaTime - startTime);
  const off = frame < 0 ? Infinity : Math.abs(firstMediaTime - startTime - (times[frame] ?? Infinity));
  if (off <= rounding) return { offset: startTime };
  return { offset: firstMediaTime - (times[0] ?? 0) };
};
