import type { Stage } from '../../electron/engine/contract/contract.js';
import { figure, nbsp } from '../ui/format.js';

export const stageWords: Readonly<Record<Stage, string>> = {
  decode: 'Decode',
  preprocess: 'Preprocess',
  inference: 'Inference',
  postprocess: 'Postprocess',
  draw: 'Draw',
};

/** What each stage does, for those who have not met the word. */
export const stageMeanings: Readonly<Record<Stage, string>> = {
  decode: 'Reads the next picture out of the file.',
  preprocess: 'Brings the picture into the form the model wants.',
  inference: 'The model looks for objects.',
  postprocess: 'Makes boxes of its numbers, drops doubles.',
  draw: 'Paints the boxes on the picture.',
};

export const gaugesWords = {
  title: 'Speed',
  stages: stageWords,
  meanings: stageMeanings,
  framesPerSecond: 'frames/s',
  overRun: (rate: string) => `${rate} over the whole run`,
  history: 'Frames per second over the last minute',
  historyAt: (rate: string, ago: number) => (ago < 1 ? `${rate} frames/s now` : `${rate} frames/s, ${Math.round(ago)} s ago`),
  latency: 'Time for one frame',
  milliseconds: (value: string) => `${value}${nbsp}ms`,
  p50: 'usual',
  p95: '95 %',
  most: (value: string) => `95${nbsp}% within ${value}${nbsp}ms`,
  stageOf: (stage: string, p50: string, share: string) => `${stage}: ${p50}${nbsp}ms, ${share} of the work`,
  waiting: 'Waiting',
  endToEnd: 'End to end',
  provider: 'Runs on',
  decodedQueue: 'Decoded',
  inferenceQueue: 'In the model',
  queueOf: (length: number, limit: number) => `${length} / ${limit}`,
  dropped: 'Skipped',
  memory: 'Memory',
  details: 'What these figures mean',
  detailsIntro: 'Measured on this machine over the last seconds. “Usual”: half of all frames take no longer. “95\u00a0%”: nineteen of twenty do.',
  nothing: 'Open a video to see how fast this machine is.',
  fallback: (running: string, asked: string) => `Running on ${running} instead of ${asked}`,
  passedOver: (names: string) => `${names} passed over`,
  tryAgain: 'Try again',
  explain: {
    framesPerSecond: 'Frames analysed per second: the last seconds, and below it the whole run without pauses. A video of 30 frames/s needs 30 to be kept up with.',
    endToEnd: 'From the file to boxes on the picture. Stages work on different frames at the same time, so the machine is faster than one frame’s time suggests.',
    waiting: 'Time in which a frame lies ready while the next stage is still busy with another.',
    decodedQueue: 'Decoded frames that wait for the model, of the most that may wait. A full line says that the model is the slow part.',
    inferenceQueue: 'Frames handed to the model and not yet answered, of the most that may be.',
    dropped: 'Frames left out to keep up with playback. None are left out when every frame is analysed.',
    memory: 'Memory held by the analysis with all its helpers, the window left out.',
    provider: 'The part of the machine that really computes, and not the one only asked for.',
  },
} as const;

const share = (stage: number | null, whole: number | null): string =>
  stage === null || whole === null ? '' : `: it takes ${figure(stage)} of ${figure(whole)}${nbsp}ms`;

/** One plain sentence on what holds the analysis back. Times in milliseconds a frame. */
export const bottleneckWords = {
  decoding: (stage: number | null, whole: number | null) => `Decoding is the limit${share(stage, whole)}.`,
  inference: (stage: number | null, whole: number | null) => `Inference is the limit${share(stage, whole)}.`,
  drawing: (stage: number | null) => `Drawing is the limit: boxes take ${figure(stage)}${nbsp}ms a frame.`,
  playback: 'Playback sets the pace: this machine could go faster.',
  idle: 'All done: nothing is waiting.',
  measuring: 'Measuring…',
} as const;
