/** The nouns that page, host, engine and command line share. Plain data: everything here can cross a process border. */
import type { ErrorData } from './errors.js';
import type { ModelFigures } from './model-figures.js';
import type { FrameIndex, Milliseconds, Rational, Seconds, Size, DisplayPx } from './units.js';

/** Stands for a file the user chose. The page never sees a path. */
export type Token = string;

export type VideoInfo = {
  readonly token: Token;
  readonly name: string;
  /** Bytes of the file. */
  readonly fileSize: number;
  readonly container: string;
  readonly codec: string;
  readonly pixelFormat: string;
  readonly display: Size<DisplayPx>;
  /** Average frames per second as the container declares it; for display only, never for time. */
  readonly framesPerSecond: number | null;
  /** Seconds from the first frame to the end as the container declares it; null if it does not. */
  readonly duration: Seconds | null;
  readonly audio: { readonly codec: string; readonly channels: number } | null;
  /** Seconds by which the container's clock is ahead of ours (its time of our frame 0). */
  readonly startTime: number;
  /** Whether Chromium can be expected to play the file itself; if not, the page uses the proxy. */
  readonly playable: boolean;
};

/** Times of all frames, in presentation order, in seconds from the first. */
export type FrameTimes = { readonly times: Float64Array; readonly complete: boolean };

export type ProviderId = 'cpu' | 'cuda' | 'tensorrt' | 'dml' | 'coreml' | 'webgpu';

export type ProviderStatus = {
  readonly id: ProviderId;
  readonly label: string;
  readonly state: 'ready' | 'passed-over' | 'untried';
  /** Median milliseconds of one inference in the trial; null where it was not reached. */
  readonly latency: Milliseconds | null;
  /** Why it was passed over, in a sentence; null if ready. */
  readonly reason: string | null;
};

/** What a run really uses, and why. */
export type ProviderChoice = {
  readonly asked: ProviderId | 'auto';
  readonly running: ProviderId;
  readonly reason: string;
  readonly others: readonly ProviderStatus[];
};

export type HeadId =
  | 'boxes-scores' | 'yolov5' | 'yolov8' | 'yolox' | 'ssd' | 'detr' | 'nms-rows' | 'nms-tensorflow' | 'nms-torchvision';

export type ModelInfo = {
  readonly id: string;
  readonly name: string;
  readonly classes: readonly string[];
  readonly input: Size;
  readonly head: HeadId;
  readonly licence: string | null;
  readonly source: string | null;
  /** Least score that its card says to begin with, 0..1; null where it says none. */
  readonly confidence: number | null;
  /** SHA-256 of the .onnx file. */
  readonly hash: string;
  readonly fileSize: number;
  readonly shipped: boolean;
  /** The file lies in VoVision's own folder: it goes when the model is taken off the list. */
  readonly kept: boolean;
  /** Of a form made of another model, what was lost and gained; null for all others. */
  readonly made: MadeModel | null;
  readonly figures: ModelFigures;
};

export type MadeModel = {
  readonly to: 'int8' | 'float16';
  readonly from: string;
  /** From what its numbers were learnt, in words. */
  readonly calibratedOn: string;
  /** Share of the boxes that are the original's too, 0..1, and how many were looked at. */
  readonly agreement: number;
  readonly boxes: number;
  /** How many times as fast as the original where it was made. */
  readonly ratio: number;
};

/** Something about a model that its file does not say; the user chooses. */
export type ModelQuestion = {
  readonly key: 'head' | 'classes' | 'colour' | 'range' | 'size';
  readonly question: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
};

export type AnalysisMode = 'every-frame' | 'keep-up';
export type RunId = string;

export type RunInfo = {
  readonly run: RunId;
  readonly video: Token;
  readonly model: ModelInfo;
  readonly provider: ProviderChoice;
  readonly mode: AnalysisMode;
  readonly state: RunState;
};

export type RunState =
  | { readonly kind: 'starting' | 'running' | 'idle' }
  /** `warning`: what was wrong with the file, in a sentence. */
  | { readonly kind: 'done'; readonly warning: string | null }
  | { readonly kind: 'failed'; readonly error: ErrorData };

export const stages = ['decode', 'preprocess', 'inference', 'postprocess', 'draw'] as const;
export type Stage = (typeof stages)[number];
export type Quantiles = { readonly p50: Milliseconds; readonly p95: Milliseconds };

export type Bottleneck = 'decoding' | 'inference' | 'page' | 'idle' | 'none';

/** A picture of the pipeline, sent a few times a second. */
export type LiveStats = {
  readonly run: RunId;
  readonly framesPerSecond: { readonly now: number | null; readonly run: number | null };
  /** Milliseconds a frame per stage, over the last seconds; `draw` is filled in by the page. */
  readonly latency: Readonly<Record<Exclude<Stage, 'draw'> | 'endToEnd', Quantiles | null>>;
  readonly queues: readonly { readonly name: 'decoded' | 'inference'; readonly length: number; readonly limit: number }[];
  readonly framesDone: number;
  readonly framesTotal: number | null;
  readonly framesDropped: number;
  /** Resident bytes of the engine with its children. */
  readonly memory: number;
  readonly provider: ProviderId;
  readonly bottleneck: Bottleneck;
};

export type DetectionFilter = {
  /** Detections below are left out, 0..1. */
  readonly minScore: number;
  /** Class ids left out. */
  readonly hiddenClasses: readonly number[];
};

export const codecs = ['h264', 'hevc', 'vp9', 'prores'] as const;
export type CodecId = (typeof codecs)[number];

export type ExportOptions = {
  readonly filter: DetectionFilter;
  readonly start: Seconds | null;
  readonly end: Seconds | null;
  readonly codec: CodecId;
  readonly labels: boolean;
  readonly scores: boolean;
};

export type JobId = string;
export type ExportProgress = {
  readonly job: JobId;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly framesDone: number;
  readonly framesTotal: number | null;
  readonly remaining: Seconds | null;
  readonly framesPerSecond: number | null;
  readonly outputName: string;
  readonly encoder: string | null;
  /** What was done otherwise than one might expect, in sentences. */
  readonly notes: readonly string[];
  readonly error: ErrorData | null;
};

/** First and last frame (inclusive) of a stretch that is analysed. */
export type Stretch = readonly [FrameIndex, FrameIndex];

/** How the page can play a video. */
export type Playback =
  | { readonly kind: 'direct'; readonly url: string }
  | { readonly kind: 'proxy'; readonly url: string; readonly mime: string };

export type { Rational };
