import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  errorData, UserError,
  type Events, type FasterProgress, type JobId, type ModelInfo, type ProviderId, type ProviderStatus, type RequestArgs, type Token,
} from '../contract/contract.js';
import type { StartChild } from '../children.js';
import type { Model } from '../inference/types.js';
import { probeVideo } from '../media/probe.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import { makeFaster } from '../quantize/faster.js';
import { keepMade } from '../quantize/keep.js';
import { providersToTime } from '../quantize/time-forms.js';
import { Seldom } from './seldom.js';

export type FasterOptions = {
  readonly dataFolder: string;
  readonly model: (id: string) => Promise<Model>;
  /** An open video. */
  readonly video: (token: Token) => VideoFile;
  readonly tools: () => Promise<MediaTools>;
  /** What is known of the providers for a model; tries them where nothing is. */
  readonly providers: (model: Model, signal: AbortSignal) => Promise<readonly ProviderStatus[]>;
  readonly startChild: StartChild;
  /** Has an analysis under way rest; gives what lets it go on. */
  readonly rest: () => Promise<() => void>;
  /** Throws a UserError while something else has the machine. */
  readonly refuse: () => void;
  readonly emit: (name: 'faster', payload: Events['faster']) => void;
};

/** Least time between two reports, in milliseconds. */
const tellEvery = 200;

type Job = { readonly abort: AbortController; readonly reports: Seldom<FasterProgress>; progress: FasterProgress };

/** Making models faster on this machine: one at a time; what wins is kept among the user's models. */
export class Faster {
  #job: Job | null = null;
  #last: FasterProgress | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: FasterOptions) {}

  get busy(): boolean {
    return this.#job !== null;
  }

  /** What is under way, or how the last one ended. */
  open(): FasterProgress | null {
    return this.#job?.progress ?? this.#last;
  }

  async start({ model: id, videos, provider }: RequestArgs<'faster.start'>): Promise<JobId> {
    // Asked again after every wait: another may have begun meanwhile.
    const refuseSecond = (): void => {
      if (this.#job !== null) throw new UserError('usage', 'A model is being made faster already.', 'Wait until it is done, or cancel it.');
      this.options.refuse();
    };
    refuseSecond();
    const model = await this.options.model(id);
    const files = [...new Set(videos)].map((token) => this.options.video(token));
    refuseSecond();
    const job: Job = {
      abort: new AbortController(), reports: new Seldom(tellEvery, (progress) => this.options.emit('faster', progress)),
      progress: {
        job: randomBytes(16).toString('base64url'), model: model.info, state: 'running', stage: 'look', step: 'Getting ready', fraction: 0,
        forms: [], outcome: null, error: null,
      },
    };
    this.#job = job;
    this.#work = this.#run(job, model, files, provider);
    return job.progress.job;
  }

  cancel(id: JobId): void {
    if (this.#job?.progress.job === id) this.#job.abort.abort();
  }

  /** Cancels what is under way; resolves when its processes are gone. */
  async dispose(): Promise<void> {
    this.#job?.abort.abort();
    await this.#work;
  }

  async #run(job: Job, model: Model, files: readonly VideoFile[], provider: ProviderId | 'auto'): Promise<void> {
    const { signal } = job.abort;
    let goOn = (): void => undefined;
    let last: Partial<FasterProgress>;
    try {
      goOn = await this.options.rest();
      last = await this.#make(job, model, files, provider);
    } catch (error) {
      last = signal.aborted ? { state: 'cancelled', step: 'Cancelled' } : { state: 'failed', step: 'Failed', error: errorData(error) };
    }
    goOn();
    job.reports.end();
    this.#last = { ...job.progress, ...last };
    this.#job = null;
    this.options.emit('faster', this.#last);
  }

  async #make(job: Job, model: Model, files: readonly VideoFile[], provider: ProviderId | 'auto'): Promise<Partial<FasterProgress>> {
    const { signal } = job.abort;
    const tools = await this.options.tools();
    // They may have been moved or changed since they were opened.
    const videos: VideoFile[] = [];
    for (const { path } of files) videos.push(await probeVideo(path, tools, signal));
    if (provider === 'auto') this.#tell(job, { step: 'Trying what can run it here' });
    const { made, forms, ...outcome } = await makeFaster({
      model, videos, tools, startChild: this.options.startChild, signal,
      providers: provider === 'auto' ? providersToTime(await this.options.providers(model, signal)) : [provider],
      progress: (stage, step, fraction) => this.#tell(job, { stage, step, fraction }),
      onForms: (known) => this.#tell(job, { forms: known }),
    });
    if (signal.aborted) throw signal.reason;
    let kept: ModelInfo | null = null;
    if (made !== null) {
      this.#tell(job, { stage: 'keep', step: 'Keeping what won' });
      kept = (await keepMade(join(this.options.dataFolder, 'models'), made)).info;
    }
    return { state: 'done', stage: 'keep', step: 'Done', fraction: 1, forms, outcome: { ...outcome, made: kept } };
  }

  #tell(job: Job, change: Partial<FasterProgress>): void {
    job.progress = { ...job.progress, ...change };
    job.reports.tell(job.progress);
  }
}
