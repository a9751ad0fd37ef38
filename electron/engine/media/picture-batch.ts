import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayPx, UserError, type DisplayPx, type Size } from '../contract/contract.js';
import { scratchFolder } from '../scratch.js';
import { passthrough, picturesArguments, quietArguments } from './arguments.js';
import { abortReason, killTool, startTool } from './child.js';
import { LineReader } from './lines.js';
import { parsePrintedPicture, pictureFilters, type PictureFit } from './picture-filters.js';
import type { MediaTools } from './types.js';

export type DecodedPicture = {
  /** Its place in the batch. */
  readonly at: number;
  /** As it is stored; turning marks (EXIF) change nothing, since labels do not follow them either. */
  readonly size: Size<DisplayPx>;
  /** rgb24 in the model's size. */
  readonly pixels: Uint8Array<ArrayBuffer>;
};

export type BatchOptions = { readonly fit: PictureFit; readonly signal?: AbortSignal | undefined; /** Longest time without any picture, ms. */ readonly watchdogMs?: number };

/** Decoded pictures held ready; then ffmpeg waits. */
const readAhead = 8;

/**
 * Pictures of one kind, decoded by one ffmpeg child from files in a folder of its own. Pictures that
 * cannot be decoded are left out.
 */
export class PictureBatch {
  readonly #child: ReturnType<typeof startTool>;
  readonly #label = `p${randomBytes(6).toString('hex')}`;
  readonly #bytes: number;
  readonly #pixels: Uint8Array<ArrayBuffer>[] = [];
  readonly #printed: { readonly at: number; readonly width: number; readonly height: number }[] = [];
  #filling: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  private constructor(private readonly folder: string, extension: string, tools: MediaTools, private readonly options: BatchOptions) {
    const { fit, signal } = options;
    this.#bytes = fit.model.width * fit.model.height * 3;
    this.#child = startTool(tools.ffmpeg.path, [
      ...quietArguments('repeat+level+info'), '-noautorotate', '-copyts', ...picturesArguments(extension),
      '-vf', pictureFilters(fit, this.#label), ...passthrough(tools.ffmpeg), '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1',
    ], folder);
    const lines = new LineReader((line) => {
      const printed = parsePrintedPicture(line, this.#label);
      if (printed === null) return;
      this.#printed.push(printed);
      this.#wakeUp();
    });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => lines.write(chunk));
    this.#child.once('error', (error) => this.#end(error));
    this.#child.once('close', () => {
      lines.end();
      this.#end(null);
    });
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Lays the pictures down and starts decoding them. `extension` as `pictureKind` gives it. */
  static async open(pictures: readonly Uint8Array[], extension: string, tools: MediaTools, options: BatchOptions): Promise<PictureBatch> {
    const folder = await scratchFolder('pictures');
    try {
      await Promise.all(pictures.map((bytes, n) => writeFile(join(folder, `${String(n).padStart(6, '0')}.${extension}`), bytes)));
      if (options.signal?.aborted) throw abortReason(options.signal);
      return new PictureBatch(folder, extension, tools, options);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The next picture that could be decoded, in their order; null after the last. Throws the signal's reason when aborted. */
  async next(): Promise<DecodedPicture | null> {
    const { signal, watchdogMs = 60_000 } = this.options;
    for (;;) {
      if (signal?.aborted) throw abortReason(signal);
      if (this.#failure !== null) throw new UserError('internal', `The decoder could not be started: ${this.#failure.message}.`, undefined, { cause: this.#failure });
      const [pixels, printed] = [this.#pixels[0], this.#printed[0]];
      if (pixels !== undefined && printed !== undefined) {
        this.#pixels.shift();
        this.#printed.shift();
        if (this.#pixels.length < readAhead) this.#child.stdout.resume();
        return { at: printed.at, size: { width: displayPx(printed.width), height: displayPx(printed.height) }, pixels };
      }
      if (this.#ended) return null;
      await this.#somethingNew(watchdogMs);
    }
  }

  /** Ends decoding and removes the files. Idempotent. */
  async close(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.#onAbort);
    killTool(this.#child);
    this.#end(null);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  readonly #onAbort = (): void => {
    killTool(this.#child);
    this.#end(null);
  };

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      this.#filling ??= new Uint8Array(this.#bytes);
      const part = chunk.subarray(at, at + this.#bytes - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#bytes) break;
      this.#pixels.push(this.#filling);
      this.#filling = null;
      this.#filled = 0;
    }
    if (this.#pixels.length >= readAhead) this.#child.stdout.pause();
    this.#wakeUp();
  }

  #end(failure: Error | null): void {
    this.#failure ??= failure;
    this.#ended = true;
    this.#wakeUp();
  }

  async #somethingNew(watchdogMs: number): Promise<void> {
    const timer = setTimeout(() => {
      killTool(this.#child);
      this.#end(null);
    }, watchdogMs);
    await new Promise<void>((resolve) => { this.#wake = resolve; });
    clearTimeout(timer);
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
