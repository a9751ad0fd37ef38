import { frameIndex, modelPx, type FrameIndex, type Seconds, type Ticks } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { Model } from '../inference/types.js';
import { FrameSource } from '../media/decode.js';
import { allFrames, type FrameTable } from '../media/frames.js';
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
  /** Times of all frames, where they are known. */
  readonly frames?: FrameTable | undefined;
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
  const frames = request.frames ?? await allFrames(video, tools, signal);
  const { first, after } = frames.between(start, end);
  const gap = gapFrom(stored, first, after);
  if (gap === null) return null;
  return { index: gap.from, from: gap.from <= 0 ? null : frames.ticksAt(gap.from) };
};
