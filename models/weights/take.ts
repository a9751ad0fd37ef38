import { convolutions, inputName, type Network } from '../networks/layers.js';
import type { Weights } from '../networks/weights.js';
import { WeightsError, shown } from './error.js';
import type { Family, Pixels } from './family.js';
import { renameParameters, type LayerName } from './layout.js';
import { toFloats, type Tensor } from './numbers.js';
import type { TensorFile } from './safetensors.js';

/** Where a network's tensors are in a file. */
export type Place = {
  readonly family: Pick<Family, 'title' | 'names' | 'classifier'>;
  /** What stands before every name: '' or something that ends with a dot. */
  readonly prefix: string;
};

export type Misfit = { readonly kind: 'missing' | 'shape' | 'extra' | 'type' | 'value'; readonly name: string; readonly text: string };

/** What a file holds for a network. Every tensor of the file is in exactly one of `used`, `leftOut`, `ignored` and `extra`. */
export type Fit = {
  /** Names in the file by our names. */
  readonly used: ReadonlyMap<string, string>;
  /** Known parts a backbone has no use for: classifiers, and, where the backbone is a part of something larger, the rest of that. */
  readonly leftOut: readonly string[];
  /** Counters of training steps (num_batches_tracked): no number of the network depends on them. */
  readonly ignored: readonly string[];
  readonly extra: readonly string[];
  /** Missing, misshapen and extra tensors. */
  readonly misfits: readonly Misfit[];
};

const floats = new Set(['F64', 'F32', 'F16', 'BF16']);
const size = (dims: readonly number[]): string => dims.join(' x ') || 'a single number';

/** Compares a file's names, dimensions and types with those of a network; looks at no number. */
export const fitTensors = (network: Network, { tensors }: TensorFile, { family, prefix }: Place): Fit => {
  const used = new Map<string, string>();
  const misfits: Misfit[] = [];
  const counters = new Set<string>();
  for (const { parameter: { name: ours, role, dims }, theirs } of renameParameters(network, withClassifier(family))) {
    const name = theirs === null ? null : prefix + theirs;
    const tensor = name === null ? undefined : tensors.get(name);
    if (name === null || tensor === undefined) {
      misfits.push({ kind: 'missing', name: name ?? ours, text: name === null ? `${ours} has no name in the files of ${family.title}.` : `${shown(name)} is missing (here ${ours}).` });
      continue;
    }
    used.set(ours, name);
    if (role === 'variance') counters.add(name.replace(/[^.]*$/, 'num_batches_tracked'));
    if (tensor.dims.length !== dims.length || dims.some((dim, n) => dim !== tensor.dims[n])) {
      misfits.push({ kind: 'shape', name, text: `${shown(name)} is ${size(tensor.dims)}; ${size(dims)} is needed (here ${ours}).` });
    } else if (!floats.has(tensor.type)) {
      misfits.push({ kind: 'type', name, text: `${shown(name)} is of type ${tensor.type}; floating point is needed.` });
    }
  }
  const taken = new Set(used.values());
  const classifier = new Set(family.classifier === null ? [] : ['weight', 'bias'].map((part) => `${prefix}${family.classifier ?? ''}.${part}`));
  const rest = [...tensors.keys()].filter((name) => !taken.has(name));
  const ignored = rest.filter((name) => counters.has(name));
  const leftOut = rest.filter((name) => classifier.has(name) || !name.startsWith(prefix));
  const extra = rest.filter((name) => !counters.has(name) && !classifier.has(name) && name.startsWith(prefix));
  misfits.push(...extra.map((name): Misfit => ({ kind: 'extra', name, text: `${shown(name)} is not part of the network.` })));
  return { used, leftOut, ignored, extra, misfits };
};

const withClassifier = ({ names, classifier }: Place['family']): readonly LayerName[] | 'own' =>
  names === 'own' || classifier === null ? names : [...names, ['classifier.linear', classifier]];

/** Classes that a file's classifier tells apart; null where it has none. */
export const classesOf = ({ tensors }: TensorFile, { family: { classifier }, prefix }: Place): number | null =>
  classifier === null ? null : tensors.get(`${prefix}${classifier}.weight`)?.dims[0] ?? null;

export type Taken = { readonly weights: Weights; readonly fit: Fit };

/**
 * The weights of a network from a file. Throws a WeightsError of kind 'misfit' that lists all that is
 * missing, misshapen, not part of the network, or no number that a network can work with.
 */
export const takeWeights = (network: Network, file: TensorFile, place: Place, order: Pixels['order'] = 'rgb'): Taken => {
  const fit = fitTensors(network, file, place);
  if (fit.misfits.length > 0) throw misfitError(network, fit.misfits);
  const weights = new Map<string, Float32Array>();
  const misfits: Misfit[] = [];
  for (const [ours, name] of fit.used) {
    const values = toFloats(name, file.tensors.get(name) as Tensor);
    const text = ours.endsWith('.norm.variance') && values.some((value) => value < 0)
      ? `${shown(name)} holds a variance below zero.`
      : values.every(Number.isFinite) ? null : `${shown(name)} holds numbers that are not finite.`;
    if (text !== null) misfits.push({ kind: 'value', name, text });
    weights.set(ours, values);
  }
  if (misfits.length > 0) throw misfitError(network, misfits);
  if (order === 'bgr') {
    for (const { name, inputs, kernel } of convolutions(network)) {
      const values = inputs[0] === inputName ? weights.get(`${name}.weight`) : undefined;
      if (values !== undefined) turnChannels(values, network.input.channels, kernel ** 2);
    }
  }
  return { weights, fit };
};

/** Turns the order of input channels round, in place: [out, channels, kernel]. */
const turnChannels = (values: Float32Array, channels: number, kernel: number): void => {
  for (let at = 0; at < values.length; at += channels * kernel) {
    const one = values.slice(at, at + channels * kernel);
    for (let channel = 0; channel < channels; channel++) {
      values.set(one.subarray(channel * kernel, (channel + 1) * kernel), at + (channels - 1 - channel) * kernel);
    }
  }
};

/** As many misfits as a message names. */
const named = 12;

const misfitError = (network: Network, misfits: readonly Misfit[]): WeightsError => {
  const count = (kind: Misfit['kind']): number => misfits.filter((each) => each.kind === kind).length;
  const sums = ([['missing', 'missing'], ['shape', 'of other dimensions'], ['extra', 'not part of it'], ['type', 'of another type'], ['value', 'unusable']] as const)
    .flatMap(([kind, text]) => (count(kind) > 0 ? [`${count(kind)} ${text}`] : []));
  const texts = misfits.map(({ text }) => text);
  const more = texts.length > named ? [`And ${texts.length - named} more; --json lists all.`] : [];
  return new WeightsError(
    'misfit', [`The weights do not fit ${network.title}: ${sums.join(', ')}.`, ...texts.slice(0, named), ...more].join('\n  '), '', texts,
  );
};
