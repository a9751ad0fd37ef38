import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import {
  errorData, frameIndex, isAbort, UserError,
  type ExportOptions, type ExportProgress, type JobId, type RunId, type Seconds,
} from '../contract/contract.js';
import { exportClip } from '../export/annotate.js';
import { previewStill } from '../export/preview.js';
import type { MediaTools } from '../media/types.js';
import type { ResultStore } from '../results/store.js';
import type { Runs } from './runs.js';

type Job = { readonly abort: AbortController; progress: ExportProgress };

/** Annotated clips being written. They go on whatever the page does, until they are done or cancelled. */
export class Exports {
  readonly #jobs = new Map<JobId, Job>();
  readonly #work = new Set<Promise<void>>();

  constructor(
    private readonly runs: Runs,
    private readonly fontsFolder: string,
    private readonly tools: () => Promise<MediaTools>,
    private readonly emit: (name: 'export', payload: ExportProgress) => void,
  ) {}

  async preview(id: RunId, time: Seconds, options: ExportOptions, width: number): Promise<Uint8Array> {
    const { run, video } = this.runs.opened(id);
    await video.scanned;
    const index = Math.max(0, video.frames.indexAt(time));
    return previewStill({
      video: run.video,
      tools: await this.tools(),
      results: await run.store.batch(frameIndex(index), frameIndex(index + 1)),
      classes: run.model.info.classes,
      options,
      fontsFolder: this.fontsFolder,
      time: video.frames.timeAt(frameIndex(index)),
      width,
    });
  }

  start(id: RunId, options: ExportOptions, path: string): JobId {
    const { run, video } = this.runs.opened(id);
    const job = randomBytes(16).toString('base64url');
    const entry: Job = {
      abort: new AbortController(),
      progress: {
        job, state: 'running', framesDone: 0, framesTotal: null, remaining: null, framesPerSecond: null,
        outputName: basename(path), encoder: null, notes: [], error: null,
      },
    };
    this.#jobs.set(job, entry);
    const work = this.#run(entry, run.store, { video: run.video, frames: video.frames, classes: run.model.info.classes, options, output: path }).finally(() => this.#work.delete(work));
    this.#work.add(work);
    return job;
  }

  async #run(job: Job, store: ResultStore, what: Pick<Parameters<typeof exportClip>[0], 'video' | 'frames' | 'classes' | 'options' | 'output'>): Promise<void> {
    const tell = (change: Partial<ExportProgress>): void => {
      job.progress = { ...job.progress, ...change };
      this.emit('export', job.progress);
    };
    try {
      // Not kept beyond the export: with many boxes this is much.
      const results = await store.batch(frameIndex(0), frameIndex(Number.MAX_SAFE_INTEGER), job.abort.signal);
      const summary = await exportClip({
        ...what, results, tools: await this.tools(), fontsFolder: this.fontsFolder,
        signal: job.abort.signal,
        onProgress: tell,
      });
      tell({ state: 'done', remaining: null, framesDone: summary.frames, framesTotal: summary.frames, encoder: summary.encoder, notes: summary.notes });
    } catch (error) {
      if (isAbort(error)) tell({ state: 'cancelled' });
      else tell({ state: 'failed', error: errorData(error) });
    }
  }

  cancel(job: JobId): void {
    const found = this.#jobs.get(job);
    if (found === undefined) throw new UserError('bad-input', 'There is no such export.');
    found.abort.abort();
  }

  /** Cancels what is under way; resolves when no half file is left. */
  async dispose(): Promise<void> {
    for (const job of this.#jobs.values()) job.abort.abort();
    await Promise.all(this.#work);
  }
}
