import { Worker } from 'node:worker_threads';
import { UserError, errorFromData } from '../contract/contract.js';
import type { Letterbox } from '../media/types.js';
import { entryFile } from './entry.js';
import type { FromThread, ThreadStart, ToThread } from './messages.js';
import type { InferenceResult, Model, ProviderChange, SessionOptions } from './types.js';

export type ThreadEvents = {
  /** The session was made anew, with the same provider or another. The frames in flight are not lost. */
  readonly onProviderChange?: (change: ProviderChange) => void;
  /**
   * No answer for `milliseconds`: the provider hangs. A thread inside a driver cannot be stopped,
   * only its process can. Told once.
   */
  readonly onHang?: (milliseconds: number) => void;
  /** Longest wait for one answer before that, milliseconds; a minute where left out. */
  readonly hangAfter?: number;
};

type Waiting = { readonly resolve: (result: InferenceResult) => void; readonly reject: (error: Error) => void };

/** Longest a single frame may take, milliseconds; the first one includes what a GPU compiles. */
const usualHang = 60_000;
/** Opening may compile the whole model (TensorRT). */
const openingHang = 300_000;

/**
 * The one thread of a process that calls onnxruntime. Several frames may be under way; they are
 * served in order, so that the thread always has the next one at hand.
 */
export class InferenceThread {
  readonly #waiting = new Map<number, Waiting>();
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #exited: Promise<void>;
  #next = 0;
  #closed: Error | null = null;
  #watchdog: NodeJS.Timeout | null = null;

  private constructor(worker: Worker, events: ThreadEvents) {
    this.#worker = worker;
    this.#events = events;
    this.#exited = new Promise((resolve) => worker.once('exit', () => {
      this.#fail(new UserError('provider', 'The inference thread ended unexpectedly.', 'Start the analysis again.'));
      resolve();
    }));
  }

  /** Frames handed in and not yet answered. */
  get outstanding(): number {
    return this.#waiting.size;
  }

  /** Opens `model` with one provider. Throws a UserError of kind 'provider' where that fails. */
  static async start(model: Model, options: SessionOptions, events: ThreadEvents = {}): Promise<InferenceThread> {
    const workerData: ThreadStart = { path: model.path, card: model.card, options };
    const worker = new Worker(entryFile('inference-thread'), { workerData, name: 'inference' });
    const thread = new InferenceThread(worker, events);
    const opening = setTimeout(() => events.onHang?.(openingHang), openingHang);
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => reject(new UserError('provider', 'The inference thread ended before it was ready.')));
      worker.once('message', (message: FromThread) => {
        if (message.kind === 'refused') reject(errorFromData(message.error));
        else resolve();
      });
    }).finally(() => clearTimeout(opening));
    worker.on('error', (error) => thread.#fail(error));
    worker.on('message', (message: FromThread) => thread.#take(message));
    return thread;
  }

  /**
   * Finds what is on one frame. The pixels' buffer moves to the thread (it is empty here until the
   * result hands it back). `minScore` 0..1.
   */
  run(pixels: Uint8Array<ArrayBuffer>, letterbox: Letterbox, minScore: number): Promise<InferenceResult> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ kind: 'run', id, pixels, letterbox, minScore }, [pixels.buffer]);
      if (this.#watchdog === null) this.#watch();
    });
  }

  /** Waits for the frames under way, releases the session and ends the thread. */
  async dispose(): Promise<void> {
    if (this.#closed) return this.#exited;
    this.#closed = new UserError('provider', 'The inference thread was closed.');
    this.#send({ kind: 'close' });
    await this.#exited;
  }

  #send(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'done': this.#settle(message.id)?.resolve(message.result); break;
      case 'failed': this.#settle(message.id)?.reject(errorFromData(message.error)); break;
      case 'provider': this.#events.onProviderChange?.(message.change); break;
      case 'ready': case 'refused': case 'closed': break;
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) this.#watch();
    else this.#rest();
    return waiting;
  }

  #watch(): void {
    if (this.#watchdog) { this.#watchdog.refresh(); return; }
    const { hangAfter = usualHang, onHang } = this.#events;
    this.#watchdog = setTimeout(() => onHang?.(hangAfter), hangAfter);
    this.#watchdog.unref();
  }

  #rest(): void {
    if (this.#watchdog) clearTimeout(this.#watchdog);
    this.#watchdog = null;
  }

  #fail(error: Error): void {
    this.#closed ??= error;
    this.#rest();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
