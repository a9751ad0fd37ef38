import { UserError } from '../../engine/contract/contract.js';
import { networkCost } from '../../../models/cost/cost.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { modelInputs, modelOutputs } from '../../../models/onnx/read.js';
import { writeModel } from '../../../models/onnx/write.js';
import type { OptionSpec, Parsed } from '../arguments.js';
import { networkOptions, openNetwork } from '../open-network.js';
import { writeWhole } from '../write-whole.js';

export const buildOptions: Readonly<Record<string, OptionSpec>> = {
  ...networkOptions,
  seed: { type: 'number', range: [0, Number.MAX_SAFE_INTEGER], help: 'build: number the untrained weights come from (0)' },
  fp16: { type: 'flag', help: 'build: half precision' },
  input: { type: 'text', value: 'KIND', choices: ['bytes', 'numbers'], help: 'build: uint8 [n,h,w,3], normalised inside, or [n,3,h,w] (bytes)' },
  'any-size': { type: 'flag', help: 'build: leave the size of the picture open' },
  'keep-norm': { type: 'flag', help: 'build: batch normalisation as nodes of its own, to train on' },
  output: { type: 'text', short: 'o', value: 'FILE', help: 'build: the .onnx file to write' },
};

/** Writes the ONNX file of the network `id`; gives what is to be told about it. */
export const buildNetwork = async (id: string, args: Parsed): Promise<{ readonly answer: unknown; readonly text: string }> => {
  const path = args.text('output');
  if (path === null) throw new UserError('usage', 'models build needs -o FILE: where to write the model.');
  const { network, stem } = openNetwork(id, args);
  const seed = args.number('seed') ?? 0;
  if (!Number.isInteger(seed)) throw new UserError('usage', `--seed is ${seed}; it must be a whole number.`);
  const model = toOnnx(network, seededWeights(network, seed), {
    input: args.text('input') === 'numbers' ? 'numbers' : 'bytes',
    anySize: args.flag('any-size'),
    keepNorm: args.flag('keep-norm'),
    precision: args.flag('fp16') ? 'float16' : 'float32',
    metadata: { stem, seed: String(seed) },
  });
  const bytes = writeModel(model);
  await writeWhole(path, bytes);
  const { parameters } = networkCost(network);
  return {
    answer: { id: network.id, title: network.title, stem, seed, parameters, output: path, bytes: bytes.length, inputs: modelInputs(model), outputs: modelOutputs(model) },
    text: `${path}: ${network.title}, ${(parameters / 1e6).toFixed(2)} M untrained parameters from seed ${seed}, ${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
  };
};
