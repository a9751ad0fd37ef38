import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UserError, type ModelInfo, type ModelQuestion } from '../contract/contract.js';
import { cardSchema, explainIssues, infoOf } from './card.js';
import type { Model, ModelCard } from './types.js';

export type LoadedModel =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'unclear'; readonly path: string; readonly name: string; readonly questions: readonly ModelQuestion[] };

const largestCard = 1024 * 1024;

/** SHA-256 of a file, lower-case hex. */
export const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** The card beside a model (same name, .json), checked; null where there is none. */
const readCard = async (path: string): Promise<ModelCard | null> => {
  const file = `${path.slice(0, path.length - extname(path).length)}.json`;
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return null;
  const refuse = (what: string): UserError =>
    new UserError('bad-model', `The model card ${basename(file)} cannot be used: ${what}.`, 'Correct the card, or take it away to have the model recognised from its file.');
  if (found.size > largestCard) throw refuse('it is larger than 1 MB');
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw refuse(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const parsed = cardSchema.safeParse(value);
  if (!parsed.success) throw refuse(explainIssues(parsed.error));
  return parsed.data;
};

/** Opens a model file with the card beside it. Throws UserError('bad-model'). */
export const loadModel = async (path: string, shipped = false): Promise<LoadedModel> => {
  const file = await stat(path).catch(() => null);
  if (!file?.isFile()) throw new UserError('bad-model', `There is no model file at ${path}.`, 'Choose an .onnx file.');
  const card = await readCard(path);
  if (!card) throw new UserError('bad-model', `${basename(path)} has no card.`);
  const hash = await hashFile(path);
  if (hash !== card.hash) {
    throw new UserError('bad-model', `${basename(path)} is not the file its card describes: its SHA-256 begins with ${hash.slice(0, 12)}, the card's with ${card.hash.slice(0, 12)}.`);
  }
  const stem = basename(path, extname(path));
  const info = infoOf(card, shipped ? stem : `${stem}-${hash.slice(0, 8)}`, file.size, shipped);
  return { kind: 'model', model: { path, card, info } };
};

/** Every model with a card that comes with the program. */
export const listModels = async (zooFolder: string, _userFolder: string): Promise<readonly ModelInfo[]> => {
  const names = (await readdir(zooFolder)).filter((name) => name.endsWith('.onnx')).sort();
  const loaded = await Promise.all(names.map((name) => loadModel(join(zooFolder, name), true)));
  return loaded.flatMap((one) => (one.kind === 'model' ? [one.model.info] : []));
};
