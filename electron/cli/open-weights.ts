import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../engine/contract/contract.js';
import type { Stem } from '../../models/networks/variants.js';
import type { Network } from '../../models/networks/layers.js';
import type { PictureSize } from '../../models/networks/vovnet.js';
import { WeightsError } from '../../models/weights/error.js';
import { allNetworks, findNetwork } from '../../models/reference/catalogue.js';
import type { Member } from '../../models/weights/family.js';
import { candidates, chooseFamily, type Found } from '../../models/weights/recognise.js';
import { readSafetensors, type TensorFile } from '../../models/weights/safetensors.js';
import { classesOf, takeWeights, type Taken } from '../../models/weights/take.js';
import type { OptionSpec } from './arguments.js';

export const weightsOptions: Readonly<Record<string, OptionSpec>> = {
  weights: { type: 'text', value: 'FILE', help: 'build: trained weights, a safetensors file of a family that is known (else untrained)' },
  prefix: { type: 'text', value: 'TEXT', help: 'build, weights: what the names begin with, where a file holds more than one set of weights' },
};

/** Largest file that is read: what fits into one array. */
const largest = 2 ** 31 - 1;

/** Runs what reads weights; turns its errors into those for people. `advice` is asked where tensors do not fit. */
export const forPeople = <T>(path: string, work: () => T, advice = (): string => ''): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    const { message, faults } = error;
    const hint = error.fault === 'misfit' ? advice() : error.hint;
    throw new UserError('bad-input', `${path}: ${message}`, hint === '' ? undefined : hint, { cause: error, details: faults });
  }
};

/** The tensors of a file, with the file's SHA-256 in lower-case hex. Throws a UserError of kind 'bad-input'. */
export const readTensorFile = async (path: string): Promise<TensorFile & { readonly hash: string }> => {
  let bytes: Uint8Array;
  try {
    const found = await stat(path);
    // A pipe or device may have no end.
    if (!found.isFile()) throw new UserError('bad-input', `${path} is no file.`);
    const { size } = found;
    if (size > largest) throw new UserError('bad-input', `${path} has ${size} bytes; at most ${largest} are read.`);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('bad-input', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, undefined, { cause: error });
  }
  const file = forPeople(path, () => readSafetensors(bytes));
  return { ...file, hash: createHash('sha256').update(bytes).digest('hex') };
};

export type TrainedNetwork = { readonly found: Found; readonly member: Member; readonly network: Network; readonly stem: Stem | null; readonly taken: Taken };

export type Wish = {
  readonly size: PictureSize;
  /** What was asked for; null where the file may say. */
  readonly stem: string | null;
  readonly prefix: string | null;
  /** `file`: as many as its classifier tells apart; null: the features. */
  readonly classes: number | 'file' | null;
};

/** The network `id` as the weights of a file were trained, with them. Throws a UserError where file and network do not belong together. */
export const openTrained = async (path: string, id: string, { size, stem, prefix, classes }: Wish): Promise<TrainedNetwork> => {
  const wanted = findNetwork(id)?.id;
  if (wanted === undefined) throw new UserError('usage', `There is no network “${id}”.`, `There are ${allNetworks.map((each) => each.id).join(', ')}.`);
  const file = await readTensorFile(path);
  const found = forPeople(path, () => chooseFamily(file, prefix));
  const member = found.family.members.find((each) => each.id === wanted);
  if (member === undefined) {
    throw new UserError('bad-input', `${path}: these are names of ${found.family.title}, where there is no ${wanted}.`,
      `There are ${found.family.members.map((each) => each.id).join(', ')}; “models weights ${path}” says which fits.`);
  }
  const own = member.variant?.stem ?? null;
  if (stem !== null && stem !== own) {
    throw new UserError('usage', own === null ? `${wanted} has one stem only.` : `--stem is ${stem}; these weights were trained with the ${own} stem.`, 'Leave --stem out.');
  }
  const count = classes === 'file' ? classesOf(file, found) : classes;
  if (classes !== null && count === null) throw new UserError('bad-input', `${path} holds no classifier.`, 'Leave --classifier out.');
  const network = layOut(member, size, count ?? undefined);
  const taken = forPeople(path, () => takeWeights(network, file, found, member.pixels.order), () => {
    const fitting = candidates(file, found).filter(({ fit }) => fit.misfits.length === 0).map((each) => each.member.id);
    return fitting.length === 0 || fitting.includes(wanted) ? '' : `They fit ${fitting.join(', ')}.`;
  });
  return { found, member, network, stem: own, taken };
};

const layOut = (member: Member, size: PictureSize, classes: number | undefined): Network => {
  try {
    return member.network(size, classes);
  } catch (error) {
    if (error instanceof RangeError) throw new UserError('usage', error.message, 'Give a larger --size.', { cause: error });
    throw error;
  }
};
