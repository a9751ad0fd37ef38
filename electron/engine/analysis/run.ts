import {
  BatchBuilder, errorData, frameIndex, isAbort, modelPx, seconds,
  type AnalysisMode, type Events, type FrameIndex, type LiveStats, type ProviderId, type RunId, type RunState, type Seconds, type Stretch,
} from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { Model } from '../inference/types.js';
import { FrameSource } from '../media/decode.js';
import type { FrameTable } from '../media/frames.js';
import { letterbox } from '../media/letterbox.js';
import type { DecodedFrame, MediaTools, VideoFile } from '../media/types.js';
import { Coverage } from '../results/coverage.js';
import type { ResultStore } from '../results/store.js';
import { residentBytes } from './memory.js';
import { Meter } from './meter.js';
import { framesInFlight, pump } from './pump.js';
import { isLate, nextGap, shouldJump, type Gap } from './schedule.js';

/** How often new detections and figures are told, in ms. */
const detectionsEvery = 80;
const statsEvery = 250;
/** A playhead further from where playing would have brought it is a seek, in seconds. */
const seekTolerance = 0.6;

export type RunParts = {
  readonly id: RunId;
  readonly video: VideoFile;
  readonly tools: MediaTools;
  readonly model: Model;
  readonly worker: RunWorker;
  readonly store: ResultStore;
  readonly mode: AnalysisMode;
  readonly minScore: number;
  /** Times of all frames; grows until it is complete. */
  readonly frames: FrameTable;
  /** Settles when `frames` is complete. */
  readonly scanned: Promise<void>;
  emit<Name extends 'detections' | 'stats' | 'run'>(name: Name, payload: Events[Name]): void;
};

/** Who infers, and on what. */
export type RunWorker = { readonly thread: InferenceThread; readonly provider: ProviderId };

type Playhead = { readonly time: Seconds; readonly playing: boolean; readonly speed: number; readonly at: number };

/** Analyses one video around where the user looks, until every frame is done. */
export class AnalysisRun {
  readonly #parts: RunParts;
  readonly #meter = new Meter();
  readonly #fresh = new BatchBuilder();
  /** Frames stored or on their way: what must not be decoded again. */
  readonly #claimed = new Coverage();
  #worker: RunWorker;
  #mode: AnalysisMode;
  #paused = false;
  #resting = false;
  #analysing: Promise<void> = Promise.resolve();
  #state: RunState = { kind: 'starting' };
  #playhead: Playhead = { time: seconds(0), playing: false, speed: 1, at: 0 };
  /** Set by a seek: the next frame decides whether to go there. */
  #sought = false;
  /** Ends the decoder in hand. */
  #leave: AbortController | null = null;
  #wake: (() => void) | null = null;
  #ended = false;
  /** What was wrong with the file, as far as it was read. */
  #warning: string | null = null;
  #loop: Promise<void> | null = null;
  #closing: Promise<void> = Promise.resolve();
  #timers: NodeJS.Timeout[] = [];
  #source: FrameSource | null = null;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#mode = parts.mode;
    this.#worker = parts.worker;
    for (const [first, last] of parts.store.analysed()) this.#claim(first, last);
  }

  get id(): RunId {
    return this.#parts.id;
  }
  get video(): VideoFile {
    return this.#parts.video;
  }
  get model(): Model {
    return this.#parts.model;
  }
  get store(): ResultStore {
    return this.#parts.store;
  }
  get state(): RunState {
    return this.#state;
  }
  get mode(): AnalysisMode {
    return this.#mode;
  }
  analysed(): readonly Stretch[] {
    return this.#parts.store.analysed();
  }

  start(from: Seconds): void {
    if (this.#loop !== null) return;
    this.#playhead = { time: from, playing: false, speed: 1, at: performance.now() };
    this.#timers = [
      setInterval(() => this.#tellDetections(), detectionsEvery),
      setInterval(() => {
        if (this.#state.kind === 'running') void this.#tellStats();
      }, statsEvery),
    ];
    this.#loop = this.#work();
  }

  /** Where the user looks now. A seek is followed at once; playing on is not a seek. */
  setPlayhead(time: Seconds, playing: boolean, speed: number): void {
    const before = this.#playhead;
    const now = performance.now();
    const expected = before.time + (before.playing ? ((now - before.at) / 1000) * before.speed : 0);
    this.#playhead = { time, playing, speed, at: now };
    if (Math.abs(time - expected) > seekTolerance || !playing) this.#sought = true;
    if (this.#sought || this.#mode === 'keep-up') this.#wake?.();
  }

  setMode(mode: AnalysisMode): void {
    this.#mode = mode;
    this.#wake?.();
  }

  /** Stops asking the worker for anything until it is given one again; resolves when nothing is in its hands. */
  async rest(): Promise<void> {
    this.#resting = true;
    this.#leave?.abort();
    await this.#analysing;
  }

  /** Goes on with this worker. */
  useWorker(worker: RunWorker): void {
    this.#worker = worker;
    this.#resting = false;
    this.#wake?.();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#leave?.abort();
    this.#wake?.();
  }

  /** Stops working; what is found is kept and can still be asked for. Idempotent. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#leave?.abort();
    this.#wake?.();
    await this.#loop;
    await this.#closing;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#tellDetections();
    await this.#parts.store.flush();
  }

  #total(): number | null {
    return this.#parts.frames.complete ? this.#parts.frames.count : null;
  }

  #playheadIndex(): number {
    const { frames } = this.#parts;
    if (frames.count === 0 || this.#playhead.time <= 0) return 0;
    return Math.max(0, frames.indexAt(this.#playhead.time));
  }

  async #work(): Promise<void> {
    try {
      while (!this.#ended) {
        if (this.#paused || this.#resting) {
          await this.#sleep('idle');
          continue;
        }
        const { frames } = this.#parts;
        const playhead = this.#playhead.time;
        if (playhead > 0 && !frames.complete && (frames.count === 0 || frames.timeAt(frameIndex(frames.count - 1)) < playhead)) {
          await Promise.race([this.#parts.scanned, this.#sleep('starting')]);
          continue;
        }
        this.#sought = false;
        const gap = nextGap(this.#claimed.stretches(), this.#playheadIndex(), this.#total());
        if (gap !== null && gap.from > 0 && gap.from >= frames.count && !frames.complete) {
          // Taken up before the file was read so far: where this frame lies is not known yet.
          await Promise.race([this.#parts.scanned, this.#sleep('starting')]);
          continue;
        }
        if (gap !== null) {
          const work = this.#analyse(gap);
          this.#analysing = work.catch(() => undefined);
          await work;
          continue;
        }
        await this.#parts.store.flush();
        await this.#sleep('done');
      }
      this.#setState({ kind: 'idle' });
    } catch (error) {
      this.#ended = true;
      this.#setState({ kind: 'failed', error: errorData(error) });
    }
  }

  async #analyse(gap: Gap): Promise<void> {
    const { video, tools, model, store, frames } = this.#parts;
    const { thread } = this.#worker;
    const leave = new AbortController();
    this.#leave = leave;
    const { input } = model.card;
    const box = letterbox(video.display, { width: modelPx(input.width), height: modelPx(input.height) }, input.fit, input.pad);
    let next: number = gap.from;
    let first = true;
    let source: FrameSource | null = null;
    try {
      source = await FrameSource.open(video, tools, {
        letterbox: box,
        signal: leave.signal,
        ...(gap.from > 0 && { from: frames.ticksAt(gap.from) }),
      });
      this.#source = source;
      this.#meter.setWorking(true);
      this.#setState({ kind: 'running' });
      const ended = await pump({
        source, thread, letterbox: box, minScore: this.#parts.minScore, meter: this.#meter,
        decide: (frame) => {
          const index = this.#indexOf(frame, next);
          // Decoding passed over these: a damaged file's packets of which no picture comes.
          this.#claim(next, Math.min(index, gap.to ?? index) - 1);
          if (this.#ended || (gap.to !== null && index >= gap.to)) return { index, what: 'stop' };
          if (this.#shouldLeave(index, gap)) return { index, what: 'stop' };
          next = index + 1;
          if (this.#isLate(frame.time)) return { index, what: 'skip' };
          this.#claimed.add(index);
          return { index, what: 'analyse' };
        },
        store: async (index, time, boxes) => {
          await store.append(index, time, boxes);
          this.#fresh.add(index, time, boxes);
          // Somebody waits for the first one.
          if (first) this.#tellDetections();
          first = false;
        },
      });
      if (ended) this.#warning = source.warning ?? this.#warning;
      // Frames that decoding does not give would be asked for for ever.
      if (ended || (gap.to !== null && next >= gap.to)) this.#giveUp(gap, next, ended);
    } catch (error) {
      if (!isAbort(error) || !leave.signal.aborted) throw error;
    } finally {
      this.#meter.setWorking(false);
      this.#source = null;
      if (this.#leave === leave) this.#leave = null;
      // A decoder on its way out does not hold up the next one.
      this.#closing = source?.close() ?? this.#closing;
    }
  }

  /** Marks what lay in the gap and was neither analysed nor put off in keep-up mode. */
  #giveUp(gap: Gap, next: number, ended: boolean): void {
    if (!ended) return;
    const total = this.#total();
    const end = gap.to ?? total ?? next;
    this.#claim(next, end - 1);
    if (total === null) this.#parts.frames.endAt(frameIndex(next));
  }

  #claim(first: number, last: number): void {
    for (let index = first; index <= last; index += 1) this.#claimed.add(index);
  }

  #indexOf(frame: DecodedFrame, counted: number): FrameIndex {
    const { frames } = this.#parts;
    if (!frames.complete) return frameIndex(counted);
    return frames.indexOfTicks(frame.pts) ?? frameIndex(counted);
  }

  #playheadNow(): number {
    const { time, playing, speed, at } = this.#playhead;
    return playing ? time + ((performance.now() - at) / 1000) * speed : time;
  }

  #isLate(time: Seconds): boolean {
    const lead = ((this.#meter.latency().endToEnd?.p50 ?? 0) / 1000) * this.#playhead.speed;
    return isLate(this.#mode, this.#playhead.playing, time, this.#playheadNow(), lead);
  }

  #shouldLeave(position: number, gap: Gap): boolean {
    if (!this.#sought && this.#mode === 'every-frame') return false;
    this.#sought = false;
    return shouldJump(position, gap.to, this.#playheadIndex(), this.#claimed.stretches(), this.#total(), this.#playhead.playing);
  }

  #sleep(state: 'idle' | 'done' | 'starting'): Promise<void> {
    this.#setState(state === 'done' ? { kind: state, warning: this.#warning } : { kind: state });
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  #setState(state: RunState): void {
    if (state.kind === this.#state.kind) return;
    this.#state = state;
    this.#tellDetections();
    this.#parts.emit('run', { run: this.id, state });
    void this.#tellStats();
  }

  #tellDetections(): void {
    if (this.#fresh.frames > 0) this.#parts.emit('detections', { run: this.id, batch: this.#fresh.take() });
  }

  async #tellStats(): Promise<void> {
    const { store } = this.#parts;
    const source = this.#source;
    const memory = await residentBytes(source?.pid === undefined ? [] : [source.pid]);
    const queues: LiveStats['queues'] = [
      { name: 'decoded', length: source?.queued ?? 0, limit: source?.readAhead ?? 0 },
      { name: 'inference', length: this.#worker.thread.outstanding, limit: framesInFlight },
    ];
    const working = this.#state.kind === 'running';
    this.#parts.emit(
      'stats',
      this.#meter.snapshot(this.id, working, this.#worker.provider, queues, store.count, this.#total(), memory),
    );
  }
}
