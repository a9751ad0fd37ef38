import type { FrameIndex, Seconds } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { FrameSource } from '../media/decode.js';
import type { DecodedFrame, Letterbox } from '../media/types.js';
import type { Meter } from './meter.js';

/** Frames handed to the inference thread at once: one in work, the others so that it never waits for us. */
export const framesInFlight = 3;

export type PumpParts = {
  readonly source: FrameSource;
  readonly thread: InferenceThread;
  readonly letterbox: Letterbox;
  /** Detections below this score are not kept, 0..1. */
  readonly minScore: number;
  readonly meter: Meter;
  /** Which frame this is, and what to do with it. */
  decide(frame: DecodedFrame): { readonly index: FrameIndex; readonly what: 'analyse' | 'skip' | 'stop' };
  store(index: FrameIndex, time: Seconds, boxes: Float32Array): void;
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
  const failures: unknown[] = [];
  let ended = false;

  const analyse = async (frame: DecodedFrame, index: FrameIndex, arrived: number): Promise<void> => {
    const result = await thread.run(frame.pixels, letterbox, minScore);
    source.recycle(result.pixels);
    parts.store(index, frame.time, result.boxes);
    meter.frame(frame.decodeMs, result.times, performance.now() - arrived + frame.decodeMs);
  };

  const feed = async (): Promise<void> => {
    while (failures.length === 0) {
      const asked = performance.now();
      while (inFlight.size >= framesInFlight) await Promise.race(inFlight);
      if (failures.length > 0) return;
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
          .catch((error: unknown) => { failures.push(error); })
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
  if (failures.length > 0) throw failures[0];
  return ended;
};
