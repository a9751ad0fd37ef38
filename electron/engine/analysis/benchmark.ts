import { monitorEventLoopDelay } from 'node:perf_hooks';
import { frameIndex, modelPx, UserError } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { Model } from '../inference/types.js';
import { FrameSource } from '../media/decode.js';
import { letterbox } from '../media/letterbox.js';
import type { Letterbox, MediaTools, VideoFile } from '../media/types.js';
import { Meter } from './meter.js';
import { pump } from './pump.js';
import { nearestRank } from './statistics.js';

export type BenchmarkRequest = {
  readonly video: VideoFile;
  readonly tools: MediaTools;
  readonly model: Model;
  readonly thread: InferenceThread;
  readonly cores: number;
  /** Frames of each measurement; fewer where the video has fewer. */
  readonly frames: number;
  readonly rounds: number;
  readonly signal: AbortSignal;
  onProgress?(text: string): void;
};

export type PipelineFigures = {
  /** Pipeline frames/s over `bound`: 1 is what perfect overlap on all cores would give. */
  readonly ratio: number;
  readonly framesPerSecond: number;
  /** CPU milliseconds a frame: the ffmpeg child decoding alone; this process inferring alone. */
  readonly decodeCpuMs: number;
  readonly inferenceCpuMs: number;
  /** cores / (decoding + inference CPU seconds a frame), in frames/s. */
  readonly bound: number;
  readonly cores: number;
  readonly frames: number;
  readonly rounds: number;
  /** Longest time the event loop was blocked while the pipeline ran, ms. */
  readonly blockedMs: number;
};

/** Period of the timer that watches the event loop, ms. */
const loopResolution = 1;
/** A video of at most this many frames is decoded to its end, where ffmpeg says its own CPU time. */
const wholeVideo = 3000;

/**
 * Decoding alone, inference alone, and the pipeline, in turns, so that a change of the machine's mood
 * hits all three alike; medians of the rounds.
 */
export const measurePipeline = async (request: BenchmarkRequest): Promise<PipelineFigures> => {
  const { video, model, rounds, cores } = request;
  const { input } = model.card;
  const box = letterbox(video.display, { width: modelPx(input.width), height: modelPx(input.height) }, input.fit, input.pad);
  let blocked = 0;
  const decode: number[] = [];
  const inference: number[] = [];
  const rates: number[] = [];
  await inferAlone(request, box, 5);
  for (let round = 1; round <= rounds; round += 1) {
    request.onProgress?.(`round ${round} of ${rounds}`);
    const alone = await decodeAlone(request, box);
    decode.push((alone.cpuSeconds / alone.frames) * 1000);
    inference.push((await inferAlone(request, box, Math.min(request.frames, alone.frames))) * 1000);
    // A monitor of its own for each round: one that was off counts the time it was off as blocked.
    const loop = monitorEventLoopDelay({ resolution: loopResolution });
    loop.enable();
    rates.push(await runPipeline(request, box));
    loop.disable();
    blocked = Math.max(blocked, loop.max / 1e6 - loopResolution);
  }
  const decodeCpuMs = median(decode);
  const inferenceCpuMs = median(inference);
  const bound = (cores * 1000) / (decodeCpuMs + inferenceCpuMs);
  const framesPerSecond = median(rates);
  return {
    ratio: framesPerSecond / bound, framesPerSecond, decodeCpuMs, inferenceCpuMs, bound, cores,
    frames: request.frames, rounds,
    blockedMs: Math.max(0, blocked),
  };
};

const median = (values: readonly number[]): number => nearestRank(Float64Array.from(values).sort(), 0.5);

const openSource = ({ video, tools, signal }: BenchmarkRequest, box: Letterbox): Promise<FrameSource> =>
  FrameSource.open(video, tools, { letterbox: box, signal });

const decodeAlone = async (request: BenchmarkRequest, box: Letterbox): Promise<{ frames: number; cpuSeconds: number }> => {
  const source = await openSource(request, box);
  try {
    let frames = 0;
    const limit = Math.max(request.frames, wholeVideo);
    while (frames < limit) {
      const frame = await source.next();
      if (frame === null) break;
      frames += 1;
      source.recycle(frame.pixels);
    }
    const cpuSeconds = source.cpuSeconds;
    if (cpuSeconds === null) throw new UserError('missing', 'This system does not tell how much CPU time a child process took.');
    return { frames: frames + source.queued, cpuSeconds };
  } finally {
    await source.close();
  }
};

/** CPU seconds a frame of inference, the next frame always at hand. */
const inferAlone = async ({ thread, signal }: BenchmarkRequest, box: Letterbox, frames: number): Promise<number> => {
  const bytes = box.model.width * box.model.height * 3;
  const buffers = Array.from({ length: 3 }, (_, n) => noise(bytes, n + 1));
  const before = process.cpuUsage();
  let started = 0;
  const work = async (first: Uint8Array<ArrayBuffer>): Promise<void> => {
    let pixels = first;
    while (started < frames && !signal.aborted) {
      started += 1;
      ({ pixels } = await thread.run(pixels, box, 0.05));
    }
  };
  await Promise.all(buffers.map(work));
  if (signal.aborted) throw signal.reason;
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / 1e6 / frames;
};

/** Grey noise, the same every time. */
const noise = (bytes: number, seed: number): Uint8Array<ArrayBuffer> => {
  const pixels = new Uint8Array(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[at] = 96 + (state >>> 26);
  }
  return pixels;
};

/** Frames per second of the whole pipeline, from the first frame's arrival. */
const runPipeline = async (request: BenchmarkRequest, box: Letterbox): Promise<number> => {
  const source = await openSource(request, box);
  const meter = new Meter();
  let count = 0;
  let begun = 0;
  try {
    await pump({
      source, thread: request.thread, letterbox: box, minScore: 0.05, meter,
      decide: () => {
        if (count === 0) begun = performance.now();
        const index = frameIndex(count);
        if (count >= request.frames || request.signal.aborted) return { index, what: 'stop' };
        count += 1;
        return { index, what: 'analyse' };
      },
      store: () => Promise.resolve(),
    });
  } finally {
    await source.close();
  }
  if (request.signal.aborted) throw request.signal.reason;
  return (count * 1000) / (performance.now() - begun);
};
