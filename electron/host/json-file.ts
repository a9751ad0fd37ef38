import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

const maxBytes = 4 * 1024 * 1024;

/**
 * A small JSON file of ours that is checked when read and replaced in one step when written.
 * What cannot be read (missing, damaged, written by a later version) counts as absent; a file that
 * a later version wrote is left as it is.
 */
export class JsonFile<T> {
  #last: Promise<void> = Promise.resolve();
  #keep = false;

  constructor(
    private readonly path: string,
    private readonly schema: z.ZodType<T>,
    private readonly version: number,
  ) {}

  async read(): Promise<T | null> {
    try {
      if ((await stat(this.path)).size > maxBytes) return null;
      const data: unknown = JSON.parse(await readFile(this.path, 'utf8'));
      if (typeof data !== 'object' || data === null || !('version' in data) || !('content' in data)) return null;
      if (typeof data.version === 'number' && data.version > this.version) this.#keep = true;
      if (data.version !== this.version) return null;
      const parsed = this.schema.safeParse(data.content);
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }

  /** Writes after every earlier write; resolves when it is on disk. */
  write(content: T): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(() => this.#replace(content));
    return this.#last;
  }

  async #replace(content: T): Promise<void> {
    if (this.#keep) return;
    const temporary = `${this.path}.${process.pid}.tmp`;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    try {
      await writeFile(temporary, JSON.stringify({ version: this.version, content }), { mode: 0o600 });
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
