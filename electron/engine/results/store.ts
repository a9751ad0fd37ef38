import { open, rename, stat, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { detectionStride, UserError, type DetectionBatch, type FrameIndex, type Seconds, type Stretch } from '../contract/contract.js';
import { frameLine, limits, manifestLine, manifestStart, roundTime, sameRun, sameVideo, storable, type Manifest } from './format.js';
import { StoredFrames } from './frames.js';
import { FileLock } from './lock.js';
import { outputError } from './problems.js';
import { readFrom } from './read.js';
import { recall } from './recall.js';

/**
 * What to do with a results file that is there. Of the same video, model and settings it is continued; others are
 * replaced, or with 'refuse' an error. 'same-video' replaces complete ones too, and none of another video.
 */
export type Existing = 'refuse' | 'fresh' | 'same-video';

/** Milliseconds between writes: what a kill -9 can cost at most, with room to spare. */
const writeInterval = 300;
/** Characters turned into bytes before the event loop gets its turn. */
const chunkLength = 64 * 1024;
/** Blocks of boxes (1.5 MiB each) that stay in memory though they are on the disk. */
const keptBlocks = 3;

/**
 * The results of a run as a JSON-lines file that grows. In memory are where each frame lies in it and the
 * newest boxes, so that memory does not grow with what was found; older boxes are read back when asked for.
 * Frames may come in any order; of a frame that comes twice the first is kept.
 * One writer per file. Must be closed.
 */
export class ResultStore {
  readonly file: string;
  /** Frames that may wait for the disk before `append` does. */
  readonly pendingLimit = 2000;
  /** Boxes that it takes; a file with more is not read back. */
  boxLimit: number = limits.boxes;
  #manifest: Manifest;
  readonly #frames: StoredFrames;
  readonly #handle: FileHandle;
  readonly #lock: FileLock;
  /** Which file on the disk we write to: to notice that it was removed. */
  readonly #inode: bigint;
  #end: number;
  /** Bytes of the chunk that is being written. */
  #chunk = Buffer.alloc(0);
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failure: UserError | null = null;
  readonly #readers = new Set<Promise<unknown>>();
  #closed = false;

  private constructor(
    file: string, manifest: Manifest, frames: StoredFrames, end: number, handle: FileHandle, inode: bigint, lock: FileLock,
  ) {
    this.file = file;
    this.#manifest = manifest;
    this.#frames = frames;
    this.#end = end;
    this.#handle = handle;
    this.#inode = inode;
    this.#lock = lock;
  }

  /**
   * Begins a new file; one that is there is replaced.
   * @throws UserError('output') where it cannot be written or another writer has it.
   */
  static async create(file: string, manifest: Manifest): Promise<ResultStore> {
    const lock = await FileLock.take(file);
    return await begun(lock, async () => {
      await writeManifest(file, manifest);
      return await ResultStore.#opened(file, lock);
    });
  }

  /**
   * Goes on with a file that was begun for the same video, model and settings, or begins one.
   * @throws UserError('bad-input') if the file belongs to another run that `existing` does not replace,
   * is damaged before its last line, or comes from a newer version; it is left as it is.
   */
  static async openOrResume(file: string, manifest: Manifest, existing: Existing): Promise<ResultStore> {
    const lock = await FileLock.take(file);
    return await begun(lock, async () => {
      const there = await stat(file).then(() => true, () => false);
      if (!there) await writeManifest(file, manifest);
      const store = await ResultStore.#opened(file, lock);
      const same = sameRun(store.manifest, manifest);
      if (same && !(existing === 'same-video' && store.manifest.complete)) return store;
      await store.#handle.close();
      if (existing === 'refuse') {
        throw new UserError('bad-input', `${file} holds results of another video, model or setting.`,
          'Choose another file for the results.');
      }
      if (existing === 'same-video' && !sameVideo(store.manifest, manifest)) {
        throw new UserError('bad-input', `${file} holds the results of another video, ${store.manifest.video.name}; nothing was changed.`,
          'Choose another folder for the results, or move that file away.');
      }
      await writeManifest(file, manifest);
      return await ResultStore.#opened(file, lock);
    });
  }

  static async #opened(file: string, lock: FileLock): Promise<ResultStore> {
    const handle = await open(file, 'r+').catch((error: unknown) => {
      throw outputError(file, error);
    });
    try {
      const { manifest, frames, end, torn } = await readFrom(handle, file, new StoredFrames(keptBlocks));
      if (torn) await handle.truncate(end);
      const { ino } = await handle.stat({ bigint: true });
      return new ResultStore(file, manifest, frames, end, handle, ino, lock);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** Why nothing more can be written; null while all is well. */
  get failure(): UserError | null {
    return this.#failure;
  }

  /** Frames held. */
  get count(): number {
    return this.#frames.count;
  }

  /** Frames that are not on the disk yet. */
  get pending(): number {
    return this.#frames.count - this.#frames.placed;
  }

  /**
   * Keeps a frame's boxes (packed, copied): in memory at once, on the disk half a second later.
   * Resolves at once, or where the disk is slow when it has caught up: false if the frame was there
   * already, which then stays as it was. Boxes that are no boxes (not a number, unknown class) are left out.
   * @throws UserError('output') once writing has failed, or where the run grows beyond what a file may hold.
   */
  async append(index: FrameIndex, time: Seconds, boxes: Float32Array): Promise<boolean> {
    this.#assertWell();
    if (this.#closed) throw new Error('The store is closed.');
    if (!(Number.isInteger(index) && index >= 0 && index < limits.frames) || !(time >= 0 && time <= limits.time)) {
      throw new RangeError(`Frame ${index} at ${time} s cannot be stored.`);
    }
    const kept = storable(boxes, this.#manifest.model.classes.length);
    if (!this.#frames.has(index) && this.#frames.boxes + kept.length / detectionStride > this.boxLimit) {
      throw new UserError('output', `A results file holds at most ${this.boxLimit} boxes.`, 'Analyse a shorter part.');
    }
    const added = this.#frames.add(index, roundTime(time), kept);
    if (added) this.#timer ??= setTimeout(() => this.#write(), writeInterval);
    if (this.pending >= this.pendingLimit) {
      this.#write();
      await this.#writing;
      this.#assertWell();
    }
    return added;
  }

  has(index: FrameIndex): boolean {
    return this.#frames.has(index);
  }

  analysed(): Stretch[] {
    return this.#frames.stretches();
  }

  /** First missing stretch at or after `from`, of `total` frames (null: unknown). */
  nextGap(from: FrameIndex, total: number | null): Stretch | null {
    return this.#frames.nextGap(from, total);
  }

  /**
   * Frames `from` to `to` (exclusive) as far as they are there now, in order; the newest from memory, others
   * from the file. Rejects with the signal's reason when cancelled.
   * @throws UserError('bad-input') if the file is needed and was removed or changed by another program
   */
  async batch(from: number, to: number, signal?: AbortSignal): Promise<DetectionBatch> {
    if (this.#closed) throw new UserError('bad-input', 'This analysis is not open any more.', 'Open the video again.');
    const source = { file: this.file, handle: this.#handle, classes: this.#manifest.model.classes.length, frames: this.#frames };
    const reading = recall(source, from, to, signal);
    this.#readers.add(reading);
    try {
      return await reading;
    } finally {
      this.#readers.delete(reading);
    }
  }

  /** Resolves when everything appended so far is on the disk. @throws UserError('output') */
  async flush(): Promise<void> {
    while (this.#failure === null && (this.#writing !== null || this.pending > 0)) {
      this.#write();
      await this.#writing;
    }
    this.#assertWell();
    await this.#handle.datasync().catch((error: unknown) => {
      throw outputError(this.file, error);
    });
  }

  /** Notes that every frame that was asked for is there. @throws UserError('output') */
  async complete(): Promise<void> {
    await this.flush();
    this.#manifest = { ...this.#manifest, complete: true };
    try {
      const before = manifestStart(false);
      const { buffer } = await this.#handle.read(Buffer.alloc(before.length), 0, before.length, 0);
      // A file that another program wrote may begin otherwise; it is then only not marked.
      if (buffer.toString('latin1') === before) await this.#handle.write(Buffer.from(manifestStart(true)), 0, null, 0);
    } catch (error) {
      throw outputError(this.file, error);
    }
  }

  /** Writes what is left and lets go of the file, once batches that were asked for are read. @throws UserError('output') if that fails; it is let go all the same. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      if (this.#timer !== null) clearTimeout(this.#timer);
      await Promise.allSettled(this.#readers);
      await this.#handle.close();
      await this.#lock.release();
    }
  }

  #assertWell(): void {
    if (this.#failure) throw this.#failure;
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing ??= this.#writePending().then(
      () => {
        this.#writing = null;
        if (this.pending > 0 && !this.#closed) this.#timer ??= setTimeout(() => this.#write(), writeInterval);
      },
      (error: unknown) => {
        this.#writing = null;
        this.#failure = outputError(this.file, error);
      },
    );
  }

  /** Writes the frames that are pending now, a chunk at a time. */
  async #writePending(): Promise<void> {
    await this.#assertThere();
    const until = this.#frames.count;
    while (this.#frames.placed < until) {
      let text = '';
      const starts: number[] = [];
      for (let next = this.#frames.placed; next < until && text.length < chunkLength; next++) {
        const { index, time, boxes } = this.#frames.arrived(next);
        if (boxes === null) throw new Error(`The boxes of frame ${index} are gone before they were written.`);
        starts.push(text.length);
        text += frameLine(index, time, boxes);
      }
      await this.#writeText(text);
      starts.forEach((start, k) => this.#frames.place(this.#end + start, (starts[k + 1] ?? text.length) - start - 1));
      this.#end += text.length;
    }
  }

  /** Appends text of single-byte characters, all of it or nothing. */
  async #writeText(text: string): Promise<void> {
    if (text.length > this.#chunk.length) this.#chunk = Buffer.allocUnsafeSlow(Math.max(text.length, chunkLength * 2));
    const size = this.#chunk.write(text, 'latin1');
    for (let done = 0; done < size;) {
      try {
        done += (await this.#handle.write(this.#chunk, done, size - done, this.#end + done)).bytesWritten;
      } catch (error) {
        await this.#handle.truncate(this.#end).catch(() => undefined);
        throw error;
      }
    }
  }

  /** A removed file can be written to, but nobody will find it. */
  async #assertThere(): Promise<void> {
    const { ino } = await stat(this.file, { bigint: true });
    if (ino !== this.#inode) {
      throw new UserError('output', `${this.file} was replaced by another program while it was being written.`,
        'Start the analysis again.');
    }
  }
}

const begun = async (lock: FileLock, begin: () => Promise<ResultStore>): Promise<ResultStore> => {
  try {
    return await begin();
  } catch (error) {
    await lock.release();
    throw error;
  }
};

/** All or nothing, so that a results file always has its manifest. */
const writeManifest = async (file: string, manifest: Manifest): Promise<void> => {
  const draft = `${file}.new`;
  try {
    await writeFile(draft, manifestLine(manifest));
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw outputError(file, error);
  }
};
