import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../contract/contract.js';
import { outputError } from '../results/problems.js';
import { cardSchema } from './card.js';
import { removeRecord, writeRecord } from './records.js';
import type { Model } from './types.js';

/** Below the folder of the user's models: those whose files are VoVision's own, each in a folder named after its content. */
const filesFolder = (userFolder: string): string => join(resolve(userFolder), 'files');

/** Whether a model's file is VoVision's own, and lies there alone in its folder. */
export const isKept = (userFolder: string, path: string): boolean => dirname(dirname(resolve(path))) === filesFolder(userFolder);

export type NewModel = {
  /** File name without its ending. */
  readonly stem: string;
  readonly bytes: Uint8Array;
  /** With whatever it says beyond a ModelCard. */
  readonly card: Readonly<Record<string, unknown>>;
};

/**
 * Keeps a new model with its card beside it, and puts it on the list. It is there as a whole or not at all.
 * Throws a UserError of kind 'output' where it cannot be written.
 */
export const keepModel = async (userFolder: string, { stem, bytes, card }: NewModel): Promise<string> => {
  const checked = cardSchema.parse(card);
  const folder = join(filesFolder(userFolder), checked.hash.slice(0, 32));
  const path = join(folder, `${stem}.onnx`);
  let created: string | undefined;
  try {
    created = await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.part`, bytes);
    await writeFile(join(folder, `${stem}.json`), `${JSON.stringify(card, null, 2)}\n`);
    await rename(`${path}.part`, path);
    await writeRecord(userFolder, { version: 1, hash: checked.hash, path, card: checked, answers: {} });
  } catch (error) {
    // Where the folder was there before, so was the model.
    await rm(created === undefined ? `${path}.part` : folder, { recursive: true, force: true }).catch(() => undefined);
    throw outputError(`The new model ${stem}.onnx`, error);
  }
  return path;
};

/** Takes a model off the list; its file goes with it where it is VoVision's own. Throws a UserError for those that come with the program. */
export const forgetModel = async (userFolder: string, { path, card, info }: Model): Promise<void> => {
  if (info.shipped) throw new UserError('usage', `${info.name} comes with the program and stays.`);
  await removeRecord(userFolder, card.hash);
  if (!isKept(userFolder, path)) return;
  try {
    await rm(dirname(path), { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw new UserError('output', `${info.name} is off the list, but its file could not be deleted: ${error instanceof Error ? error.message : String(error)}`, 'Delete it by hand.', { cause: error });
  }
};
