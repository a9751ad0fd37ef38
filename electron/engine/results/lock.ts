import { randomUUID } from 'node:crypto';
import { open, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { isAlive } from '../alive.js';
import { UserError } from '../contract/contract.js';
import { outputError } from './problems.js';

/** A holder that lives touches its lock this often ... */
const heartbeat = 4_000;
/** ... so one that was not touched for this long is nobody's, whatever its process number says. */
const stale = 20_000;

const holderSchema = z.object({ pid: z.number().int().positive(), host: z.string(), nonce: z.string() });

/** Locks held by this process: a lock with our process number that is not here is left from an earlier life. */
const held = new Set<string>();

/** Keeps a second writer away from a file, by `<file>.lock` with the holder's process number. */
export class FileLock {
  readonly #path: string;
  readonly #nonce: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(path: string, nonce: string) {
    this.#path = path;
    this.#nonce = nonce;
    this.#beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, heartbeat);
    this.#beat.unref();
  }

  /** @throws UserError('output') if another writer holds it, or the folder cannot be written. */
  static async take(file: string): Promise<FileLock> {
    const path = `${file}.lock`;
    const nonce = randomUUID();
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        const handle = await open(path, 'wx');
        held.add(nonce);
        try {
          await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname(), nonce }));
        } finally {
          await handle.close();
        }
        return new FileLock(path, nonce);
      } catch (error) {
        held.delete(nonce);
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw outputError(file, error);
        await removeIfStale(path, file);
      }
    }
    throw busy(file);
  }

  async release(): Promise<void> {
    clearInterval(this.#beat);
    held.delete(this.#nonce);
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    if (text.includes(this.#nonce)) await unlink(this.#path).catch(() => undefined);
  }
}

const busy = (file: string): UserError =>
  new UserError('output', `${file} is being written by another VoVision.`, 'Wait until it is done, or close it.');

const removeIfStale = async (path: string, file: string): Promise<void> => {
  const text = await readFile(path, 'utf8').catch(() => null);
  const info = await stat(path).catch(() => null);
  if (text === null || info === null) return;
  const age = Date.now() - info.mtimeMs;
  if (age < stale && holderLives(text, age)) throw busy(file);
  // Two that find the same stale lock: renaming lets one of them have it, and what was renamed is looked at again.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => null);
  if (moved !== null && moved !== text) {
    await rename(aside, path).catch(() => undefined);
    throw busy(file);
  }
  await unlink(aside).catch(() => undefined);
};

const holderLives = (text: string, age: number): boolean => {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Being written at this moment, or torn.
  }
  const holder = holderSchema.safeParse(json);
  if (!holder.success) return age < 2_000;
  if (holder.data.host !== hostname()) return true;
  if (holder.data.pid === process.pid) return held.has(holder.data.nonce);
  return isAlive(holder.data.pid);
};
