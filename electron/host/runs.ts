import type { EventName, Events, RequestArgs, RunId } from '../engine/contract/contract.js';

/** A run as it must be taken up again when the engine was started anew. */
export type KnownRun = {
  /** The id the page knows, which outlives the engine process. */
  readonly page: RunId;
  engine: RunId;
  readonly start: RequestArgs<'run.start'>;
  mode: RequestArgs<'run.start'>['mode'];
  paused: boolean;
  playhead: Omit<RequestArgs<'run.playhead'>, 'run'> | null;
};

/** Keeps the page's run ids apart from the engine's, which a restart may change. */
export class Runs {
  readonly #byPage = new Map<RunId, KnownRun>();
  readonly #byEngine = new Map<RunId, KnownRun>();

  get all(): readonly KnownRun[] {
    return [...this.#byPage.values()];
  }

  ofPage(run: RunId): KnownRun | undefined {
    return this.#byPage.get(run);
  }

  started(engine: RunId, start: RequestArgs<'run.start'>): KnownRun {
    const known = this.#byEngine.get(engine);
    if (known) {
      known.mode = start.mode;
      known.paused = false;
      return known;
    }
    const run: KnownRun = { page: engine, engine, start, mode: start.mode, paused: false, playhead: null };
    this.#byPage.set(run.page, run);
    this.#byEngine.set(engine, run);
    return run;
  }

  /** After a restart the engine calls the run `engine`. */
  renamed(run: KnownRun, engine: RunId): void {
    this.#byEngine.delete(run.engine);
    run.engine = engine;
    this.#byEngine.set(engine, run);
  }

  stopped(run: KnownRun): void {
    this.#byPage.delete(run.page);
    this.#byEngine.delete(run.engine);
  }

  /** The arguments with the engine's id in place of the page's. */
  toEngine<Args>(args: Args): Args {
    if (typeof args !== 'object' || args === null || !('run' in args) || typeof args.run !== 'string') return args;
    const known = this.#byPage.get(args.run);
    return known ? { ...args, run: known.engine } : args;
  }

  /** The event with the page's id in place of the engine's. */
  toPage<Name extends EventName>(payload: Events[Name]): Events[Name] {
    if (!('run' in payload)) return payload;
    const known = this.#byEngine.get(payload.run);
    return known ? { ...payload, run: known.page } : payload;
  }
}
