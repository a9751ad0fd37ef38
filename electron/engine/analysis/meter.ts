import {
  type Bottleneck, type LiveStats, type ProviderId, type RunId, type Stage,
} from '../contract/contract.js';
import type { InferenceTimes } from '../inference/types.js';
import { Rate, Window } from './statistics.js';

/** Frames that the sliding latency windows hold: a few seconds at full speed. */
const windowFrames = 240;

export type QueueSample = LiveStats['queues'][number];

/**
 * The figures of one run: how many frames a second, where a frame's time goes, what holds it up.
 * `end to end` is from the moment a frame's picture is complete in the engine's hands, plus the time
 * decoding it took, to the moment its boxes are stored: waiting in queues counts.
 */
export class Meter {
  readonly #rate = new Rate();
  readonly #stages: Record<Exclude<Stage, 'draw'>, Window> = {
    decode: new Window(windowFrames),
    preprocess: new Window(windowFrames),
    inference: new Window(windowFrames),
    postprocess: new Window(windowFrames),
  };
  readonly #endToEnd = new Window(windowFrames);
  readonly #waitForFrame = new Window(windowFrames);
  readonly #waitForSlot = new Window(windowFrames);
  #dropped = 0;

  setWorking(working: boolean): void {
    this.#rate.setWorking(working, performance.now());
  }

  /** One frame is stored. `decode` and `endToEnd` in milliseconds. */
  frame(decode: number, times: InferenceTimes, endToEnd: number): void {
    this.#rate.add(performance.now());
    this.#stages.decode.add(decode);
    this.#stages.preprocess.add(times.preprocess);
    this.#stages.inference.add(times.inference);
    this.#stages.postprocess.add(times.postprocess);
    this.#endToEnd.add(endToEnd);
  }

  dropped(): void {
    this.#dropped += 1;
  }

  /** How long the loop stood waiting for the decoder, and for the inference thread, before one frame. */
  waited(forFrame: number, forSlot: number): void {
    this.#waitForFrame.add(forFrame);
    this.#waitForSlot.add(forSlot);
  }

  get framesDone(): number {
    return this.#rate.total;
  }

  get seconds(): number {
    return this.#rate.worked(performance.now()) / 1000;
  }

  latency(): LiveStats['latency'] {
    return {
      decode: this.#stages.decode.quantiles(),
      preprocess: this.#stages.preprocess.quantiles(),
      inference: this.#stages.inference.quantiles(),
      postprocess: this.#stages.postprocess.quantiles(),
      endToEnd: this.#endToEnd.quantiles(),
    };
  }

  bottleneck(working: boolean): Bottleneck {
    if (!working) return 'idle';
    return limitedBy(this.#waitForFrame.mean(), this.#waitForSlot.mean());
  }

  snapshot(run: RunId, working: boolean, provider: ProviderId, queues: readonly QueueSample[], framesDone: number, framesTotal: number | null, memory: number): LiveStats {
    const now = performance.now();
    return {
      run,
      framesPerSecond: { now: working ? this.#rate.recent(now) : null, run: this.#rate.overall(now) },
      latency: this.latency(),
      queues,
      framesDone,
      framesTotal,
      framesDropped: this.#dropped,
      memory,
      provider,
      bottleneck: this.bottleneck(working),
    };
  }
}

/**
 * What the pipeline stands waiting for: the stage one waits on is the limit.
 * @param waitForFrame mean milliseconds waited for the decoder before a frame
 * @param waitForSlot mean milliseconds waited for the inference thread before a frame
 */
export const limitedBy = (waitForFrame: number | null, waitForSlot: number | null): Bottleneck => {
  if (waitForFrame === null || waitForSlot === null) return 'none';
  if (waitForFrame + waitForSlot < 0.2) return 'none';
  return waitForFrame > waitForSlot ? 'decoding' : 'inference';
};
