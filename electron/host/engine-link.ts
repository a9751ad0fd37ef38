import {
  errorFromData, UserError,
  type EventName, type Events, type RequestArgs, type Token, type VideoInfo,
} from '../engine/contract/contract.js';
import type { EngineSettings, FromEngine, WireAnswer, WireArgs, WireName } from '../engine/wire.js';
import type { EngineChannel, StartEngine } from './engine-channel.js';
import type { FileNames } from './file-names.js';
import { Runs, type KnownRun } from './runs.js';

/** Says an event to the page. */
export type Emit = <Name extends EventName>(name: Name, payload: Events[Name]) => void;

type Pending = { readonly name: WireName; resolve(value: unknown): void; reject(error: Error): void };

/** Milliseconds before the first, second … restart in a row; after the last the engine is given up. */
const waits = [0, 300, 1_500, 5_000] as const;
/** Restarts after which runs are no longer taken up: one of them is what ends the engine. */
const patience = 2;
/** An engine that lived this long was well; its end starts the count anew. */
const wellAfter = 60_000;
/** Milliseconds that an engine asked to end may take to put its children and files in order. */
const farewell = 5_000;

/**
 * The host's end of the engine process: carries requests and events, and when the process dies
 * starts it again, opens its videos and takes its runs up where they were. The page keeps its
 * tokens and run ids throughout.
 */
export class EngineLink {
  #channel: EngineChannel | null = null;
  #ready: Promise<void> = Promise.resolve();
  #nextId = 1;
  #pending = new Map<number, Pending>();
  readonly #videos = new Map<Token, string>();
  readonly #runs = new Runs();
  readonly #jobs = new Map<string, Events['export']>();
  /** What is being measured. */
  #measuring: Events['lab'] | null = null;
  /** Which model is being made faster. */
  #making: Events['faster'] | null = null;
  #deaths = 0;
  #startedAt = 0;
  #state: Events['engine'] = { state: 'restarting', reason: null };
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    private readonly start: StartEngine,
    private readonly settings: EngineSettings,
    private readonly emit: Emit,
    /** Learns every path that the engine is given. */
    private readonly names: FileNames,
  ) {
    this.#launch(false);
  }

  get state(): Events['engine'] {
    return this.#state;
  }

  /** Process id of the engine, while it lives. */
  get pid(): number | undefined {
    return this.#channel?.pid;
  }

  async request<Name extends WireName>(name: Name, args: WireArgs<Name>): Promise<WireAnswer<Name>> {
    if (this.#closed) throw new UserError('internal', 'VoVision is closing.');
    // Somebody asks for work after the engine was given up: give it another chance.
    if (this.#state.state === 'gone' && (name === 'run.start' || name === 'host.open')) {
      this.#deaths = 0;
      this.#launch(true);
    }
    await this.#ready;
    const answer = (await this.#ask(name, this.#runs.toEngine(args))) as WireAnswer<Name>;
    return this.#note(name, args, answer);
  }

  knows(video: Token): boolean {
    return this.#videos.has(video);
  }

  async openVideo(video: Token, path: string): Promise<VideoInfo> {
    const info = await this.request('host.open', { video, path });
    this.#videos.set(video, path);
    return info;
  }

  /** Ends the engine; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#refuse(new UserError('internal', 'VoVision is closing.'));
    const channel = this.#channel;
    if (!channel) return;
    this.#channel = null;
    await new Promise<void>((resolve) => {
      const hard = setTimeout(() => channel.kill('SIGKILL'), farewell);
      channel.onExit(() => {
        clearTimeout(hard);
        resolve();
      });
      channel.kill('SIGTERM');
    });
  }

  #ask(name: WireName, args: unknown): Promise<unknown> {
    const channel = this.#channel;
    if (!channel) return Promise.reject(this.#absent());
    if (typeof args === 'object' && args !== null && 'path' in args && typeof args.path === 'string') this.names.add(args.path);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { name, resolve, reject });
      channel.send({ id, name, args });
    });
  }

  /** Remembers what a restart will need, and gives the answer with the page's ids. */
  #note<Name extends WireName>(name: Name, args: WireArgs<Name>, answer: WireAnswer<Name>): WireAnswer<Name> {
    if (name === 'run.start') {
      const started = answer as WireAnswer<'run.start'>;
      const run = this.#runs.started(started.run, args as RequestArgs<'run.start'>);
      return { ...started, run: run.page } as WireAnswer<Name>;
    }
    if (name === 'faster.open') {
      const progress = answer as WireAnswer<'faster.open'>;
      return (progress === null ? null : this.names.hideIn(progress)) as WireAnswer<Name>;
    }
    const run = 'run' in args ? this.#runs.ofPage(args.run) : undefined;
    if (!run) return answer;
    if (name === 'run.stop') this.#runs.stopped(run);
    if (name === 'run.mode') run.mode = (args as RequestArgs<'run.mode'>).mode;
    if (name === 'run.pause') run.paused = (args as RequestArgs<'run.pause'>).paused;
    if (name === 'run.playhead') {
      const { time, playing, speed } = args as RequestArgs<'run.playhead'>;
      run.playhead = { time, playing, speed };
    }
    return answer;
  }

  #launch(again: boolean): void {
    this.#timer = null;
    let channel: EngineChannel;
    this.#startedAt = Date.now();
    try {
      channel = this.start();
    } catch (error) {
      this.#ended(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#channel = channel;
    channel.onMessage((message) => this.#heard(message));
    channel.onExit((how) => {
      if (this.#channel !== channel) return;
      this.#channel = null;
      this.#ended(how);
    });
    this.#ready = this.#prepare(again);
    this.#ready.catch(() => undefined);
  }

  async #prepare(again: boolean): Promise<void> {
    await this.#ask('host.configure', this.settings);
    if (!again) {
      this.#state = { state: 'ready', reason: null };
      return;
    }
    // A video that cannot be opened any more is found out when something is asked of it.
    await Promise.allSettled([...this.#videos].map(([video, path]) => this.#ask('host.open', { video, path })));
    if (this.#deaths <= patience) await Promise.all(this.#runs.all.map((run) => this.#resume(run)));
    else this.#giveUpRuns();
    this.#tell({ state: 'ready', reason: null });
  }

  async #resume(run: KnownRun): Promise<void> {
    try {
      const from = run.playhead?.time ?? run.start.from;
      const answer = (await this.#ask('run.start', { ...run.start, mode: run.mode, from })) as WireAnswer<'run.start'>;
      this.#runs.renamed(run, answer.run);
      if (run.paused) await this.#ask('run.pause', { run: run.engine, paused: true });
      if (run.playhead) await this.#ask('run.playhead', { run: run.engine, ...run.playhead });
      this.emit('run', { run: run.page, state: answer.state });
      this.emit('provider', { run: run.page, info: answer.provider });
    } catch (error) {
      // If the engine died again, the next restart tries this run again.
      if (!this.#channel) return;
      this.#runs.stopped(run);
      const kind = error instanceof UserError ? error.kind : 'internal';
      this.emit('run', {
        run: run.page,
        state: { kind: 'failed', error: { kind, message: error instanceof Error ? error.message : String(error) } },
      });
    }
  }

  #giveUpRuns(): void {
    for (const run of this.#runs.all) {
      this.#runs.stopped(run);
      this.emit('run', {
        run: run.page,
        state: {
          kind: 'failed',
          error: {
            kind: 'internal',
            message: 'The analysis engine ended again and again during this run.',
            hint: 'What was found so far is kept. Try the CPU as provider, or another model.',
          },
        },
      });
    }
  }

  #heard(message: FromEngine): void {
    if ('event' in message) {
      this.#pass(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.ok) pending.resolve(message.value);
    else pending.reject(errorFromData(this.names.hide(message.error)));
  }

  #pass<Name extends EventName>(message: { readonly event: Name; readonly payload: Events[Name] }): void {
    if (message.event === 'export') {
      const progress = message.payload as Events['export'];
      if (progress.state === 'running') this.#jobs.set(progress.job, progress);
      else this.#jobs.delete(progress.job);
    }
    if (message.event === 'lab') {
      const progress = message.payload as Events['lab'];
      this.#measuring = progress.state === 'running' ? progress : null;
    }
    if (message.event === 'faster') {
      const progress = message.payload as Events['faster'];
      this.#making = progress.state === 'running' ? progress : null;
    }
    this.emit(message.event, this.#withNames(message.event, this.#runs.toPage<Name>(message.payload)));
  }

  #withNames<Name extends EventName>(event: Name, payload: Events[Name]): Events[Name] {
    if (event === 'run') {
      const { run, state } = payload as Events['run'];
      return state.kind === 'failed' ? ({ run, state: { ...state, error: this.names.hide(state.error) } } as Events[Name]) : payload;
    }
    if (event === 'faster') return this.names.hideIn(payload as Events['faster']) as Events[Name];
    if (event !== 'export' && event !== 'lab') return payload;
    const progress = payload as Events['export' | 'lab'];
    return progress.error === null ? payload : ({ ...progress, error: this.names.hide(progress.error) } as Events[Name]);
  }

  #ended(how: string): void {
    if (this.#closed) return;
    this.#deaths = Date.now() - this.#startedAt > wellAfter ? 1 : this.#deaths + 1;
    const reason = `The analysis engine ended unexpectedly (${how}).`;
    const wait = waits[this.#deaths - 1];
    // From here on requests wait for the engine that is coming, or are refused where none is.
    let open: (() => void) | undefined;
    this.#ready = wait === undefined ? Promise.reject(this.#absent()) : new Promise((resolve) => (open = resolve));
    this.#ready.catch(() => undefined);
    this.#refuse(new UserError('internal', reason, 'It is being started again. Try once more in a moment.'));
    for (const progress of this.#jobs.values()) {
      const error = { kind: 'internal', message: reason, hint: 'Start the export again.' } as const;
      this.emit('export', { ...progress, state: 'failed', error });
    }
    this.#jobs.clear();
    if (this.#measuring !== null) {
      const error = { kind: 'internal', message: reason, hint: 'Start the measurement again.' } as const;
      this.emit('lab', { ...this.#measuring, state: 'failed', step: 'Failed', error });
      this.#measuring = null;
    }
    if (this.#making !== null) {
      const error = { kind: 'internal', message: reason, hint: 'Start it again.' } as const;
      this.emit('faster', { ...this.#making, state: 'failed', step: 'Failed', error });
      this.#making = null;
    }
    if (wait === undefined) {
      this.#tell({ state: 'gone', reason: `${reason} It was started ${waits.length} times without success.` });
      return;
    }
    this.#tell({ state: 'restarting', reason });
    this.#timer = setTimeout(() => {
      this.#launch(true);
      void this.#ready.then(open, open);
    }, wait);
  }

  #absent(): UserError {
    return new UserError('internal', 'The analysis engine is not running.', 'Open the video again to start it once more, or restart VoVision.');
  }

  #refuse(error: UserError): void {
    const pending = this.#pending;
    this.#pending = new Map();
    for (const request of pending.values()) request.reject(error);
  }

  #tell(state: Events['engine']): void {
    this.#state = state;
    this.emit('engine', state);
  }
}
