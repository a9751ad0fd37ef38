import type { FrameIndex, Seconds } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { FrameSource } from '../media/decode.js';
import type { DecodedFrame, Letterbox } from '../media/types.js';
import type { Meter } from './meter.js';

/** Frames handed to the inference thread at once: one in work, the others so that it never waits for us. */
const framesInFlight = 3;

export type PumpParts = {
  readonly source: FrameSource;
  readonly thread: InferenceThread;
  readonly letterbox: Letterbox;
  /** Detections below this score are not kept, 0..1. */
  readonly minScore: number;
  readonly meter: Meter;
  /** Which frame this is, and what to do with it. */
  decide(frame: DecodedFrame): { readonly index: FrameIndex; readonly what: 'analyse' | 'skip' | 'stop' };
  store(index: FrameIndex, time: Seconds, boxes: Float32Array): void | Promise<void>;
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
  let failure: { error: unknown } | null = null;
  let ended = false;

  const analyse = async (frame: DecodedFrame, index: FrameIndex, arrived: number): Promise<void> => {
    const result = await thread.run(frame.pixels, letterbox, minScore);
    source.recycle(result.pixels);
    await parts.store(index, frame.time, result.boxes);
    meter.frame(frame.decodeMs, result.times, performance.now() - arrived + frame.decodeMs);
  };

  while (failure === null) {
    const asked = performance.now();
    while (inFlight.size >= framesInFlight) await Promise.race(inFlight);
    const free = performance.now();
    if (isSet(failure)) break;
    const frame = await source.next();
    if (frame === null) {
      ended = true;
      break;
    }
    meter.waited(performance.now() - free, free - asked);
    const { index, what } = parts.decide(frame);
    if (what === 'stop') {
      source.recycle(frame.pixels);
      break;
    }
    if (what === 'skip') {
      source.recycle(frame.pixels);
      meter.dropped();
      continue;
    }
    const work: Promise<void> = analyse(frame, index, frame.arrived)
      .catch((error: unknown) => { failure ??= { error }; })
      .finally(() => inFlight.delete(work));
    inFlight.add(work);
  }
  await Promise.all(inFlight);
  if (isSet(failure)) throw failure.error;
  return ended;
};

// The compiler does not see that a callback sets it.
const isSet = (failure: { error: unknown } | null): failure is { error: unknown } => failure !== null;
