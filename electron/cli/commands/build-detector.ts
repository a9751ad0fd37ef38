import { extname } from 'node:path';
import { UserError } from '../../engine/contract/contract.js';
import { cardPath } from '../../engine/inference/cards.js';
import { networkCost } from '../../../models/cost/cost.js';
import { detectorNetwork } from '../../../models/detector/detector.js';
import { usualClasses, type DetectorRow } from '../../../models/detector/rows.js';
import { toDetectorOnnx, toTrainingOnnx } from '../../../models/detector/to-onnx.js';
import { detectorWeights } from '../../../models/detector/weights.js';
import { modelInputs, modelOutputs } from '../../../models/onnx/read.js';
import { writeModel } from '../../../models/onnx/write.js';
import type { OptionSpec, Parsed } from '../arguments.js';
import { readSize } from '../open-network.js';
import { detectorCard, openTraining, trainedWeights } from '../trained-detector.js';
import { refuseSource, writeWhole } from '../write-whole.js';

export const detectorOptions: Readonly<Record<string, OptionSpec>> = {
  'for-training': { type: 'flag', help: 'build, detectors: raw outputs and batch normalisation as nodes, any size' },
  weights: { type: 'text', value: 'FILE', help: 'build: trained weights, as safetensors' },
  classes: { type: 'text', value: 'NAME,…|N', help: 'build, detectors: what is to be found (those of the weights, else the usual 21); with --classifier a number' },
};

/** Options of `models build` that are for plain networks. */
const foreign = ['stem', 'input', 'any-size', 'keep-norm', 'classifier'] as const;

type Told = { readonly answer: unknown; readonly text: string };

/** Writes a detector's ONNX file and, where it is made for use, the card beside it; gives what is to be told. */
export const buildDetector = async (row: DetectorRow, args: Parsed): Promise<Told> => {
  const path = args.text('output');
  if (path === null) throw new UserError('usage', 'models build needs -o FILE: where to write the model.');
  if (extname(path).toLowerCase() !== '.onnx') throw new UserError('usage', `${path} is no name for a model.`, 'Let it end in .onnx.');
  for (const name of foreign) {
    if (args.text(name) !== null || args.flag(name)) throw new UserError('usage', `--${name} is for plain networks; a detector has its own.`, 'Leave it out.');
  }
  const training = args.flag('for-training');
  if (training && args.flag('fp16')) throw new UserError('usage', 'Trainings start in float32: --fp16 and --for-training exclude each other.');
  const seed = args.number('seed') ?? 0;
  if (!Number.isInteger(seed)) throw new UserError('usage', `--seed is ${seed}; it must be a whole number.`);

  const file = args.text('weights');
  if (file !== null) await refuseSource(path, file, 'the file of weights');
  const trained = file === null ? null : await openTraining(file);
  const classes = readClasses(args.text('classes')) ?? trained?.classes ?? usualClasses;
  const size = readSize(args.text('size') ?? String(row.size));
  const network = inWords(() => detectorNetwork(row, classes.length, size), 'Give another --size, as 320 or 640x384.');
  const weights = trained === null ? detectorWeights(network, seed) : trainedWeights(network, trained);
  const metadata = trained === null ? { seed: String(seed) } : { weights: trained.hash };
  const precision = args.flag('fp16') ? 'float16' : 'float32';
  const model = training ? toTrainingOnnx(network, weights, { classes, metadata }) : toDetectorOnnx(network, weights, { classes, metadata, precision });
  const bytes = writeModel(model);
  await writeWhole(path, bytes);
  const card = training ? null : detectorCard(network, {
    classes, bytes, name: precision === 'float16' ? `${row.title}, float16` : row.title, source: trained?.source ?? `Untrained; weights of seed ${seed}.`,
  });
  if (card !== null) await writeWhole(cardPath(path), new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`));

  const { parameters, multiplyAdds } = networkCost(network);
  const from = trained === null ? `untrained, from seed ${seed}` : `weights ${trained.hash.slice(0, 12)}`;
  return {
    answer: {
      id: network.id, title: network.title, seed: trained === null ? seed : null, weights: trained?.hash ?? null, classes, input: size, parameters, multiplyAdds,
      output: path, card: card === null ? null : cardPath(path), bytes: bytes.length, inputs: modelInputs(model), outputs: modelOutputs(model),
    },
    text: `${path}: ${network.title}, ${size.width}x${size.height}, ${(parameters / 1e6).toFixed(2)} M parameters (${from}), `
      + `${(multiplyAdds / 1e9).toFixed(2)} G multiply-adds, ${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
  };
};

const readClasses = (text: string | null): readonly string[] | null => {
  if (text === null) return null;
  const names = text.split(',').map((name) => name.trim());
  const fault = names.find((name, n) => name === '' || names.indexOf(name) !== n);
  if (fault === undefined) return names;
  throw new UserError('usage', fault === '' ? '--classes has an empty name.' : `--classes has “${fault}” twice.`, 'Give each name once, between commas.');
};

/** What does not fit, as a sentence for a person. */
const inWords = <Value>(make: () => Value, hint: string): Value => {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new UserError('usage', error.message, hint, { cause: error });
    throw error;
  }
};
