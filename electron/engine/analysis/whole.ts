import { frameIndex, modelPx, UserError, type FrameIndex, type Seconds, type Ticks } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { Model } from '../inference/types.js';
import { FrameSource } from '../media/decode.js';
import { FrameTable, scanFrames } from '../media/frames.js';
import { letterbox } from '../media/letterbox.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import type { ResultStore } from '../results/store.js';
import { Meter } from './meter.js';
import { pump } from './pump.js';
import { gapFrom } from './schedule.js';

export type WholeRequest = {
  readonly video: VideoFile;
  readonly tools: MediaTools;
  readonly model: Model;
  readonly thread: InferenceThread;
  readonly store: ResultStore;
  readonly minScore: number;
  /** First moment analysed, and the one before which it ends; null for the video's own. */
  readonly start: Seconds | null;
  readonly end: Seconds | null;
  readonly signal?: AbortSignal;
  onProgress?(done: number, time: Seconds, meter: Meter): void;
};

export type WholeSummary = { readonly meter: Meter; readonly warning: string | null };

/**
 * Analyses a video, or a range of it, from beginning to end; frames already in the store are not done
 * again. Rejects with the signal's reason when cancelled; what was found until then is in the store.
 */
export const analyseWhole = async (request: WholeRequest): Promise<WholeSummary> => {
  const { video, tools, model, thread, store, minScore, end, signal } = request;
  const { input } = model.card;
  const box = letterbox(video.display, { width: modelPx(input.width), height: modelPx(input.height) }, input.fit, input.pad);
  const meter = new Meter();
  const first = await beginning(request);
  if (first === null) return { meter, warning: null };
  const { index, from } = first;
  let next: number = index;
  const source = await FrameSource.open(video, tools, {
    letterbox: box,
    ...(from !== null && { from }),
    ...(signal !== undefined && { signal }),
  });
  meter.setWorking(true);
  let warning: string | null = null;
  try {
    await pump({
      source, thread, letterbox: box, minScore, meter,
      decide: (frame) => {
        const at = frameIndex(next);
        if (signal?.aborted === true || (end !== null && frame.time >= end)) return { index: at, what: 'stop' };
        next += 1;
        return { index: at, what: store.has(at) ? 'skip' : 'analyse' };
      },
      store: async (at, time, boxes) => {
        await store.append(at, time, boxes);
        request.onProgress?.(meter.framesDone + 1, time, meter);
      },
    });
    // A decoder that was closed has nothing more to say.
    warning = source.warning;
  } finally {
    meter.setWorking(false);
    await source.close();
    await store.flush();
  }
  if (signal?.aborted === true) throw signal.reason;
  return { meter, warning };
};

/**
 * The first frame to do: number and timestamp (null: the very first); null where all are there. Only a start in the middle needs all times.
 * @throws UserError('usage') if no frame lies in the range
 */
const beginning = async (request: WholeRequest): Promise<{ index: FrameIndex; from: Ticks | null } | null> => {
  const { video, tools, store, start, end, signal } = request;
  const stored = store.analysed();
  if ((start === null || start <= 0) && stored.length === 0) return { index: frameIndex(0), from: null };
  const frames = new FrameTable(video);
  await scanFrames(video, tools, { table: frames, ...(signal !== undefined && { signal }) });
  const first = start === null || start <= 0 ? 0 : frames.firstAtOrAfter(start);
  if (first >= frames.count || (end !== null && frames.timeAt(first) >= end)) {
    throw new UserError('usage', `There is no frame from ${(start ?? 0).toFixed(3)} s to ${end === null ? 'the end' : `${end.toFixed(3)} s`}.`,
      frames.count > 0 ? `The last frame is at ${frames.timeAt(frames.count - 1).toFixed(3)} s.` : undefined);
  }
  const index = gapFrom(stored, first, frames.count)?.from ?? null;
  if (index === null) return null;
  return { index, from: index <= 0 ? null : frames.ticksAt(index) };
};
