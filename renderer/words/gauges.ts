import type { Stage } from '../../electron/engine/contract/contract.js';
import { figure } from '../ui/format.js';

export const stageWords: Readonly<Record<Stage, string>> = {
  decode: 'Decode',
  preprocess: 'Prepare',
  inference: 'Inference',
  postprocess: 'Sort out',
  draw: 'Draw',
};

/** What each stage does, for those who have not met the word. */
export const stageMeanings: Readonly<Record<Stage, string>> = {
  decode: 'Reading the next picture out of the video file.',
  preprocess: 'Handing the picture to the model in the form it wants.',
  inference: 'The model looks for objects. Usually the largest part.',
  postprocess: 'Turning the model’s numbers into boxes and dropping doubles.',
  draw: 'Painting the boxes on the picture.',
};

export const gaugesWords = {
  title: 'Speed',
  stages: stageWords,
  meanings: stageMeanings,
  framesPerSecond: 'frames/s',
  overRun: (rate: string) => `${rate} over the whole run`,
  history: 'Frames per second over the last minute',
  historyAt: (rate: string, ago: number) => (ago < 1 ? `${rate} frames/s now` : `${rate} frames/s, ${Math.round(ago)} s ago`),
  lastMinute: 'last minute',
  latency: 'Time for one frame',
  milliseconds: (value: string) => `${value} ms`,
  p50: 'usual',
  p95: '95 %',
  most: (value: string) => `95 % within ${value} ms`,
  stageOf: (stage: string, p50: string, share: string) => `${stage}: ${p50} ms, ${share} of the work`,
  waiting: 'Waiting in line',
  endToEnd: 'End to end',
  provider: 'Runs on',
  decodedQueue: 'Decoded, waiting',
  resultsQueue: 'Found, waiting',
  queueOf: (length: number, limit: number) => `${length} / ${limit}`,
  dropped: 'Frames skipped',
  memory: 'Memory',
  progress: 'Frames analysed',
  progressOf: (done: string, total: string) => `${done} / ${total}`,
  details: 'What these figures mean',
  detailsIntro: 'Measured on this machine while it works, over the last seconds.',
  nothing: 'Open a video to see how fast this machine is.',
  fallback: (running: string, asked: string) => `Running on ${running} instead of ${asked}`,
  passedOver: (names: string) => `${names} passed over`,
  tryAgain: 'Try again',
  explain: {
    framesPerSecond: 'Frames analysed per second, over the last seconds. A video that plays at 30 frames/s is kept up with at 30 or more.',
    overRun: 'The same from the start of this run until now, pauses left out.',
    usual: 'Half of all frames take no longer than this.',
    p95: 'Nineteen of twenty frames take no longer than this.',
    endToEnd: 'From the file to boxes on the picture. Stages work on different frames at the same time, so the machine is faster than one frame’s time suggests.',
    waiting: 'Time in which a frame lies ready while the next stage is still busy with another.',
    queues: 'Frames that are ready and wait for the next stage. A full line in front of a stage says that this stage is the slow one.',
    dropped: 'Frames left out to keep up with playback. None are left out when every frame is analysed.',
    memory: 'Memory held by the analysis with all its helpers, the window left out.',
    provider: 'The part of the machine that really computes, and not the one only asked for.',
  },
} as const;

const share = (stage: number | null, whole: number | null): string =>
  stage === null || whole === null ? '' : `: it takes ${figure(stage)} of ${figure(whole)} ms`;

/** One plain sentence on what holds the analysis back. Times in milliseconds a frame. */
export const bottleneckWords = {
  decoding: (stage: number | null, whole: number | null) => `Decoding is the limit${share(stage, whole)}.`,
  inference: (stage: number | null, whole: number | null) => `Inference is the limit${share(stage, whole)}.`,
  drawing: (stage: number | null) => `Drawing is the limit: boxes take ${figure(stage)} ms a frame.`,
  playback: 'Playback sets the pace: this machine could go faster.',
  idle: 'All done: nothing is waiting.',
  measuring: 'Measuring …',
} as const;
