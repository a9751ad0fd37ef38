import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { UserError, type ModelQuestion } from '../contract/contract.js';
import { cardSchema, explainIssues, infoOf, type ModelPlace } from './card.js';
import { isKept } from './kept-models.js';
import { inspectModel } from './inspect.js';
import { badModel, hashFile, modelFileSize, readModelFile } from './model-file.js';
import { recognise, type Answers } from './recognise.js';
import { listRecords, readRecord, writeRecord } from './records.js';
import { hostTrials, type TrialRunner } from './trial-runner.js';
import type { Model, ModelCard } from './types.js';

export type LoadedModel =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'unclear'; readonly path: string; readonly name: string; readonly questions: readonly ModelQuestion[] };

export type LoadOptions = {
  /** Runs what is not trusted yet; each in a process of its own. */
  readonly trials?: TrialRunner;
  readonly signal?: AbortSignal;
};

const largestCard = 1024 * 1024;

/** Where a model's card lies: the same name, .json. */
export const cardPath = (path: string): string => join(path, '..', `${basename(path, extname(path))}.json`);

/** The card beside a model, checked; null where there is none. Throws UserError('bad-model') for one that cannot be used. */
export const readCard = async (path: string): Promise<ModelCard | null> => {
  const file = cardPath(path);
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

const hashes = new Map<string, string>();

/** The file's hash, computed once for each of its states. */
const hashOf = async (path: string): Promise<string> => {
  const { size, mtimeMs } = await stat(path);
  const key = `${path}\0${size}\0${mtimeMs}`;
  const hash = hashes.get(key) ?? (await hashFile(path));
  hashes.set(key, hash);
  return hash;
};

const modelOf = (path: string, card: ModelCard, fileSize: number, place: ModelPlace): Model => {
  const stem = basename(path, extname(path));
  return { path, card, info: infoOf(card, place === 'program' ? stem : `${stem}-${card.hash.slice(0, 8)}`, fileSize, place) };
};

const placeIn = (folder: string | null, path: string): ModelPlace => (folder !== null && isKept(folder, path) ? 'kept' : 'elsewhere');

const checkHash = (path: string, card: ModelCard, hash: string): void => {
  if (hash === card.hash) return;
  throw badModel(path, `it is not the file its card describes: its SHA-256 begins with ${hash.slice(0, 12)}, the card's with ${card.hash.slice(0, 12)}.`, 'Take the card away to have the model recognised from its file.');
};

/**
 * Opens a model file: by the card beside it, by what is known from an earlier time, or by what the
 * file itself says; what that leaves unclear is asked (see `answerModel`). A file is run once in a
 * child with limited memory before it is trusted. `userFolder` is where that is remembered.
 * Throws UserError('bad-model').
 */
export const loadModel = (path: string, userFolder: string | null = null, options: LoadOptions = {}): Promise<LoadedModel> =>
  open(resolve(path), {}, userFolder, options);

/** Opens a model file with the user's answers to what was unclear; earlier answers are remembered. */
export const answerModel = (path: string, answers: Answers, userFolder: string | null = null, options: LoadOptions = {}): Promise<LoadedModel> =>
  open(resolve(path), answers, userFolder, options);

const open = async (path: string, given: Answers, folder: string | null, options: LoadOptions): Promise<LoadedModel> => {
  const { trials = hostTrials, signal } = options;
  const size = await modelFileSize(path);
  const hash = await hashOf(path);
  const known = folder === null ? null : await readRecord(folder, hash);
  const answers = { ...known?.answers, ...given };
  const remember = async (card: ModelCard | null): Promise<void> => {
    if (folder !== null) await writeRecord(folder, { version: 1, hash, path, card, answers });
  };

  const beside = await readCard(path);
  if (beside) {
    checkHash(path, beside, hash);
    if (!known?.card) await checkRuns(path, beside, trials, signal);
    await remember(beside);
    return { kind: 'model', model: modelOf(path, beside, size, placeIn(folder, path)) };
  }
  if (known?.card && Object.keys(given).length === 0) {
    if (known.path !== path) await remember(known.card);
    return { kind: 'model', model: modelOf(path, known.card, size, placeIn(folder, path)) };
  }
  const recognised = await recognise(path, await readModelFile(path), hash, answers, trials, signal);
  await remember(recognised.kind === 'card' ? recognised.card : null);
  if (recognised.kind === 'card') return { kind: 'model', model: modelOf(path, recognised.card, size, placeIn(folder, path)) };
  return { kind: 'unclear', path, name: basename(path), questions: recognised.questions };
};

/** A card may promise what the file does not hold: it is read and run once all the same. */
const checkRuns = async (path: string, card: ModelCard, trials: TrialRunner, signal: AbortSignal | undefined): Promise<void> => {
  await readModelFile(path);
  const outputs = await inspectModel(path, card.input, trials, signal);
  for (const name of Object.values(card.head.outputs)) {
    if (!(name in outputs)) {
      throw badModel(path, `its card names an output '${name}'; the file has ${Object.keys(outputs).map((each) => `'${each}'`).join(', ')}.`, 'Correct the card, or take it away to have the model recognised from its file.');
    }
  }
};

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Forms of one network beside each other. */
const byNetworkAndName = (a: Model, b: Model): number => {
  const [first, second] = [a.card.network ?? a.info.id, b.card.network ?? b.info.id];
  return first === second ? compare(a.info.id, b.info.id) : compare(first, second);
};

/** One damaged file does not take the others away. */
const usable = async (models: readonly Promise<Model | null>[]): Promise<Model[]> =>
  (await Promise.allSettled(models)).flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));

/** Every model that can be run: those that come with the program first, then those the user brought and that are still there. */
export const listModels = async (zooFolder: string, userFolder: string): Promise<readonly Model[]> => {
  const names = (await readdir(zooFolder).catch(() => [])).filter((name) => name.endsWith('.onnx')).map((name) => basename(name, '.onnx'));
  const shipped = names.map(async (name): Promise<Model | null> => {
    const path = join(zooFolder, `${name}.onnx`);
    const card = await readCard(path);
    if (!card) return null;
    checkHash(path, card, await hashOf(path));
    return modelOf(path, card, (await stat(path)).size, 'program');
  });
  const brought = (await listRecords(userFolder)).map(async ({ path, card }): Promise<Model | null> => {
    const file = await stat(path).catch(() => null);
    if (!card || !file?.isFile() || (await hashOf(path)) !== card.hash) return null;
    return modelOf(path, card, file.size, placeIn(userFolder, path));
  });
  const [ours, theirs] = await Promise.all([usable(shipped), usable(brought)]);
  return [...ours.sort(byNetworkAndName), ...theirs];
};
