import type { FrameIndex, Seconds } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { FrameSource } from '../media/decode.js';
import type { DecodedFrame, Letterbox } from '../media/types.js';
import type { Meter } from './meter.js';

/** Frames handed to the inference thread at once: one in work, the others so that it never waits for us. */
export const framesInFlight = 3;

/** Frames between two looks at the decoder's CPU time, which is counted in steps of 10 ms. */
const cpuEvery = 32;

export type PumpParts = {
  readonly source: FrameSource;
  readonly thread: InferenceThread;
  readonly letterbox: Letterbox;
  /** Detections below this score are not kept, 0..1. */
  readonly minScore: number;
  readonly meter: Meter;
  /** Which frame this is, and what to do with it. */
  decide(frame: DecodedFrame): { readonly index: FrameIndex; readonly what: 'analyse' | 'skip' | 'stop' };
  store(index: FrameIndex, time: Seconds, boxes: Float32Array): Promise<void>;
};

/**
 * Decoding, inference and storing of one uninterrupted stretch, all at the same time: the decoder reads
 * ahead by itself, the inference thread always has the next frame, and results are stored as they come,
 * in order. Ends when the source ends or `decide` says stop; what is in flight is stored first.
 * @returns whether the source came to its end
 */
export const pump = async (parts: PumpParts): Promise<boolean> => {
  const { source, thread, letterbox, minScore, meter } = parts;
  const inFlight = new Set<Promise<void>>();
  const decodeTime = decodeTimer(source);
  const hasFailed = (): boolean => failures.size > 0;
  const failures = new Set<unknown>();
  let ended = false;

  const analyse = async (frame: DecodedFrame, index: FrameIndex, arrived: number): Promise<void> => {
    const result = await thread.run(frame.pixels, letterbox, minScore);
    source.recycle(result.pixels);
    await parts.store(index, frame.time, result.boxes);
    const decode = decodeTime(frame);
    meter.frame(decode, result.times, performance.now() - arrived + decode);
  };

  const feed = async (): Promise<void> => {
    while (!hasFailed()) {
      const asked = performance.now();
      while (inFlight.size >= framesInFlight) await Promise.race(inFlight);
      if (hasFailed()) return;
      const free = performance.now();
      const frame = await source.next();
      if (frame === null) {
        ended = true;
        return;
      }
      meter.waited(performance.now() - free, free - asked);
      const { index, what } = parts.decide(frame);
      if (what === 'analyse') {
        const work: Promise<void> = analyse(frame, index, frame.arrived)
          .catch((error: unknown) => { failures.add(error); })
          .finally(() => inFlight.delete(work));
        inFlight.add(work);
        continue;
      }
      source.recycle(frame.pixels);
      if (what === 'stop') return;
      meter.dropped();
    }
  };

  try {
    await feed();
  } finally {
    await Promise.all(inFlight);
  }
  for (const failure of failures) throw failure;
  return ended;
};

/**
 * What decoding a frame takes, in ms. A decoder that is ahead hands out frames at once, so the time
 * between two frames says nothing of its work; its CPU time a frame then does, where the system tells.
 */
const decodeTimer = (source: FrameSource): ((frame: DecodedFrame) => number) => {
  let frames = 0;
  let cpuMs = 0;
  return (frame) => {
    frames += 1;
    if (frames % cpuEvery === 0) cpuMs = ((source.cpuSeconds ?? 0) * 1000) / (frames + source.queued);
    return Math.max(frame.decodeMs, cpuMs);
  };
};
