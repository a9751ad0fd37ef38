import { extname } from 'node:path';
import { UserError } from '../../engine/contract/contract.js';
import { networkCost } from '../../../models/cost/cost.js';
import type { Network } from '../../../models/networks/layers.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { findVariant, type Stem } from '../../../models/networks/variants.js';
import { seededWeights, type Weights } from '../../../models/networks/weights.js';
import { modelInputs, modelOutputs } from '../../../models/onnx/read.js';
import { writeModel } from '../../../models/onnx/write.js';
import { shown } from '../../../models/weights/error.js';
import { packWeights } from '../../../models/weights/pack.js';
import { ownNotes } from '../../../models/weights/recognise.js';
import type { OptionSpec, Parsed } from '../arguments.js';
import { networkOptions, openNetwork, readSize } from '../open-network.js';
import { openTrained, weightsOptions, type TrainedNetwork } from '../open-weights.js';
import { refuseSource, writeWhole } from '../write-whole.js';

export const buildOptions: Readonly<Record<string, OptionSpec>> = {
  ...networkOptions,
  seed: { type: 'number', range: [0, Number.MAX_SAFE_INTEGER], help: 'build: number the untrained weights come from (0)' },
  fp16: { type: 'flag', help: 'build: half precision' },
  input: { type: 'text', value: 'KIND', choices: ['bytes', 'numbers'], help: 'build: uint8 [n,h,w,3], normalised inside, or [n,3,h,w] (bytes)' },
  'any-size': { type: 'flag', help: 'build: leave the size of the picture open' },
  'keep-norm': { type: 'flag', help: 'build: batch normalisation as nodes of its own, to train on' },
  classifier: { type: 'flag', help: 'build, networks: give the scores of classes in place of features (--classes N of them, else those of the weights, else 1000)' },
  ...weightsOptions,
  output: { type: 'text', short: 'o', value: 'FILE', help: 'build: the file to write: .onnx, or .safetensors for the weights of a network alone' },
};

/**
 * Writes the network `id`, untrained or with the weights of a file: as ONNX or, where the name ends in
 * .safetensors, its weights alone. Gives what is to be told about it.
 */
export const buildNetwork = async (id: string, args: Parsed): Promise<{ readonly answer: unknown; readonly text: string }> => {
  const path = args.text('output');
  if (path === null) throw new UserError('usage', 'models build needs -o FILE: where to write the model.');
  const file = args.text('weights');
  if (file !== null) await refuseSource(path, file, 'the file of weights');
  const { network, stem, weights, trained, seed } = await openSource(id, args);
  const written = extname(path).toLowerCase() === '.safetensors' ? asWeights(network, weights, { stem, trained }, args) : asModel(network, weights, { stem, trained, seed }, args);
  await writeWhole(path, written.bytes);
  const { parameters } = networkCost(network);
  const about = `${network.title}, ${(parameters / 1e6).toFixed(2)} M`;
  const from = trained === null ? `${about} untrained parameters from seed ${seed}` : `${about} parameters of ${trained.member.name} (${trained.found.family.title})`;
  return {
    answer: {
      id: network.id, title: network.title, stem, seed: trained === null ? seed : null, weights: trained === null ? null : weightsAnswer(trained),
      parameters, output: path, bytes: written.bytes.length, ...written.answer,
    },
    text: [`${path}: ${from}, ${(written.bytes.length / 2 ** 20).toFixed(1)} MiB`, ...(trained === null ? [] : weightsText(trained))].join('\n'),
  };
};

type Source = { readonly network: Network; readonly stem: Stem | null; readonly weights: Weights; readonly trained: TrainedNetwork | null; readonly seed: number };

const openSource = async (id: string, args: Parsed): Promise<Source> => {
  const file = args.text('weights');
  if (file !== null && args.number('seed') !== null) throw new UserError('usage', '--seed is for untrained networks: --weights and --seed exclude each other.');
  if (file === null && args.text('prefix') !== null) throw new UserError('usage', '--prefix says which weights of a file are meant: it needs --weights.');
  const seed = args.number('seed') ?? 0;
  if (!Number.isInteger(seed)) throw new UserError('usage', `--seed is ${seed}; it must be a whole number.`);
  const classes = readClassCount(args);
  if (file === null) {
    const { network, stem } = openNetwork(id, args, classes);
    return { network, stem, weights: seededWeights(network, seed), trained: null, seed };
  }
  const trained = await openTrained(file, id, {
    size: readSize(args.text('size') ?? '224'), stem: args.text('stem'), prefix: args.text('prefix'),
    classes: classes !== null && args.text('classes') === null ? 'file' : classes,
  });
  return { network: trained.network, stem: trained.stem, weights: trained.taken.weights, trained, seed };
};

type Written = { readonly bytes: Uint8Array; readonly answer: Readonly<Record<string, unknown>> };

const asModel = (network: Network, weights: Weights, { stem, trained, seed }: Pick<Source, 'stem' | 'trained' | 'seed'>, args: Parsed): Written => {
  const model = toOnnx(network, weights, {
    input: args.text('input') === 'numbers' ? 'numbers' : 'bytes',
    anySize: args.flag('any-size'),
    keepNorm: args.flag('keep-norm'),
    precision: args.flag('fp16') ? 'float16' : 'float32',
    ...(trained !== null && { mean: trained.member.pixels.mean, std: trained.member.pixels.std }),
    metadata: { ...(stem !== null && { stem }), ...(trained === null ? { seed: String(seed) } : { weights: `${trained.found.family.id} ${trained.member.name}` }) },
  });
  return { bytes: writeModel(model), answer: { inputs: modelInputs(model), outputs: modelOutputs(model) } };
};

const asWeights = (network: Network, weights: Weights, { stem, trained }: Pick<Source, 'stem' | 'trained'>, args: Parsed): Written => {
  for (const name of ['input', 'any-size', 'keep-norm']) {
    if (args.flag(name) || args.text(name) !== null) throw new UserError('usage', `--${name} is for models; weights alone have none.`, 'Leave it out, or let the name end in .onnx.');
  }
  const variant = trained === null ? findVariant(network.id) : trained.member.variant;
  const notes = ownNotes(network.id, variant === null || stem === null ? null : { ...variant, stem }, trained?.member.pixels);
  return { bytes: packWeights(network, weights, notes, args.flag('fp16') ? 'F16' : 'F32'), answer: { tensors: weights.size } };
};

/** How many classes the classifier is to tell apart; null without one. */
const readClassCount = (args: Parsed): number | null => {
  const text = args.text('classes');
  if (!args.flag('classifier')) {
    if (text !== null) throw new UserError('usage', '--classes is for detectors, and for networks with --classifier.', 'See: vovision models --help');
    return null;
  }
  const count = Number(text ?? '1000');
  if (/^\d{1,6}$/.test(text ?? '1000') && count >= 1) return count;
  throw new UserError('usage', `--classes is “${text ?? ''}”; with --classifier it must be how many there are, 1 to 999999.`);
};

const weightsAnswer = ({ found: { family, prefix }, member, taken: { fit } }: TrainedNetwork): unknown => ({
  family: family.id, name: member.name, prefix, pixels: member.pixels, used: fit.used.size, leftOut: fit.leftOut, ignored: fit.ignored,
});

const weightsText = ({ member: { pixels }, taken: { fit } }: TrainedNetwork): readonly string[] => [
  `  ${fit.used.size} tensors used${fit.ignored.length > 0 ? `, ${fit.ignored.length} counters of training steps (num_batches_tracked) ignored` : ''}`,
  ...(fit.leftOut.length > 0 ? [`  left out, since the network has no place for them: ${someOf(fit.leftOut)}`] : []),
  `  pixels: red, green, blue; less ${pixels.mean.join(', ')}, divided by ${pixels.std.join(', ')}${pixels.order === 'bgr' ? '; the weights were for blue, green, red and have been turned round' : ''}`,
];

const someOf = (names: readonly string[]): string =>
  [...names.slice(0, 12).map(shown), ...(names.length > 12 ? [`and ${names.length - 12} more`] : [])].join(', ');
