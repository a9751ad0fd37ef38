import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { ticksToSeconds, UserError, type Ticks } from '../contract/contract.js';
import { inputArguments, quietArguments, seekArguments, unchangedTimes } from './arguments.js';
import { parsePrintedTime, printTimes, tensorFilters, timeAfter, type PrintedTime } from './chain.js';
import { abortReason, killTool, startTool } from './child.js';
import { canSeek } from './formats.js';
import { LineReader } from './lines.js';
import { BufferPool } from './pool.js';
import type { DecodedFrame, Letterbox, MediaTools, VideoFile } from './types.js';
import { cpuSecondsOf, parseBenchmark } from './usage.js';

export type DecodeOptions = {
  readonly letterbox: Letterbox;
  /** The first frame given is the first whose pts is not below. */
  readonly from?: Ticks;
  readonly signal?: AbortSignal;
  /** Time without any sign of life after which the decoder is given up, in ms. */
  readonly watchdogMs?: number;
  /** Decoded frames held ready at most. */
  readonly readAhead?: number;
};

/**
 * How far before `from` decoding starts, in seconds, one after the other until the first decoded frame
 * is not past it; null is the beginning of the file. Pictures before a keyframe in time but after it
 * in the file need the one before.
 */
const leads = [0.05, 0.5, 12, null] as const;
/** ffmpeg prints times with six digits. */
const printedPrecision = 1e-4;
/** Buffers that may be out with the inference thread and come back. */
const spareBuffers = 8;
const closeMs = 200;
const lateMs = 1000;

type Picture = { readonly pixels: Uint8Array<ArrayBuffer>; readonly decodeMs: number; readonly arrived: number };

/**
 * Decodes a video in an ffmpeg child: upright pictures, letterboxed to a model's input, each with
 * exactly the timestamp the container gives it. Raw pictures come over stdout, their timestamps over
 * stderr from a filter that sees the same frames in the same order.
 * A few frames are decoded ahead; then ffmpeg waits until `next` is called.
 */
export class FrameSource {
  readonly readAhead: number;
  readonly #video: VideoFile;
  readonly #from: Ticks | null;
  readonly #signal: AbortSignal | undefined;
  readonly #watchdogMs: number;
  readonly #label = `v${randomBytes(6).toString('hex')}`;
  readonly #frameBytes: number;
  readonly #pool: BufferPool;
  readonly #child: ReturnType<typeof startTool>;
  readonly #exited: Promise<void>;
  readonly #pictures: Picture[] = [];
  readonly #times: (Ticks | null)[] = [];
  #filling: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;
  #clock = performance.now();
  #lifeSign = performance.now();
  #firstDecoded: Ticks | null = null;
  #decoded = 0;
  #given = 0;
  #last: Ticks | null = null;
  #outOfOrder = 0;
  #complaint: string | null = null;
  #cpuSeconds: number | null = null;
  #exitCode: number | null = null;
  #startError: Error | null = null;
  #ended = false;
  #stalled = false;
  #closed = false;
  #wake: (() => void) | null = null;

  private constructor(video: VideoFile, tools: MediaTools, options: DecodeOptions, from: Ticks | null, lead: number | null) {
    const { letterbox, signal, watchdogMs = 10_000, readAhead = 4 } = options;
    this.#video = video;
    this.#from = from;
    this.#signal = signal;
    this.#watchdogMs = watchdogMs;
    this.readAhead = Math.max(1, readAhead);
    this.#frameBytes = letterbox.model.width * letterbox.model.height * 3;
    this.#pool = new BufferPool(this.#frameBytes, this.readAhead + spareBuffers);
    const start = from === null || lead === null ? null : (from * video.timeBase.num) / video.timeBase.den - lead;
    this.#child = startTool(tools.ffmpeg.path, [
      ...quietArguments('repeat+level+info'), '-benchmark', '-noautorotate', '-copyts',
      ...seekArguments(video, start), ...inputArguments(video.path), '-map', `0:${video.streamIndex}`,
      '-vf', printTimes(tools.ffmpeg, this.#label, tensorFilters(video, letterbox, from)), ...unchangedTimes(tools.ffmpeg), '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1',
    ]);
    this.#exited = this.#listen();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Starts decoding; resolves as soon as it is known that the first frame wanted will come. */
  static async open(video: VideoFile, tools: MediaTools, options: DecodeOptions): Promise<FrameSource> {
    const from = options.from !== undefined && options.from > video.firstPts ? options.from : null;
    for (const lead of from === null || !canSeek(video.container) ? [null] : leads) {
      if (options.signal?.aborted) throw abortReason(options.signal);
      const source = new FrameSource(video, tools, options, from, lead);
      if (lead === null || (await source.#startsInTime())) return source;
      await source.close();
    }
    throw new UserError('internal', 'A video could not be opened at this place.');
  }

  /** Process id of the decoder; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Decoded frames waiting for `next`. */
  get queued(): number {
    return this.#pictures.length;
  }

  /** CPU time the decoder has used, in seconds; null where the system does not say. */
  get cpuSeconds(): number | null {
    if (this.#cpuSeconds === null && !this.#ended && this.#child.pid !== undefined) return cpuSecondsOf(this.#child.pid);
    return this.#cpuSeconds;
  }

  /** What was wrong with the file, in a sentence, once `next` has given null. */
  get warning(): string | null {
    if (!this.#ended || this.#closed) return null;
    const name = basename(this.#video.path);
    const until = this.#last === null ? '' : ` after ${ticksToSeconds(this.#last, this.#video.firstPts, this.#video.timeBase).toFixed(2)} s`;
    if (this.#stalled) return `Decoding “${name}” got stuck${until}; what comes later is missing.`;
    if (this.#exitCode !== 0) return `“${name}” breaks off${until}${this.#said()}.`;
    if (this.#complaint !== null) return `“${name}” is damaged in places; some frames may be missing or look wrong${this.#said()}.`;
    if (this.#outOfOrder > 0) return `${this.#outOfOrder} frames of “${name}” have times that go backwards and were left out.`;
    return null;
  }

  /**
   * The next frame in presentation order, or null at the end. Times always increase. Call it again
   * only after it has settled.
   * @throws UserError if no frame at all can be decoded; the signal's reason when aborted
   */
  async next(): Promise<DecodedFrame | null> {
    for (;;) {
      if (this.#signal?.aborted) throw abortReason(this.#signal);
      if (this.#closed) return null;
      const frame = this.#take();
      if (frame !== null) return frame;
      if (this.#ended) return this.#end();
      await this.#somethingNew();
    }
  }

  /** Takes back the pixels of a frame that is no longer needed. */
  recycle(pixels: ArrayBuffer | Uint8Array<ArrayBuffer>): void {
    if (!this.#closed) this.#pool.give(pixels);
  }

  /** Ends decoding within 200 ms. Idempotent. */
  async close(): Promise<void> {
    this.#cpuSeconds ??= this.cpuSeconds;
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    killTool(this.#child);
    this.#pictures.length = 0;
    this.#pool.clear();
    this.#wakeUp();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeMs)));
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
  }

  readonly #onAbort = (): void => {
    void this.close();
  };

  #listen(): Promise<void> {
    const child = this.#child;
    const lines = new LineReader((line) => this.#onLine(line));
    child.stdout.on('data', (chunk: Buffer) => this.#onData(chunk));
    child.stderr.on('data', (chunk: Buffer) => lines.write(chunk));
    child.once('close', (code) => {
      lines.end();
      this.#exitCode = code;
      this.#ended = true;
      this.#wakeUp();
    });
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        this.#startError = error;
        this.#ended = true;
        this.#wakeUp();
        resolve();
      });
    });
  }

  #onData(chunk: Buffer): void {
    const now = performance.now();
    this.#lifeSign = now;
    let at = 0;
    while (at < chunk.length) {
      this.#filling ??= this.#pool.take();
      const part = chunk.subarray(at, at + this.#frameBytes - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#frameBytes) break;
      this.#pictures.push({ pixels: this.#filling, decodeMs: now - this.#clock, arrived: now });
      this.#clock = now;
      this.#filling = null;
      this.#filled = 0;
    }
    if (this.#pictures.length >= this.readAhead) this.#child.stdout.pause();
    if (this.#pictures.length > 0) this.#wakeUp();
  }

  #onLine(line: string): void {
    this.#lifeSign = performance.now();
    const printed = parsePrintedTime(line, this.#label);
    if (printed !== null) {
      this.#onTime(printed);
    } else if (line.includes('[error]') || line.includes('[fatal]')) {
      // After a seek the first pictures may lack what they refer to; that is no damage.
      if (this.#from === null || this.#given > 0) this.#complaint ??= line;
    } else {
      this.#cpuSeconds = parseBenchmark(line) ?? this.#cpuSeconds;
    }
  }

  #onTime({ pts, seconds }: PrintedTime): void {
    this.#decoded += 1;
    if (this.#decoded === 1) {
      this.#firstDecoded = pts;
      this.#wakeUp();
    }
    if (pts !== null && seconds !== null) this.#checkTimeBase(pts, seconds);
    if (this.#from !== null && (pts === null || pts < this.#from)) return;
    this.#times.push(pts);
    if (this.#pictures.length > 0) this.#wakeUp();
  }

  #checkTimeBase(pts: Ticks, printed: number): void {
    const { num, den } = this.#video.timeBase;
    const expected = (pts * num) / den;
    if (Math.abs(expected - printed) <= printedPrecision * Math.max(1, Math.abs(expected))) return;
    this.#startError ??= new Error(`FFmpeg counts time otherwise than the file says: ${pts} is ${printed} s, not ${expected} s`);
    this.#ended = true;
    killTool(this.#child);
    this.#wakeUp();
  }

  async #startsInTime(): Promise<boolean> {
    while (this.#decoded === 0 && !this.#ended && !this.#closed) await this.#somethingNew();
    if (this.#signal?.aborted) throw abortReason(this.#signal);
    return this.#firstDecoded !== null && this.#from !== null && this.#firstDecoded <= this.#from;
  }

  #take(): DecodedFrame | null {
    while (this.#pictures.length > 0 && this.#times.length > 0 && this.#startError === null) {
      const picture = this.#pictures.shift();
      const stamp = this.#times.shift();
      if (picture === undefined || stamp === undefined) break;
      this.#resume();
      const pts = stamp ?? timeAfter(this.#video, this.#last);
      if (this.#last !== null && pts <= this.#last) {
        this.#outOfOrder += 1;
        this.#pool.give(picture.pixels);
        continue;
      }
      this.#last = pts;
      this.#given += 1;
      const { firstPts, timeBase } = this.#video;
      return { pts, time: ticksToSeconds(pts, firstPts, timeBase), ...picture };
    }
    return null;
  }

  #resume(): void {
    if (this.#pictures.length >= this.readAhead || !this.#child.stdout.isPaused()) return;
    this.#clock = performance.now();
    this.#lifeSign = this.#clock;
    this.#child.stdout.resume();
  }

  /** Waits for a frame, a first time or the end; gives the decoder up if it shows no sign of life. */
  async #somethingNew(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let due = performance.now();
    const watch = (): void => {
      const now = performance.now();
      // A timer that comes late means that the computer slept or this thread was busy, not that the decoder is stuck.
      if (now - due > lateMs) this.#lifeSign = now;
      const left = this.#lifeSign + this.#watchdogMs - now;
      if (left > 0) {
        due = now + left + 1;
        timer = setTimeout(watch, left + 1);
        return;
      }
      this.#stalled = true;
      this.#ended = true;
      killTool(this.#child);
      this.#wakeUp();
    };
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      watch();
    });
    clearTimeout(timer);
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }

  #said(): string {
    const words = this.#complaint?.replace(/\[[^\]]*@[^\]]*\]\s*|\[(error|fatal)\]\s*/g, '').trim();
    return words ? ` (FFmpeg: ${words.slice(0, 200)})` : '';
  }

  #end(): null {
    if (this.#startError !== null) {
      throw new UserError('internal', `The decoder failed: ${this.#startError.message}.`, undefined, { cause: this.#startError });
    }
    if (this.#decoded > 0 || this.#given > 0) return null;
    const name = basename(this.#video.path);
    if (this.#stalled) {
      throw new UserError('bad-input', `No picture of “${name}” came within ${this.#watchdogMs / 1000} s.`, 'The file may be damaged, or lie on a drive that does not answer.');
    }
    throw new UserError('bad-input', `No picture of “${name}” can be decoded${this.#said()}.`, 'The file is damaged, or was moved or changed meanwhile.');
  }
}
