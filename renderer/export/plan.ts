import type { CodecId, Size, Stretch } from '../../electron/engine/contract/contract.js';
import { endOf, frameStartingBefore } from '../state/frameTimes.js';

/** What an export will write: frames `from` to `to` (exclusive) and the seconds they last. */
export type ExportPlan = { readonly from: number; readonly to: number; readonly duration: number };

/** Number of the first frame that does not start before `time`. */
const firstFrom = (times: Float64Array, time: number): number => {
  const before = frameStartingBefore(times, time);
  return before >= 0 && times[before] === time ? before : before + 1;
};

/** The frames from `start` until before `end`, in seconds; null is the beginning and the end of the video. */
export const exportPlan = (times: Float64Array, start: number | null, end: number | null): ExportPlan => {
  const from = start === null ? 0 : firstFrom(times, start);
  const to = Math.max(from, end === null ? times.length : firstFrom(times, end));
  const begins = times[from];
  const stops = times[to] ?? endOf(times, true, null);
  return { from, to, duration: begins === undefined || to === from ? 0 : stops - begins };
};

/** Part of frames `from` to `to` (exclusive) that is analysed, 0..1; 1 where there are no frames. */
export const analysedPart = (analysed: readonly Stretch[], from: number, to: number): number => {
  if (to <= from) return 1;
  let frames = 0;
  for (const [first, last] of analysed) frames += Math.max(0, Math.min(last, to - 1) - Math.max(first, from) + 1);
  return frames / (to - from);
};

/** 0..1 as whole per cent, never '100 %' before it is all and never '0 %' once it began. */
export const percent = (part: number): string => {
  const whole = Math.round(part * 100);
  if (part < 1 && whole === 100) return '99 %';
  return part > 0 && whole === 0 ? '1 %' : `${whole} %`;
};

/** Bits a pixel that ffmpeg's prores_ks spends at profile HQ; Apple's white paper aims at 3.54. */
const proresBitsPerPixel = 4.1;

/**
 * Bytes of the finished clip, sound left out. Only ProRes spends a fixed number of bits on a pixel; the others
 * spend what the picture needs, which nobody knows before: null.
 */
export const expectedSize = (codec: CodecId, display: Size, frames: number): number | null =>
  codec === 'prores' ? (display.width * display.height * frames * proresBitsPerPixel) / 8 : null;
