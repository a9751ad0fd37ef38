/**
 * What goes over the channel between a host and the engine process: the page's own requests, and a
 * few that only the host may make, since they carry paths.
 */
import type {
  Answers, ErrorData, EventName, Events, ExportOptions, JobId, ModelAdded, RequestArgs, RequestName, RunId, Token, VideoInfo,
} from './contract/contract.js';

/** Requests with paths in them: a host makes these, the page never can. */
export type HostRequests = {
  /** Must come first. */
  'host.configure': { readonly args: EngineSettings; readonly answer: null };
  'host.open': { readonly args: { readonly video: Token; readonly path: string }; readonly answer: VideoInfo };
  'host.model': { readonly args: { readonly path: string }; readonly answer: ModelAdded };
  'host.export': {
    readonly args: { readonly run: RunId; readonly options: ExportOptions; readonly path: string };
    readonly answer: JobId;
  };
};

export type EngineSettings = {
  /** Where runs, provider trials and answers about models are kept. */
  readonly dataFolder: string;
  /** Folder of the models that come with the program. */
  readonly zooFolder: string;
  /** Folder of the fonts that come with the program, for labels in annotated clips. */
  readonly fontsFolder: string;
};

/** Page requests that the engine answers; the host answers the rest itself. */
export const engineRequests = [
  'video.frames', 'video.thumbnail', 'models.list', 'models.usual', 'models.answer', 'models.forget', 'faster.open', 'faster.start', 'faster.cancel', 'providers.list', 'providers.try', 'run.start',
  'run.playhead', 'run.mode', 'run.pause', 'run.stop', 'run.detections', 'export.preview', 'export.cancel',
  'lab.open', 'lab.start', 'lab.cancel', 'lab.result', 'lab.forget',
] as const satisfies readonly RequestName[];
export type EngineRequestName = (typeof engineRequests)[number];

export type WireName = EngineRequestName | keyof HostRequests;
export type WireArgs<Name extends WireName> = Name extends EngineRequestName
  ? RequestArgs<Name>
  : Name extends keyof HostRequests ? HostRequests[Name]['args'] : never;
export type WireAnswer<Name extends WireName> = Name extends EngineRequestName
  ? Answers[Name]
  : Name extends keyof HostRequests ? HostRequests[Name]['answer'] : never;

export type ToEngine = { readonly id: number; readonly name: WireName; readonly args: unknown };
export type FromEngine =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorData }
  | { [Name in EventName]: { readonly event: Name; readonly payload: Events[Name] } }[EventName];
