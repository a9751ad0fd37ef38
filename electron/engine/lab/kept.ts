import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, type LabHeader, type LabResult } from '../contract/contract.js';
import { resultSchema } from './kept-schema.js';

/** Version of the files. */
const version = 1;
const largestFile = 8 * 2 ** 20;
/** Results that are kept at most; the oldest go first. */
const most = 300;

const namePattern = /^([A-Za-z0-9_-]{16,64})\.json$/;

/** Results of measurements, one file each in a folder. Several processes may write there. */
export class KeptResults {
  constructor(private readonly folder: string) {}

  /** Newest first, with how many files there are that hold no result. */
  async list(): Promise<{ readonly headers: readonly LabHeader[]; readonly damaged: number }> {
    const ids = await this.#ids();
    const read = await Promise.all(ids.map((id) => this.#read(id)));
    const headers = read
      .flatMap((result) => (result === null ? [] : [headerOf(result)]))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
    return { headers, damaged: ids.length - headers.length };
  }

  /** Throws a UserError where there is no such result, or none that can be read. */
  async get(id: string): Promise<LabResult> {
    const result = await this.#read(id);
    if (result === null) throw new UserError('missing', 'This result is not there any more, or cannot be read.', 'Measure again.');
    return result;
  }

  /** Writes the file as a whole or not at all. Throws a UserError of kind 'output'. */
  async keep(result: LabResult): Promise<void> {
    const file = this.#file(result.id);
    const text = JSON.stringify({ version, result });
    if (!resultSchema.safeParse(JSON.parse(text)).success) {
      throw new UserError('output', 'The result is not kept: what was measured is larger or longer than the lab takes.', 'Sides of 32 to 2048 pixels and at most 64 networks, for at most a minute a turn, are kept.');
    }
    const unfinished = `${file}.${process.pid}.part`;
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFile(unfinished, text, { mode: 0o600 });
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw new UserError('output', `The result cannot be kept: ${error instanceof Error ? error.message : String(error)}`, 'Make room on the disk and measure again.', { cause: error });
    }
    const { headers } = await this.list();
    await Promise.all(headers.slice(most).map(({ id }) => this.forget(id)));
  }

  async forget(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  #file(id: string): string {
    // Ids come from a page; only those that name a file here are taken.
    if (!namePattern.test(`${id}.json`)) throw new UserError('usage', 'This is no id of a result.');
    return join(this.folder, `${id}.json`);
  }

  async #ids(): Promise<readonly string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.flatMap((name) => namePattern.exec(name)?.[1] ?? []);
  }

  async #read(id: string): Promise<LabResult | null> {
    try {
      const file = this.#file(id);
      if ((await stat(file)).size > largestFile) return null;
      const parsed = resultSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
      return parsed.success && parsed.data.version === version && parsed.data.result.id === id ? parsed.data.result : null;
    } catch {
      return null;
    }
  }
}

const headerOf = ({ id, title, kind, at, machine, provider }: LabResult): LabHeader => ({ id, title, kind, at, machine, provider });
