import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ModelCard } from '../engine/inference/types.js';
import type { DetectorNetwork } from '../../models/detector/detector.js';
import type { Weights } from '../../models/networks/weights.js';
import { WeightsError } from '../../models/weights/error.js';
import type { TensorFile } from '../../models/weights/safetensors.js';
import { takeWeights } from '../../models/weights/take.js';
import { forPeople, readTensorFile } from './open-weights.js';

/** What a training wrote: its tensors, and its notes `classes` (a JSON list; null where there is none) and `source`. */
export type Training = {
  readonly path: string;
  readonly file: TensorFile;
  readonly classes: readonly string[] | null;
  readonly source: string;
  /** SHA-256 of the file, lower-case hex. */
  readonly hash: string;
};

/** Trainings write our parameters' names, with nothing before them. */
const ownNames = { family: { title: 'VoVision', names: 'own', classifier: null }, prefix: '' } as const;

/** Reads what a training wrote. Throws a UserError. */
export const openTraining = async (path: string): Promise<Training> => {
  const { hash, ...file } = await readTensorFile(path);
  return {
    path, file, hash,
    classes: forPeople(path, () => classesOf(file.metadata)),
    source: file.metadata.get('source') ?? `Weights of ${basename(path)}.`,
  };
};

const classesOf = (metadata: TensorFile['metadata']): readonly string[] | null => {
  const text = metadata.get('classes');
  if (text === undefined) return null;
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below, with what is no list of names either.
  }
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  if (names.length > 0 && names.every((name): name is string => typeof name === 'string')) return names;
  throw new WeightsError('bad-header', 'Its note “classes” is no JSON list of names.', 'Give the names with --classes.');
};

/** A network's weights out of a training. Throws a UserError where they are another network's. */
export const trainedWeights = (network: DetectorNetwork, { path, file }: Training): Weights =>
  forPeople(path, () => takeWeights(network, file, ownNames).weights, () => 'Name the weights of this detector, with as many --classes as they were trained for.');

export type CardParts = { readonly classes: readonly string[]; readonly bytes: Uint8Array; readonly name: string; readonly source: string };

/** The card of a detector's finished graph, `bytes`. */
export const detectorCard = ({ input }: DetectorNetwork, { classes, bytes, name, source }: CardParts): ModelCard => ({
  version: 1, name, classes,
  input: {
    name: 'image', width: input.width, height: input.height, layout: 'nhwc', type: 'uint8', colour: 'rgb',
    mean: [0, 0, 0], std: [1, 1, 1], fit: 'top-left', pad: 114,
  },
  head: { kind: 'boxes-scores', outputs: { boxes: 'boxes', scores: 'scores' } },
  licence: 'MIT', source, hash: createHash('sha256').update(bytes).digest('hex'),
});
