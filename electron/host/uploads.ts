import { createWriteStream, rmSync } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../engine/contract/contract.js';
import { scratchFolder } from '../engine/scratch.js';
import { newToken } from './vault.js';

/** A name that is safe in a folder of ours: no separators or control characters, at most 200 bytes. */
export const safeName = (name: string): string => {
  let safe = name.replaceAll(/[\u0000-\u001f\u007f/\\<>:"|?*]/g, '_').replace(/^\.+/, '_').trim();
  const dot = safe.lastIndexOf('.');
  const end = dot > 0 ? safe.slice(dot).slice(0, 16) : '';
  let stem = dot > 0 ? safe.slice(0, dot) : safe;
  while (Buffer.byteLength(stem + end) > 200) stem = stem.slice(0, -1).replace(/[\ud800-\udbff]$/, '');
  safe = stem + end;
  return safe === '' ? 'video' : safe;
};

export type UploadProgress = (received: number) => void;

/**
 * The private folder (0700) for files that a browser hands over and clips that it will fetch. It is
 * gone with the program; what a killed one left behind goes at the next start.
 */
export class Uploads {
  private constructor(
    readonly folder: string,
    private readonly maxBytes: number,
  ) {}

  static async create(maxBytes: number): Promise<Uploads> {
    return new Uploads(await scratchFolder('uploads'), maxBytes);
  }

  /** A path for a new file called `name`, in a folder of its own. */
  async place(name: string): Promise<string> {
    const folder = join(this.folder, newToken());
    await mkdir(folder, { mode: 0o700 });
    return join(folder, safeName(name));
  }

  /**
   * Writes `body` to a new file and gives its path. `total` is the length the sender promised.
   * Whatever goes wrong, and on an abort, nothing is left of it.
   */
  async receive(name: string, total: number, body: Readable, progress: UploadProgress): Promise<string> {
    if (!Number.isSafeInteger(total) || total < 0) throw new UserError('bad-input', 'The size of the file is not known.');
    if (total === 0) throw new UserError('bad-input', `${safeName(name)} is empty.`, 'Choose a file that has something in it.');
    if (total > this.maxBytes) throw tooLarge(name, this.maxBytes);
    await this.#needSpace(name, total);
    const path = await this.place(name);
    let received = 0;
    const count = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        received += chunk.length;
        if (received > total) {
          done(tooLarge(name, total));
          return;
        }
        progress(received);
        done(null, chunk);
      },
    });
    try {
      // Whoever sends it must still be able to hear what went wrong.
      await pipeline(body.iterator({ destroyOnReturn: false }), count, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
      if (received !== total) throw new UserError('bad-input', `${safeName(name)} did not arrive whole.`, 'Drop it once more.');
      return path;
    } catch (error) {
      await rm(join(path, '..'), { recursive: true, force: true });
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new UserError('output', `There is no room for ${safeName(name)} in ${tmpdir()}.`, 'Free some space, or name the file on the command line instead.', { cause: error });
      }
      throw error;
    }
  }

  async #needSpace(name: string, total: number): Promise<void> {
    const disk = await statfs(this.folder).catch(() => null);
    if (disk && disk.bavail * disk.bsize < total) {
      throw new UserError('output', `There is no room for ${safeName(name)} in ${tmpdir()}.`, 'Free some space, or name the file on the command line instead.');
    }
  }

  /** Deletes one received file. */
  async discard(path: string): Promise<void> {
    if (path.startsWith(this.folder)) await rm(join(path, '..'), { recursive: true, force: true });
  }

  /** Deletes everything; synchronous, since it runs while the process ends. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const tooLarge = (name: string, limit: number): UserError =>
  new UserError('bad-input', `${safeName(name)} is larger than the ${Math.floor(limit / 2 ** 20)} MiB that can be taken in.`, 'Name the file on the command line instead: vovision serve FILE.');
