import type { Layer, Network } from './layers.js';
import { createRandom } from './random.js';

/** A network's numbers by name, each row-major in the dimensions `parametersOf` gives. */
export type Weights = ReadonlyMap<string, Float32Array>;

export type ParameterRole = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance';

export type Parameter = {
  /** `LAYER.weight`, `LAYER.bias`, or `LAYER.norm.` and the role; of a normalisation on its own `LAYER.` and the role. */
  readonly name: string;
  readonly role: ParameterRole;
  readonly dims: readonly number[];
};

const normRoles = ['scale', 'shift', 'mean', 'variance'] as const;

/**
 * Every tensor a network needs: weights of convolutions [out, in ÷ groups, kernel, kernel], of
 * linear layers [out, in], all others [channels].
 */
export const parametersOf = (network: Network): readonly Parameter[] => network.layers.flatMap(parametersOfLayer);

const parametersOfLayer = (layer: Layer): readonly Parameter[] => {
  const { name, to: { channels } } = layer;
  const norm = (prefix: string): readonly Parameter[] =>
    normRoles.map((role) => ({ name: `${prefix}.${role}`, role, dims: [channels] }));
  const bias: Parameter = { name: `${name}.bias`, role: 'bias', dims: [channels] };
  if (layer.kind === 'norm') return norm(name);
  if (layer.kind === 'linear') return [{ name: `${name}.weight`, role: 'weight', dims: [channels, layer.from.channels] }, bias];
  if (layer.kind !== 'conv') return [];
  const { from, kernel, groups, affine } = layer;
  return [
    { name: `${name}.weight`, role: 'weight', dims: [channels, from.channels / groups, kernel, kernel] },
    ...(affine === 'bias' ? [bias] : []),
    ...(affine === 'norm' ? norm(`${name}.norm`) : []),
  ];
};

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

const starts: Readonly<Record<Exclude<ParameterRole, 'weight'>, number>> = { bias: 0, scale: 1, shift: 0, mean: 0, variance: 1 };

/** Scale of a normalisation before a sum. Were it 1, sums of tens of blocks would leave the range of half precision. */
const residualStart = 0.25;

/** Scales of the normalisations that end the residual part of a block: what is added to the block's input. */
const residualScales = ({ layers }: Network): ReadonlySet<string> => {
  const summands = new Set(layers.flatMap(({ kind, inputs }) => (kind === 'add' ? inputs.slice(0, 1) : [])));
  return new Set(layers.flatMap((layer) =>
    layer.kind === 'conv' && layer.affine === 'norm' && layer.activation === 'none' && summands.has(layer.name) ? [`${layer.name}.norm.scale`] : []));
};

/**
 * Weights to begin a training with, the same for a seed on every machine. Convolutions are uniform
 * with variance 2 ÷ fan-in (He et al., arXiv 1502.01852, Eq. 10, with a uniform in place of the
 * normal distribution); normalisation changes nothing at first, but that it makes what a residual
 * block adds smaller (as in arXiv 1706.02677, 5.1, where nothing is left of it). A layer's weights
 * depend on its name and the seed alone.
 */
export const seededWeights = (network: Network, seed: number): Weights => {
  const residual = residualScales(network);
  return new Map(parametersOf(network).map(({ name, role, dims }): [string, Float32Array] => {
    const values = new Float32Array(sizeOf(dims));
    if (role !== 'weight') return [name, values.fill(residual.has(name) ? residualStart : starts[role])];
    const [, ...reach] = dims;
    const limit = Math.sqrt(6 / sizeOf(reach));
    const random = createRandom(seed, name);
    for (let n = 0; n < values.length; n++) values[n] = (2 * random() - 1) * limit;
    return [name, values];
  }));
};

/** What is wrong with weights for a network, a sentence each; empty where they fit. */
export const weightFaults = (network: Network, weights: Weights): readonly string[] => {
  const parameters = parametersOf(network);
  const known = new Set(parameters.map(({ name }) => name));
  const faults = parameters.flatMap(({ name, dims }) => {
    const values = weights.get(name);
    if (values === undefined) return [`${name} is missing.`];
    return values.length === sizeOf(dims) ? [] : [`${name} has ${values.length} numbers; ${dims.join(' x ')} are needed.`];
  });
  return [...faults, ...[...weights.keys()].filter((name) => !known.has(name)).map((name) => `${name} is not part of the network.`)];
};
