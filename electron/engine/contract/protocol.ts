/**
 * Everything that crosses between page and engine. One table of requests, one of events; both hosts
 * carry exactly these and validate every request before it goes further.
 */
import { z } from 'zod';
import type { DetectionBatch } from './detections.js';
import type { ErrorData } from './errors.js';
import type { FasterProgress } from './faster.js';
import { experiments, type LabOverview, type LabProgress, type LabResult } from './lab.js';
import {
  codecs,
  type ExportProgress, type FrameTimes, type JobId, type LiveStats, type ModelInfo, type ModelQuestion,
  type Playback, type ProviderStatus, type RunInfo, type RunState, type RunId, type Stretch, type Token, type VideoInfo,
} from './types.js';
import type { Seconds } from './units.js';

const token = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);
const time = z.number().min(-1e9).max(1e9).transform((value) => value as Seconds);
const name = z.string().min(1).max(512);
const provider = z.enum(['auto', 'cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu']);
const mode = z.enum(['every-frame', 'keep-up']);
const filter = z.object({
  minScore: z.number().min(0).max(1),
  hiddenClasses: z.array(z.number().int().min(0).max(100_000)).max(10_000),
});
const exportOptions = z.object({
  filter,
  start: time.nullable(),
  end: time.nullable(),
  codec: z.enum(codecs),
  labels: z.boolean(),
  scores: z.boolean(),
});

const oneProvider = provider.exclude(['auto']);
const labSize = z.object({ width: z.number().int().min(32).max(2048), height: z.number().int().min(32).max(2048) });
const batch = z.number().int().min(1).max(64);
const labPlan = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('compare'), subjects: z.array(name).min(1).max(64), provider: oneProvider, size: labSize, batch,
    rounds: z.number().int().min(1).max(100), turn: z.number().min(10).max(60_000), energy: z.boolean(),
  }),
  z.object({
    kind: z.literal('layers'), subject: name, provider: oneProvider, size: labSize, batch, runs: z.number().int().min(1).max(1000),
  }),
  z.object({
    kind: z.literal('experiment'), experiment: z.enum(experiments), provider: oneProvider, subject: name.nullable(),
    rounds: z.number().int().min(1).max(100),
  }),
]);

/** What a request must look like; anything else is refused at the border. */
export const requestSchemas = {
  /** What the page needs to show itself first. */
  hello: z.object({}),
  /** Lets the user choose videos (a dialog on the desktop). */
  'videos.choose': z.object({}),
  /** Opens the sample that comes with the program. */
  'videos.sample': z.object({}),
  /** Opens again what the user had opened before. */
  'videos.reopen': z.object({ video: token }),
  'videos.forget': z.object({ video: token }),
  /** Times of every frame; `complete` is false while the file is still being read. */
  'video.frames': z.object({ video: token }),
  /** One small picture, as JPEG. */
  'video.thumbnail': z.object({ video: token, time, width: z.number().int().min(16).max(1024) }),
  /** Where the page finds something to play. `refused` says that it could not play the file itself. */
  'video.playback': z.object({ video: token, refused: z.boolean() }),
  'models.list': z.object({}),
  /** The model that suits this machine, as far as is known: what is used while the user chose none. */
  'models.usual': z.object({}),
  /** Lets the user choose an .onnx file. */
  'models.choose': z.object({}),
  /** The user's answers to what a model file does not say. */
  'models.answer': z.object({ model: name, answers: z.record(z.string().max(32), z.string().max(65_536)) }),
  /** Takes a model that did not come with the program off the list; a file that VoVision keeps itself is deleted. */
  'models.forget': z.object({ model: name }),
  /** How far a model is being made faster, or how the last one ended; null where none was. */
  'faster.open': z.object({}),
  /**
   * Makes int8 and float16 forms of a model, tries them on this machine against it, and keeps the
   * fastest that finds the same. At most one at a time; an analysis under way rests meanwhile.
   */
  'faster.start': z.object({ model: name, videos: z.array(token).min(1).max(64), provider }),
  'faster.cancel': z.object({ job: token }),
  'providers.list': z.object({ model: name }),
  /** Tries every provider of this platform again and ranks them. */
  'providers.try': z.object({ model: name }),
  /** Starts analysing, or takes up a stored run of the same video, model and setting. */
  'run.start': z.object({ video: token, model: name, provider, mode, from: time }),
  /** Where the user is looking; analysis follows. */
  'run.playhead': z.object({ run: token, time, playing: z.boolean(), speed: z.number().min(0).max(16) }),
  'run.mode': z.object({ run: token, mode }),
  'run.pause': z.object({ run: token, paused: z.boolean() }),
  'run.stop': z.object({ run: token }),
  /** Stored detections of frames `from` to `to` (exclusive). */
  'run.detections': z.object({ run: token, from: z.number().int().min(0), to: z.number().int().min(0) }),
  /** A still of the annotated clip, as PNG, made by the same drawing as the clip. */
  'export.preview': z.object({ run: token, time, options: exportOptions, width: z.number().int().min(64).max(3840) }),
  /** Asks the user where to, then writes the annotated clip. Null where the user thought better of it. */
  'export.start': z.object({ run: token, options: exportOptions }),
  'export.cancel': z.object({ job: token }),
  /** Shows a finished export in the file manager (desktop) or hands it over (browser). */
  'export.reveal': z.object({ job: token }),
  /** What can be measured here, how, and what was measured before. */
  'lab.open': z.object({}),
  /** Starts a measurement; an analysis under way rests meanwhile. At most one at a time. */
  'lab.start': z.object({ plan: labPlan }),
  'lab.cancel': z.object({ job: token }),
  'lab.result': z.object({ id: token }),
  'lab.forget': z.object({ id: token }),
  /** Remembers how the page was left; opaque to the engine. */
  'settings.save': z.object({ settings: z.record(z.string().max(64), z.union([z.string().max(4096), z.number(), z.boolean(), z.null()])) }),
} as const;

export type RequestName = keyof typeof requestSchemas;
export type RequestArgs<Name extends RequestName> = z.output<(typeof requestSchemas)[Name]>;

export type Settings = Readonly<Record<string, string | number | boolean | null>>;
export type Recent = { readonly video: Token; readonly name: string; readonly openedAt: number; readonly missing: boolean };

export type Opened =
  | { readonly kind: 'opened'; readonly video: VideoInfo }
  | { readonly kind: 'refused'; readonly name: string; readonly error: ErrorData };

export type ModelAdded =
  | { readonly kind: 'added'; readonly model: ModelInfo }
  | { readonly kind: 'unclear'; readonly model: string; readonly name: string; readonly questions: readonly ModelQuestion[] }
  | { readonly kind: 'cancelled' };

/** What came of a dropped file: a video, or a model where it is an .onnx file. */
export type Dropped = Opened | ModelAdded;

export type Hello = {
  readonly host: 'desktop' | 'browser';
  readonly platform: string;
  readonly version: string;
  readonly recents: readonly Recent[];
  readonly settings: Settings;
  readonly sample: boolean;
};

/** What each request answers. */
export type Answers = {
  hello: Hello;
  'videos.choose': readonly Opened[];
  'videos.sample': Opened;
  'videos.reopen': Opened;
  'videos.forget': null;
  'video.frames': FrameTimes;
  'video.thumbnail': Uint8Array;
  'video.playback': Playback;
  'models.list': readonly ModelInfo[];
  /** Its id; null where no model came with the program. */
  'models.usual': string | null;
  'models.choose': ModelAdded;
  'models.answer': ModelAdded;
  'models.forget': null;
  'faster.open': FasterProgress | null;
  'faster.start': JobId;
  'faster.cancel': null;
  'providers.list': readonly ProviderStatus[];
  'providers.try': readonly ProviderStatus[];
  'run.start': RunInfo & { readonly analysed: readonly Stretch[] };
  'run.playhead': null;
  'run.mode': null;
  'run.pause': null;
  'run.stop': null;
  'run.detections': DetectionBatch;
  'export.preview': Uint8Array;
  'export.start': JobId | null;
  'export.cancel': null;
  'export.reveal': null;
  'lab.open': LabOverview;
  'lab.start': JobId;
  'lab.cancel': null;
  'lab.result': LabResult;
  'lab.forget': null;
  'settings.save': null;
};

/** What the engine says unasked. */
export type Events = {
  /** Newly analysed frames, a few times a second. */
  detections: { readonly run: RunId; readonly batch: DetectionBatch };
  stats: LiveStats;
  run: { readonly run: RunId; readonly state: RunState };
  /** The provider changed in the middle of a run, and why. */
  provider: { readonly run: RunId; readonly info: RunInfo['provider'] };
  frames: { readonly video: Token; readonly frames: FrameTimes };
  export: ExportProgress;
  lab: LabProgress;
  faster: FasterProgress;
  /** The engine process ended and was started again, or could not be. */
  engine: { readonly state: 'ready' | 'restarting' | 'gone'; readonly reason: string | null };
  /** Videos that came in by another way than a request: the command line, a file association, the menu. */
  opened: { readonly videos: readonly Opened[] };
  /** Part of a dropped file that has arrived (browser host). */
  upload: { readonly name: string; readonly received: number; readonly total: number };
};
export type EventName = keyof Events;

export type Request<Name extends RequestName = RequestName> = { readonly name: Name; readonly args: RequestArgs<Name> };

/** What the page is given by its host: nothing else reaches it. */
export type PageBridge = {
  request<Name extends RequestName>(name: Name, args: z.input<(typeof requestSchemas)[Name]>): Promise<Answers[Name]>;
  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void;
  /** Hands dropped files over: by path on the desktop, by upload in the browser. */
  drop(files: readonly File[]): Promise<readonly Dropped[]>;
};
