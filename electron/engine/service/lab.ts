import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  errorData, UserError,
  type EnergyMeter, type Events, type JobId, type LabMachine, type LabOverview, type LabPlan, type LabProgress, type LabResult, type ProviderId,
} from '../contract/contract.js';
import type { StartChild } from '../children.js';
import type { Model } from '../inference/types.js';
import { benchOpener } from '../lab/bench.js';
import { asEnergyMeter, findMeter } from '../lab/energy/meters.js';
import { KeptResults } from '../lab/kept.js';
import { describeMachine } from '../lab/machine.js';
import { runPlan } from '../lab/run-plan.js';
import { defaultSize, subjectEntries } from '../lab/subjects.js';
import { workingProviders } from '../lab/working-providers.js';
import { scratchFolder } from '../scratch.js';
import { Seldom } from './seldom.js';
import { inferenceThreads } from './workers.js';

export type LabOptions = {
  readonly dataFolder: string;
  readonly models: () => Promise<readonly Model[]>;
  readonly startChild: StartChild;
  /** Has an analysis under way rest; gives what lets it go on. */
  readonly rest: () => Promise<() => void>;
  /** Throws a UserError while something else has the machine. */
  readonly refuse: () => void;
  readonly emit: (name: 'lab', payload: Events['lab']) => void;
};

/** Least time between two reports, in milliseconds. */
export const tellEvery = 200;

type Job = { readonly abort: AbortController; readonly reports: Seldom<LabProgress>; progress: LabProgress };

/** Measurements of networks and models: one at a time, their results kept. */
export class Lab {
  readonly #kept: KeptResults;
  #machine: Promise<LabMachine> | null = null;
  #providers: Promise<readonly ProviderId[]> | null = null;
  #job: Job | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: LabOptions) {
    this.#kept = new KeptResults(join(options.dataFolder, 'lab'));
  }

  get busy(): boolean {
    return this.#job !== null;
  }

  async open(): Promise<LabOverview> {
    const [machine, providers, subjects, { headers, damaged }] = await Promise.all([this.#describe(), this.#tried(), this.#subjects(), this.#kept.list()]);
    return { machine, providers, meter: await this.#meter(providers), subjects, defaultSize, kept: headers, damaged, running: this.#job?.progress ?? null };
  }

  start(plan: LabPlan): JobId {
    if (this.#job !== null) throw new UserError('usage', 'Something is being measured already.', 'Wait until it is done, or cancel it.');
    this.options.refuse();
    const id = randomBytes(16).toString('base64url');
    const job: Job = {
      abort: new AbortController(), reports: new Seldom(tellEvery, (progress) => this.options.emit('lab', progress)),
      progress: { job: id, plan, state: 'running', step: 'Getting ready', fraction: 0, rows: [], result: null, error: null },
    };
    this.#job = job;
    this.#work = this.#run(job, plan);
    return id;
  }

  cancel(id: JobId): void {
    if (this.#job?.progress.job === id) this.#job.abort.abort();
  }

  result(id: string): Promise<LabResult> {
    return this.#kept.get(id);
  }

  forget(id: string): Promise<void> {
    return this.#kept.forget(id);
  }

  /** Cancels what is under way; resolves when its processes are gone. */
  async dispose(): Promise<void> {
    this.#job?.abort.abort();
    await this.#work;
  }

  async #run(job: Job, plan: LabPlan): Promise<void> {
    let goOn = (): void => undefined;
    let folder: string | null = null;
    let last: Partial<LabProgress>;
    try {
      goOn = await this.options.rest();
      folder = await scratchFolder('lab');
      const { startChild } = this.options;
      const { title, outcome } = await runPlan(plan, {
        entries: subjectEntries(await this.options.models(), { startChild, folder }),
        openBench: benchOpener(startChild, folder),
        threads: inferenceThreads(),
        signal: job.abort.signal,
        progress: (step, fraction) => this.#tell(job, { step, fraction }),
        onRows: (rows) => this.#tell(job, { rows }),
      });
      const id = randomBytes(16).toString('base64url');
      await this.#kept.keep({ id, title, kind: plan.kind, at: Date.now(), machine: await this.#describe(), provider: plan.provider, plan, outcome });
      last = { state: 'done', step: 'Done', fraction: 1, result: id, ...(outcome.kind === 'compare' && { rows: outcome.rows }) };
    } catch (error) {
      last = job.abort.signal.aborted ? { state: 'cancelled', step: 'Cancelled' } : { state: 'failed', step: 'Failed', error: errorData(error) };
    }
    if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    goOn();
    this.#job = null;
    job.reports.end();
    this.options.emit('lab', { ...job.progress, ...last });
  }

  #tell(job: Job, change: Partial<LabProgress>): void {
    job.progress = { ...job.progress, ...change };
    job.reports.tell(job.progress);
  }

  #describe(): Promise<LabMachine> {
    this.#machine ??= describeMachine();
    return this.#machine;
  }

  async #subjects(): Promise<LabOverview['subjects']> {
    const entries = subjectEntries(await this.options.models(), { startChild: this.options.startChild, folder: tmpdir() });
    const subjects: LabOverview['subjects'][number][] = [];
    // One after the other: a large file takes a while to be read.
    for (const entry of entries) subjects.push(await entry.describe());
    return subjects;
  }

  /** Found once: a provider that was installed since needs a new start anyway. */
  #tried(): Promise<readonly ProviderId[]> {
    this.#providers ??= (async () => {
      const folder = await scratchFolder('lab');
      try {
        return await workingProviders(benchOpener(this.options.startChild, folder));
      } finally {
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      }
    })();
    return this.#providers;
  }

  /** That of what works fastest, as a rule: the graphics card where there is one. */
  async #meter(providers: readonly ProviderId[]): Promise<EnergyMeter> {
    const all = await Promise.all([...providers].reverse().map((provider) => findMeter(provider)));
    const found = all.find((one) => !('reason' in one)) ?? all[all.length - 1];
    return found === undefined ? { kind: 'none', reason: 'Nothing runs here.' } : asEnergyMeter(found);
  }
}
