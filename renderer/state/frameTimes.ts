import { frameIndex, seconds, type FrameIndex, type Seconds } from '../../electron/engine/contract/contract.js';

/** Number of the last frame that starts at or before `time`, -1 if there is none. */
export const frameStartingBefore = (times: Float64Array, time: number): number => {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** The frame whose time is nearest to `time`, -1 if there are no frames. */
export const nearestFrame = (times: Float64Array, time: number): number => {
  const before = frameStartingBefore(times, time);
  if (before < 0) return times.length > 0 ? 0 : -1;
  const next = times[before + 1];
  return next !== undefined && next - time < time - (times[before] ?? time) ? before + 1 : before;
};

/** Usual distance between frames in seconds (the median of the first thousand), 1/30 if unknown. */
export const usualGap = (times: Float64Array): number => {
  const gaps = Array.from(times.subarray(1, 1001), (time, k) => time - (times[k] ?? time)).sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? 1 / 30;
};

/** Seconds that a frame is shown. The last one is given the usual gap. */
export const frameLength = (times: Float64Array, frame: number): number => {
  const start = times[frame];
  const next = times[frame + 1];
  return start === undefined || next === undefined ? usualGap(times) : next - start;
};

/**
 * The frame that a presented picture with this time is: the nearest one, if it is nearer than half
 * the way to its neighbour; null where no frame is that near, so that nothing wrong is shown.
 */
export const frameShownAt = (times: Float64Array, time: number): FrameIndex | null => {
  const frame = nearestFrame(times, time);
  if (frame < 0) return null;
  const off = Math.abs((times[frame] ?? 0) - time);
  const before = frame > 0 ? (times[frame] ?? 0) - (times[frame - 1] ?? 0) : Infinity;
  const tolerance = Math.min(before, frameLength(times, frame)) / 2;
  return off <= tolerance ? frameIndex(frame) : null;
};

/** A time that lies safely inside a frame's interval: where to seek to show just this frame. */
export const insideFrame = (times: Float64Array, frame: number): Seconds =>
  seconds((times[frame] ?? 0) + frameLength(times, frame) / 2);

/** Where the video ends: the last frame's end, or the declared duration while frames are being read. */
export const endOf = (times: Float64Array, complete: boolean, declared: number | null): Seconds => {
  const last = times.length - 1;
  const known = last < 0 ? 0 : (times[last] ?? 0) + frameLength(times, last);
  return seconds(complete ? known : Math.max(known, declared ?? 0));
};
