import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  UserError,
  type Events, type ProviderChoice, type RequestArgs, type RunId, type RunInfo, type Seconds, type Stretch,
} from '../contract/contract.js';
import { AnalysisRun } from '../analysis/run.js';
import type { Model } from '../inference/types.js';
import type { MediaTools } from '../media/types.js';
import { makeManifest, videoIdentity, type VideoIdentity } from '../results/manifest.js';
import { ResultStore } from '../results/store.js';
import type { OpenVideo, Videos } from './videos.js';
import type { Worker, Workers } from './workers.js';

/** Detections are kept down to this score, so that the slider needs no second inference. */
export const storedMinScore = 0.05;
/** Runs whose results stay open. */
const keptRuns = 4;
/** Providers are tried once the first boxes are there, so that the trial does not delay them. */
const trialDelay = 2500;

export type RunEvents = <Name extends 'detections' | 'stats' | 'run' | 'provider'>(name: Name, payload: Events[Name]) => void;

type Held = { readonly run: AnalysisRun; readonly args: RequestArgs<'run.start'> };

/** The runs of this process: at most one is at work, a few more can be asked about. */
export class Runs {
  readonly #runs = new Map<RunId, Held>();
  #active: AnalysisRun | null = null;
  /** The run that the page shows, which stays open whatever comes after it. */
  #watched: RunId | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #trial: { timer: NodeJS.Timeout; abort: AbortController } | null = null;
  #resting = false;

  constructor(
    private readonly dataFolder: string,
    private readonly videos: Videos,
    private readonly workers: Workers,
    private readonly tools: () => Promise<MediaTools>,
    private readonly findModel: (id: string) => Promise<Model>,
    /** Tries which of the shipped models suits the machine, unless that is known. */
    private readonly survey: (signal: AbortSignal) => Promise<unknown>,
    private readonly emit: RunEvents,
  ) {}

  get(run: RunId): AnalysisRun {
    const held = this.#runs.get(run);
    if (held === undefined) throw new UserError('bad-input', 'This analysis is not open any more.', 'Open the video again.');
    return held.run;
  }

  /** Where the user looks in the run that the page shows. */
  look(run: RunId, time: Seconds, playing: boolean, speed: number): void {
    this.get(run).setPlayhead(time, playing, speed);
    this.#watched = run;
  }

  /** Video and model of a run, for exports. */
  opened(run: RunId): { run: AnalysisRun; video: OpenVideo } {
    const held = this.#runs.get(run);
    if (held === undefined) throw new UserError('bad-input', 'This analysis is not open any more.', 'Open the video again.');
    return { run: held.run, video: this.videos.get(held.args.video) };
  }

  start(args: RequestArgs<'run.start'>): Promise<RunInfo & { readonly analysed: readonly Stretch[] }> {
    const started = this.#turn.catch(() => undefined).then(() => this.#start(args));
    this.#turn = started;
    return started;
  }

  async #start(args: RequestArgs<'run.start'>): Promise<RunInfo & { readonly analysed: readonly Stretch[] }> {
    const video = this.videos.get(args.video);
    const [model, tools] = await Promise.all([this.findModel(args.model), this.tools()]);
    this.#stopTrial();
    // What went wrong with one that failed was told; it is no other's business.
    await this.#active?.stop().catch(() => undefined);
    const worker = await this.workers.take(model, args.provider);
    const identity = await videoIdentity(video.file);
    const id = runId(identity.hash, model.card.hash);
    const store = await this.#store(id, video, model, worker, identity, tools);
    const run = new AnalysisRun({
      id,
      video: video.file,
      tools,
      model,
      worker: { thread: worker.thread, provider: worker.choice.running },
      store,
      mode: args.mode,
      minScore: storedMinScore,
      frames: video.frames,
      scanned: video.scanned,
      emit: this.emit,
    });
    this.#runs.delete(id);
    this.#runs.set(id, { run, args });
    this.#active = run;
    await this.#forgetOld();
    if (this.#resting) await run.rest();
    run.start(args.from);
    if (!this.#resting) this.#trySoon(run, worker);
    return { ...this.#info(run, args.video, worker.choice), analysed: run.analysed() };
  }

  #info(run: AnalysisRun, video: string, provider: ProviderChoice): RunInfo {
    return { run: run.id, video, model: run.model.info, provider, mode: run.mode, state: run.state };
  }

  async #store(id: RunId, video: OpenVideo, model: Model, worker: Worker, identity: VideoIdentity, tools: MediaTools): Promise<ResultStore> {
    const before = this.#runs.get(id);
    if (before?.run.store.failure === null) return before.run.store;
    // One that could not be written any more is opened anew, as far as it is on the disk.
    await before?.run.store.close().catch(() => undefined);
    const manifest = makeManifest({
      video: video.file, identity, model, provider: worker.choice.running, minScore: storedMinScore, tools, range: null,
    });
    await mkdir(join(this.dataFolder, 'runs'), { recursive: true });
    return ResultStore.openOrResume(join(this.dataFolder, 'runs', `${id}.jsonl`), manifest, 'fresh');
  }

  /** The provider that runs changed by itself: told to whoever watches the run at work. */
  providerChanged(choice: ProviderChoice): void {
    if (this.#active !== null) this.emit('provider', { run: this.#active.id, info: choice });
  }

  /** Where nothing else was asked for, finds out in a while what suits the machine. */
  #trySoon(run: AnalysisRun, { choice }: Worker): void {
    if (choice.asked !== 'auto') return;
    const abort = new AbortController();
    const untried = choice.others.length === 0;
    const work = async (): Promise<void> => {
      if (untried) await this.#tryProviders(run, run.model, abort.signal);
      await this.survey(abort.signal).catch(() => undefined);
    };
    this.#trial = { timer: setTimeout(() => void work(), trialDelay), abort };
  }

  async #tryProviders(run: AnalysisRun, model: Model, signal: AbortSignal): Promise<void> {
    try {
      await this.workers.rank(model, signal);
      if (signal.aborted || this.#active !== run) return;
      const before = this.workers.current;
      // What the thread has in hand must be stored before it is closed.
      const better = (await this.workers.ranking(model))?.some((one) => one.state === 'ready' && one.id !== 'cpu') ?? false;
      if (better) await run.rest();
      const worker = await this.workers.take(model, 'auto');
      if (worker.thread !== before?.thread || better) run.useWorker({ thread: worker.thread, provider: worker.choice.running });
      this.emit('provider', { run: run.id, info: worker.choice });
    } catch {
      // A trial that fails as a whole changes nothing: the CPU goes on.
    }
  }

  /** Has whatever run is at work rest, also one that is started meanwhile, until what this resolves to is called. */
  async rest(): Promise<() => void> {
    this.#resting = true;
    await this.#turn.catch(() => undefined);
    this.#stopTrial();
    await this.#active?.rest();
    return () => {
      this.#resting = false;
      const worker = this.workers.current;
      const run = this.#active;
      if (run === null || worker === null) return;
      run.useWorker({ thread: worker.thread, provider: worker.choice.running });
      this.#trySoon(run, worker);
    };
  }

  #stopTrial(): void {
    if (this.#trial === null) return;
    clearTimeout(this.#trial.timer);
    this.#trial.abort.abort();
    this.#trial = null;
  }

  async stop(id: RunId): Promise<void> {
    const run = this.get(id);
    try {
      await run.stop();
    } finally {
      if (this.#active === run) this.#active = null;
    }
  }

  async #forgetOld(): Promise<void> {
    for (const [id, { run }] of this.#runs) {
      if (this.#runs.size <= keptRuns) return;
      if (run === this.#active || id === this.#watched) continue;
      this.#runs.delete(id);
      await close(run);
    }
  }

  async dispose(): Promise<void> {
    this.#stopTrial();
    await this.#turn.catch(() => undefined);
    for (const { run } of this.#runs.values()) await close(run);
    this.#runs.clear();
  }
}

/** Lets go of a run and its file. One whose file could not be written has said so. */
const close = async (run: AnalysisRun): Promise<void> => {
  await run.stop().catch(() => undefined);
  await run.store.close().catch(() => undefined);
};

/** The same for the same video and model, also after the engine was started again. */
export const runId = (videoHash: string, modelHash: string): RunId =>
  createHash('sha256').update(`${videoHash} ${modelHash} ${storedMinScore}`).digest('base64url').slice(0, 22);

