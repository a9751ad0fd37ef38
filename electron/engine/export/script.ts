import { open } from 'node:fs/promises';
import { boxesOf, detectionStride, ticks, UserError, type DetectionBatch, type Ticks } from '../contract/contract.js';
import { abortReason } from '../media/child.js';
import type { VideoFile } from '../media/types.js';
import { eventTimes, type DrawingClock } from './clock.js';
import { countShown, frameEvents, scriptHead, type Look, type Paint } from './draw.js';

/** Characters between two returns to the event loop. */
const chunk = 64 * 1024;
/**
 * libass keeps every event in memory (170 bytes each) and looks at all of them for each frame (2.5 ns
 * each): at this many, that is 1.4 GB and as much time as encoding takes. Four hours of ten boxes a frame.
 */
const maximumEvents = 8_000_000;

/** The frame's timestamp, from its time in seconds. */
export const ticksOf = (video: Pick<VideoFile, 'timeBase' | 'firstPts'>, time: number): Ticks =>
  ticks(video.firstPts + Math.round((time * video.timeBase.den) / video.timeBase.num));

/** @throws UserError if there is more to draw than can be drawn at once */
export const assertDrawable = (results: DetectionBatch, { filter, labels }: Look): void => {
  const perBox = labels ? 2 : 1;
  if ((results.boxes.length / detectionStride) * perBox <= maximumEvents) return;
  let boxes = 0;
  for (let k = 0; k < results.index.length; k++) boxes += countShown(boxesOf(results, k), filter);
  if (boxes * perBox <= maximumEvents) return;
  throw new UserError('usage', `There are ${boxes} boxes to draw, more than fit into one clip.`,
    'Raise the confidence, hide classes, leave the labels out, or export a shorter part.');
};

/**
 * Writes the script that draws `results`, for frames from `from` to `to` (exclusive; timestamps), a
 * piece at a time so that nothing else has to wait.
 */
export const writeScript = async (
  file: string, video: VideoFile, results: DetectionBatch, look: Look, paint: Paint, clock: DrawingClock,
  range: { readonly from: Ticks; readonly to: Ticks | null }, signal?: AbortSignal,
): Promise<void> => {
  const handle = await open(file, 'w');
  try {
    let text = scriptHead(look, paint);
    for (let k = 0; k < results.index.length; k++) {
      const pts = ticksOf(video, results.time[k] ?? 0);
      if (pts < range.from || (range.to !== null && pts >= range.to)) continue;
      text += frameEvents(boxesOf(results, k), look, eventTimes(clock, pts));
      if (text.length < chunk) continue;
      await handle.write(text);
      text = '';
      if (signal?.aborted === true) throw abortReason(signal);
    }
    await handle.write(text);
  } finally {
    await handle.close();
  }
};
