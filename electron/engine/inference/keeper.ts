import type { ProviderId } from '../contract/contract.js';
import { explainProviderError } from './provider-table.js';
import type { ProviderChange } from './types.js';

export type Disposable = { dispose(): Promise<void> };

/** A provider that failed this often is not given another session. */
const patience = 3;

/**
 * Keeps a session alive over failures: after one, the work is done again by a new session of the
 * same provider, and where that fails too, or failures pile up, by the CPU.
 */
export class SessionKeeper<Session extends Disposable> {
  #session: Session | null = null;
  #failures = 0;

  constructor(
    private provider: ProviderId,
    private readonly open: (provider: ProviderId) => Promise<Session>,
    private readonly onChange: (change: ProviderChange) => void,
  ) {}

  /** The provider that runs, or would run next. */
  get running(): ProviderId {
    return this.provider;
  }

  /** Opens the first session; the provider's own error where that fails. */
  async start(): Promise<void> {
    this.#session = await this.open(this.provider);
  }

  /** Does `work` with the session; rejects with its last error where no session can do it. */
  async run<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
    try {
      return await this.#try(work);
    } catch (error) {
      return await this.#recover(work, error);
    }
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    // A session whose device is lost may fail even at this; it is gone in any case.
    await session?.dispose().catch(() => undefined);
  }

  async #try<Value>(work: (session: Session) => Promise<Value>): Promise<Value> {
    this.#session ??= await this.open(this.provider);
    return work(this.#session);
  }

  async #recover<Value>(work: (session: Session) => Promise<Value>, cause: unknown): Promise<Value> {
    const from = this.provider;
    const reason = explainProviderError(from, cause);
    this.#failures++;
    await this.dispose();
    if (from === 'cpu' || this.#failures < patience) {
      try {
        const value = await this.#try(work);
        this.onChange({ from, to: from, reason });
        return value;
      } catch (error) {
        await this.dispose();
        if (from === 'cpu') throw error;
      }
    }
    // What the CPU cannot do either is the frame's or the model's fault: the provider stays.
    this.provider = 'cpu';
    try {
      const value = await this.#try(work);
      this.#failures = 0;
      this.onChange({ from, to: 'cpu', reason });
      return value;
    } catch (error) {
      await this.dispose();
      this.provider = from;
      throw error;
    }
  }
}
