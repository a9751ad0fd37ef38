import { open, rename, stat, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { UserError, type DetectionBatch, type FrameIndex, type Seconds, type Stretch } from '../contract/contract.js';
import { frameLine, limits, sameRun, storable, type Manifest } from './format.js';
import { type StoredFrames } from './frames.js';
import { FileLock } from './lock.js';
import { outputError } from './problems.js';
import { readFrom } from './read.js';

/** What to do with a results file that belongs to another video, model or setting. */
export type OnMismatch = 'refuse' | 'replace';

/** Milliseconds between writes: what a kill -9 can cost at most, with room to spare. */
const writeInterval = 300;
/** Characters turned into bytes before the event loop gets its turn. */
const chunkLength = 64 * 1024;

/**
 * The results of a run: every frame's boxes in memory, and the same as a JSON-lines file that grows.
 * Frames may come in any order; of a frame that comes twice the first is kept.
 * One writer per file. Must be closed.
 */
export class ResultStore {
  readonly file: string;
  readonly manifest: Manifest;
  readonly #frames: StoredFrames;
  readonly #handle: FileHandle;
  readonly #lock: FileLock;
  /** Which file on the disk we write to: to notice that it was removed. */
  readonly #inode: bigint;
  #end: number;
  /** Frames written, counted in order of arrival. */
  #written: number;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failure: UserError | null = null;
  #closed = false;

  private constructor(
    file: string, manifest: Manifest, frames: StoredFrames, end: number, handle: FileHandle, inode: bigint, lock: FileLock,
  ) {
    this.file = file;
    this.manifest = manifest;
    this.#frames = frames;
    this.#written = frames.count;
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
   * @throws UserError('bad-input') if the file belongs to another run (and `onMismatch` is 'refuse'),
   * is damaged before its last line, or comes from a newer version; it is left as it is.
   */
  static async openOrResume(file: string, manifest: Manifest, onMismatch: OnMismatch): Promise<ResultStore> {
    const lock = await FileLock.take(file);
    return await begun(lock, async () => {
      const there = await stat(file).then(() => true, () => false);
      if (!there) await writeManifest(file, manifest);
      const store = await ResultStore.#opened(file, lock);
      if (sameRun(store.manifest, manifest)) return store;
      await store.#handle.close();
      if (onMismatch === 'refuse') {
        throw new UserError('bad-input', `${file} holds results of another video, model or setting.`,
          'Choose another file for the results.');
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
      const { manifest, frames, end, torn } = await readFrom(handle, file);
      if (torn) await handle.truncate(end);
      const { ino } = await handle.stat({ bigint: true });
      return new ResultStore(file, manifest, frames, end, handle, ino, lock);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Why nothing more can be written; null while all is well. */
  get failure(): UserError | null {
    return this.#failure;
  }

  /** Frames held. */
  get frames(): number {
    return this.#frames.count;
  }

  /**
   * Keeps a frame's boxes (packed, copied); they are on the disk half a second later.
   * False if the frame was there already, which then stays as it was.
   * Boxes that are no boxes (not a number, unknown class) are left out.
   * @throws UserError('output') once writing has failed, or where the run grows beyond what a file may hold.
   */
  append(index: FrameIndex, time: Seconds, boxes: Float32Array): boolean {
    if (this.#closed) throw new Error('The store is closed.');
    if (this.#failure) throw this.#failure;
    if (!(Number.isInteger(index) && index >= 0 && index < limits.frames) || !(time >= 0 && time <= limits.time)) {
      throw new RangeError(`Frame ${index} at ${time} s cannot be stored.`);
    }
    if (this.#frames.boxes > limits.boxes) {
      throw new UserError('output', `A results file holds at most ${limits.boxes} boxes.`, 'Analyse a shorter part.');
    }
    const added = this.#frames.add(index, time, storable(boxes, this.manifest.model.classes.length));
    if (added) this.#timer ??= setTimeout(() => this.#write(), writeInterval);
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

  /** Frames `from` to `to` (exclusive) as far as they are there, in order. */
  batch(from: number, to: number): DetectionBatch {
    return this.#frames.batch(from, to);
  }

  /** Resolves when everything appended so far is on the disk. @throws UserError('output') */
  async flush(): Promise<void> {
    while (this.#failure === null && (this.#writing !== null || this.#written < this.#frames.count)) {
      this.#write();
      await this.#writing;
    }
    if (this.#failure) throw this.#failure;
    await this.#handle.datasync().catch((error: unknown) => {
      throw outputError(this.file, error);
    });
  }

  /** Writes what is left and lets go of the file. @throws UserError('output') if that fails; it is let go all the same. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      if (this.#timer !== null) clearTimeout(this.#timer);
      await this.#handle.close();
      await this.#lock.release();
    }
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing ??= this.#writePending().then(
      () => {
        this.#writing = null;
        if (this.#written < this.#frames.count && !this.#closed) this.#timer ??= setTimeout(() => this.#write(), writeInterval);
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
    while (this.#written < until) {
      let text = '';
      let next = this.#written;
      for (; next < until && text.length < chunkLength; next++) {
        const frame = this.#frames.arrived(next);
        text += frameLine(frame.index, frame.time, frame.boxes);
      }
      const bytes = Buffer.from(text, 'latin1');
      for (let done = 0; done < bytes.length;) {
        try {
          done += (await this.#handle.write(bytes, done, bytes.length - done, this.#end + done)).bytesWritten;
        } catch (error) {
          await this.#handle.truncate(this.#end).catch(() => undefined);
          throw error;
        }
      }
      this.#end += bytes.length;
      this.#written = next;
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
    await writeFile(draft, `${JSON.stringify(manifest)}\n`);
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw outputError(file, error);
  }
};
