import { Tensor, type InferenceSession } from 'onnxruntime-common';
import { createRandom, type Random } from '../../../models/networks/random.js';
import { numberToHalf } from '../inference/tensors.js';
import type { BenchGraph } from './types.js';

type Numbers = NonNullable<BenchGraph['values']>[string];

/** How the elements of each type are made: from what is given, or else from chance, so that no kernel has an easy time. */
const fills: Readonly<Record<string, (size: number, random: Random, given: Numbers | undefined) => Tensor['data']>> = {
  float32: (size, random, given) => Float32Array.from({ length: size }, numbers(given, () => 2 * random() - 1)),
  float64: (size, random, given) => Float64Array.from({ length: size }, numbers(given, () => 2 * random() - 1)),
  float16: (size, random, given) => {
    const next = numbers(given, () => 2 * random() - 1);
    return Uint16Array.from({ length: size }, (_, at) => numberToHalf(next(_, at)));
  },
  uint8: (size, random, given) => Uint8Array.from({ length: size }, numbers(given, () => Math.floor(256 * random()))),
  int8: (size, random, given) => Int8Array.from({ length: size }, numbers(given, () => Math.floor(256 * random()) - 128)),
  int32: (size, _, given) => Int32Array.from({ length: size }, numbers(given, () => 1)),
  int64: (size, _, given) => {
    const next = numbers(given, () => 1);
    return BigInt64Array.from({ length: size }, (each, at) => BigInt(next(each, at)));
  },
  bool: (size, _, given) => Uint8Array.from({ length: size }, numbers(given, () => 1)),
};

const numbers = (given: Numbers | undefined, other: () => number) => (_: unknown, at: number): number =>
  (given === undefined ? other() : ((given.length === 1 ? given[0] : given[at]) ?? 0));

/** Made-up inputs for a session, the same every time. Throws an Error for inputs whose shape or type nothing tells. */
export const feedsFor = (
  metadata: readonly InferenceSession.ValueMetadata[], inputs: BenchGraph['inputs'], values: BenchGraph['values'] = {},
): Readonly<Record<string, Tensor>> => Object.fromEntries(metadata.map((input) => {
  const { name } = input;
  if (!input.isTensor) throw new Error(`The input '${name}' is no tensor.`);
  const dims = inputs[name] ?? input.shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new Error(`Nothing says how large the input '${name}' is to be.`);
  });
  const fill = fills[input.type];
  if (fill === undefined) throw new Error(`The input '${name}' is of type ${input.type}, for which nothing can be made up.`);
  const size = dims.reduce((product, dim) => product * dim, 1);
  const data = fill(size, createRandom(1, name), values[name]);
  // The constructor's overloads do not take a type that is only known at run time.
  return [name, new Tensor(input.type as 'float32', data as Float32Array, dims)];
}));
