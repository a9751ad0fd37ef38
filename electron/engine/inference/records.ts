import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cardSchema } from './card.js';
import type { ModelCard } from './types.js';

/** What is kept about a model that the user brought: where it lies, its card, what the user answered. */
export type ModelRecord = {
  readonly version: 1;
  readonly hash: string;
  readonly path: string;
  /** Null while something about the file is unclear. */
  readonly card: ModelCard | null;
  readonly answers: Readonly<Record<string, string>>;
};

const schema: z.ZodType<ModelRecord> = z.object({
  version: z.literal(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  path: z.string().min(1),
  card: cardSchema.nullable(),
  answers: z.record(z.string(), z.string()),
});

/** The record of the file with this hash; null where there is none that can be read. */
export const readRecord = async (folder: string, hash: string): Promise<ModelRecord | null> => {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, `${hash}.json`), 'utf8')));
  } catch {
    return null;
  }
};

export const writeRecord = async (folder: string, record: ModelRecord): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${record.hash}.json`);
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(record, null, 2)}\n`);
  await rename(unfinished, file);
};

export const listRecords = async (folder: string): Promise<readonly ModelRecord[]> => {
  const names = await readdir(folder).catch(() => []);
  const hashes = names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).map((name) => name.slice(0, 64)).sort();
  const records = await Promise.all(hashes.map((hash) => readRecord(folder, hash)));
  return records.filter((record): record is ModelRecord => record !== null);
};

export const removeRecord = (folder: string, hash: string): Promise<void> => rm(join(folder, `${hash}.json`), { force: true });
