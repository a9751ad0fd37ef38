/**
 * How each box comes to lie on exactly its frame. libass counts time in milliseconds and its scripts
 * in hundredths of a second, too coarse for many videos: so time is stretched by a whole number in
 * front of it and brought back behind it, both without loss, and a frame's events last a little
 * before and after the frame's own time.
 */
import type { Rational, Ticks } from '../contract/contract.js';
import type { VideoFile } from '../media/types.js';

/** Stretched milliseconds between two frames at least. */
const minimumGap = 100;
/** Stretched milliseconds by which events begin before and end after their frame. */
const margin = 30;
/** Above, a video would outgrow what libass can count; frames so close are no frames. */
const maximumStretch = 1_000_000;

export type DrawingClock = {
  readonly timeBase: Rational;
  /** Timestamp that becomes zero. */
  readonly zero: Ticks;
  readonly stretch: number;
  /** Ticks of which every timestamp is a multiple: the coarsest clock that counts them all. */
  readonly step: number;
};

/** Smallest difference between neighbours that is not zero; Infinity for fewer than two frames. */
const smallestGap = (pts: ArrayLike<number>): number => {
  let gap = Number.POSITIVE_INFINITY;
  for (let k = 1; k < pts.length; k++) {
    const difference = Math.abs((pts[k] ?? 0) - (pts[k - 1] ?? 0));
    if (difference > 0 && difference < gap) gap = difference;
  }
  return gap;
};

const greatestDivisor = (a: number, b: number): number => {
  while (b !== 0) [a, b] = [b, a % b];
  return Math.abs(a);
};

/**
 * `pts`: timestamps of all frames of the video, in order. `shift` will be taken from them; see Span.
 */
export const drawingClock = (
  { timeBase, framesPerSecond }: Pick<VideoFile, 'timeBase' | 'framesPerSecond'>, zero: Ticks, pts: ArrayLike<number>, shift: number,
): DrawingClock => {
  const milliseconds = (smallestGap(pts) * timeBase.num * 1000) / timeBase.den;
  // A single frame's timestamp says nothing about how long it lasts.
  let step = pts.length > 1 ? 0 : Math.round(timeBase.den / timeBase.num / (framesPerSecond ?? 25));
  for (let k = 0; k < pts.length && step !== 1; k++) step = greatestDivisor(step, (pts[k] ?? 0) - shift);
  return { timeBase, zero, stretch: Math.min(maximumStretch, Math.max(1, Math.ceil(minimumGap / milliseconds))), step: step || 1 };
};

/** Filters to go before and after drawing; behind them `zero` is at `start`, in ticks. */
export const clockFilters = ({ zero, stretch }: DrawingClock, start: number): { readonly before: string; readonly after: string } => ({
  before: `setpts=(PTS-(${zero}))*${stretch}`,
  after: `setpts=PTS/${stretch}+(${start})`,
});

/** First and last moment of the events of the frame at `pts`, as a script writes them. */
export const eventTimes = ({ timeBase, zero, stretch }: DrawingClock, pts: Ticks): { readonly from: string; readonly to: string } => {
  const at = ((pts - zero) * stretch * timeBase.num * 1000) / timeBase.den;
  return { from: scriptTime(at - margin), to: scriptTime(at + margin) };
};

/** Milliseconds as `h:mm:ss.cc`; not before zero. */
const scriptTime = (milliseconds: number): string => {
  const hundredths = Math.max(0, Math.round(milliseconds / 10));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(hundredths / 360_000)}:${two((hundredths / 6000) % 60)}:${two((hundredths / 100) % 60)}.${two(hundredths % 100)}`;
};
