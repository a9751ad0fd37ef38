import * as os from 'node:os';
import { UserError, type ProviderChoice, type ProviderId, type ProviderStatus } from '../contract/contract.js';
import { rankProviders, storedRanking, type TrialRunner } from '../inference/providers.js';
import { InferenceThread } from '../inference/session.js';
import type { Model, ProviderChange } from '../inference/types.js';

export type Worker = { readonly thread: InferenceThread; readonly choice: ProviderChoice; readonly model: Model };

/**
 * The one inference thread of the process, and which provider it runs. Two threads with sessions of
 * their own crash some providers, so the old one is closed before the next one starts.
 */
export class Workers {
  #current: Worker | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly dataFolder: string,
    private readonly trials: TrialRunner,
    /** The running provider changed by itself. */
    private readonly onChange: (choice: ProviderChoice) => void,
    /** The thread hangs in a driver; only ending the process helps. */
    private readonly onHang: (milliseconds: number) => void,
  ) {}

  get current(): Worker | null {
    return this.#current;
  }

  /** What is known about the providers for `model`, without trying any. */
  ranking(model: Model): Promise<readonly ProviderStatus[] | null> {
    return storedRanking(model, this.dataFolder);
  }

  /** Tries every provider of this platform in a child of its own. */
  rank(model: Model, signal?: AbortSignal): Promise<readonly ProviderStatus[]> {
    return rankProviders(model, { dataFolder: this.dataFolder, trials: this.trials, ...(signal !== undefined && { signal }) });
  }

  /**
   * A thread that runs `model` on the provider asked for; `auto` takes the fastest that was tried and
   * trusted, or the CPU while nothing was tried.
   * @throws UserError 'provider' where one was asked for by name and does not work
   */
  take(model: Model, asked: ProviderId | 'auto'): Promise<Worker> {
    const taken = this.#turn.catch(() => undefined).then(() => this.#take(model, asked));
    this.#turn = taken;
    return taken;
  }

  async #take(model: Model, asked: ProviderId | 'auto'): Promise<Worker> {
    const others = await this.#tried(model, asked);
    const choice = choose(asked, others);
    const now = this.#current;
    if (now !== null && now.model.card.hash === model.card.hash && now.choice.running === choice.running) {
      this.#current = { ...now, choice };
      return this.#current;
    }
    await this.#close();
    this.#current = await this.#start(model, choice);
    return this.#current;
  }

  /** A provider asked for by name that did not work is tried again: the user may have mended it. */
  async #tried(model: Model, asked: ProviderId | 'auto'): Promise<readonly ProviderStatus[]> {
    const stored = (await this.ranking(model)) ?? [];
    if (asked === 'auto' || asked === 'cpu' || stored.some(({ id, state }) => id === asked && state === 'ready')) return stored;
    return rankProviders(model, { dataFolder: this.dataFolder, trials: this.trials, only: asked });
  }

  async #start(model: Model, choice: ProviderChoice): Promise<Worker> {
    const events = { onProviderChange: (change: ProviderChange) => this.#changed(change), onHang: this.onHang };
    try {
      const thread = await InferenceThread.start(model, { provider: choice.running, threads: inferenceThreads() }, events);
      return { thread, choice, model };
    } catch (error) {
      if (choice.asked !== 'auto' || choice.running === 'cpu') throw error;
      // It worked when it was tried; a card can be taken out, a driver can go.
      const thread = await InferenceThread.start(model, { provider: 'cpu', threads: inferenceThreads() }, events);
      const reason = `${choice.running} worked before and does not now: ${error instanceof Error ? error.message : String(error)}`;
      return { thread, choice: { ...choice, running: 'cpu', reason }, model };
    }
  }

  #changed(change: ProviderChange): void {
    if (this.#current === null) return;
    const choice: ProviderChoice = { ...this.#current.choice, running: change.to, reason: change.reason };
    this.#current = { ...this.#current, choice };
    this.onChange(choice);
  }

  async #close(): Promise<void> {
    const old = this.#current;
    this.#current = null;
    await old?.thread.dispose();
  }

  async dispose(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#close();
  }
}

/**
 * Threads inside one operator: onnxruntime's own choice counts a pair of hyper-threads once, which
 * leaves half of a small machine idle. More than eight gain nothing with networks of this size.
 */
export const inferenceThreads = (): number => {
  const { availableParallelism } = os as { availableParallelism?: () => number };
  return Math.min(8, availableParallelism?.() ?? os.cpus().length);
};

/** Which provider to run, and the sentence that says why. */
export const choose = (asked: ProviderId | 'auto', tried: readonly ProviderStatus[]): ProviderChoice => {
  if (asked !== 'auto') {
    const status = tried.find((one) => one.id === asked);
    if (status?.state === 'passed-over' && asked !== 'cpu') {
      throw new UserError('provider', `${status.label} cannot be used: ${status.reason ?? 'it failed its trial.'}`, 'Choose another provider, or “auto”.');
    }
    return { asked, running: asked, reason: 'It was asked for.', others: tried };
  }
  const ready = tried.filter((one) => one.state === 'ready' && one.latency !== null);
  const best = ready.reduce<ProviderStatus | null>((fastest, one) => (fastest === null || (one.latency ?? 0) < (fastest.latency ?? 0) ? one : fastest), null);
  if (best === null) return { asked, running: 'cpu', reason: 'No other provider has been tried yet.', others: tried };
  const reason = ready.length > 1 ? `It is the fastest of ${ready.length} that give right results.` : 'It is the only one that works here.';
  return { asked, running: best.id, reason, others: tried };
};
