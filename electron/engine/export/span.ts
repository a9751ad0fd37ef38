import { ticks, type Seconds, type Ticks } from '../contract/contract.js';
import type { FrameTable } from '../media/frames.js';
import type { VideoFile } from '../media/types.js';

/** Clips that start later than this (recordings of broadcasts: hours) are moved to zero. */
const latestStart = 60;

/** Which frames are exported, and how their times change. */
export type Span = {
  /** Timestamps of the first frame and of the first one after; null: up to the end. */
  readonly from: Ticks;
  readonly to: Ticks | null;
  readonly frames: number;
  readonly whole: boolean;
  /** Ticks taken from every timestamp: 0 keeps the source's. */
  readonly shift: number;
};

/** @throws UserError('usage') if no frame lies between `start` and `end` */
export const spanOf = (video: VideoFile, table: FrameTable, start: Seconds | null, end: Seconds | null): Span => {
  const { first, after: last } = table.between(start, end);
  const whole = first === 0 && last === table.count;
  const from = table.ticksAt(first);
  const startSeconds = (video.firstPts * video.timeBase.num) / video.timeBase.den;
  const keeps = whole && startSeconds >= 0 && startSeconds <= latestStart;
  return { from, to: last === table.count ? null : ticks(table.ticksAt(last)), frames: last - first, whole, shift: keeps ? 0 : from };
};

export const secondsOf = (video: Pick<VideoFile, 'timeBase'>, value: number): number =>
  (value * video.timeBase.num) / video.timeBase.den;
