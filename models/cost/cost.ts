import { elements, inputName, type Conv, type Layer, type Linear, type Network, type Norm, type Shape } from '../networks/layers.js';

/**
 * What a convolution, or several, cost for one picture. Elements are counted, never bytes; one
 * multiplication with its addition counts one multiply-add (what arXiv 1904.09730 calls a FLOP;
 * other tools call it two).
 */
export type Cost = {
  /** Weights, and two numbers a channel for batch normalisation or one for a bias. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Elements read and written once each: input, output and weights. */
  readonly memoryAccess: number;
  /** The least memory access that any split into input and output channels of as many multiply-adds would have. */
  readonly memoryAccessBound: number;
  /** `memoryAccess` ÷ `memoryAccessBound`: 1 where input and output are balanced, more elsewhere. */
  readonly memoryAccessRatio: number;
  /** Multiply-adds for each element read or written. */
  readonly arithmeticIntensity: number;
};

export type LayerCost = Cost & {
  readonly name: string;
  readonly module: string;
  readonly kind: 'conv' | 'linear' | 'norm';
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
  readonly input: Shape;
  readonly output: Shape;
};

export type NetworkCost = Cost & {
  /** Most elements of activations alive at once, layers run in order; see `peakActivations`. */
  readonly peakActivationElements: number;
  readonly peakActivationBytes: number;
  /** Its convolutions, normalisations of their own and linear layers, whose costs add up to the whole. */
  readonly layers: readonly LayerCost[];
};

type Sums = Pick<Cost, 'parameters' | 'multiplyAdds' | 'memoryAccess' | 'memoryAccessBound'>;

/** Where nothing is moved, the ratio is 1 and the intensity 0. */
export const withRatios = (sums: Sums): Cost => ({
  ...sums,
  memoryAccessRatio: sums.memoryAccessBound === 0 ? 1 : sums.memoryAccess / sums.memoryAccessBound,
  arithmeticIntensity: sums.memoryAccess === 0 ? 0 : sums.multiplyAdds / sums.memoryAccess,
});

const affineParameters = { norm: 2, bias: 1, none: 0 } as const;

/**
 * Cost of one convolution. Multiply-adds B = k²·h_o·w_o·c_i·c_o ÷ groups. Memory access is Eq. 1 of
 * arXiv 1904.09730, h·w·(c_i + c_o) + k²·c_i·c_o, with the input and output sizes apart (stride) and
 * the weights divided by the groups. Its bound is the paper's, 2·sqrt(h·w·B ÷ k²) + B ÷ (h·w), carried
 * over in the same way: the mean of two sizes is no less than the root of their product.
 */
export const convCost = (conv: Conv): LayerCost => {
  const { name, module, kernel, stride, groups, from: input, to: output, affine } = conv;
  const weights = (kernel ** 2 * input.channels * output.channels) / groups;
  const [read, written] = [elements(input), elements(output)];
  return {
    name, module, kind: 'conv', kernel, stride, groups, input, output,
    ...withRatios({
      parameters: weights + affineParameters[affine] * output.channels,
      multiplyAdds: weights * output.height * output.width,
      memoryAccess: read + written + weights,
      memoryAccessBound: 2 * Math.sqrt(read * written) + weights,
    }),
  };
};

/**
 * A normalisation that stands on its own adds its two numbers a channel and nothing else: the papers
 * count the work of convolutions and classifiers alone.
 */
const normCost = ({ name, module, to }: Norm): LayerCost => ({
  name, module, kind: 'norm', kernel: 1, stride: 1, groups: to.channels, input: to, output: to,
  ...withRatios({ parameters: 2 * to.channels, multiplyAdds: 0, memoryAccess: 0, memoryAccessBound: 0 }),
});

/** A linear layer is a 1x1 convolution of a single pixel. */
const linearCost = (linear: Linear): LayerCost => ({
  ...convCost({ ...linear, kind: 'conv', kernel: 1, stride: 1, groups: 1, affine: 'bias', activation: 'none' }), kind: 'linear',
});

const layerCosts = (layer: Layer): readonly LayerCost[] => {
  if (layer.kind === 'conv') return [convCost(layer)];
  if (layer.kind === 'norm') return [normCost(layer)];
  return layer.kind === 'linear' ? [linearCost(layer)] : [];
};

/** Cost of a network: the sum over its layers that have weights. `bytes` is the size of one activation element. */
export const networkCost = (network: Network, bytes = 4): NetworkCost => {
  const layers = network.layers.flatMap(layerCosts);
  const sum = (key: keyof Sums): number => layers.reduce((total, layer) => total + layer[key], 0);
  const peak = peakActivations(network);
  return {
    ...withRatios({
      parameters: sum('parameters'),
      multiplyAdds: sum('multiplyAdds'),
      memoryAccess: sum('memoryAccess'),
      memoryAccessBound: sum('memoryAccessBound'),
    }),
    peakActivationElements: peak,
    peakActivationBytes: peak * bytes,
    layers,
  };
};

/**
 * Most activation elements held at once for one picture: layers run in their order, each output is
 * kept until its last reader has run, features given out are kept to the end, and a layer holds its
 * inputs and its output at the same time. Normalisation and ReLU work in place.
 */
export const peakActivations = (network: Network): number => {
  const lastUse = new Map<string, number>();
  network.layers.forEach(({ name, inputs }, at) => {
    lastUse.set(name, at);
    for (const input of inputs) lastUse.set(input, at);
  });
  for (const { layer } of network.features) lastUse.set(layer, Infinity);
  if (network.classifier !== undefined) lastUse.set(network.classifier, Infinity);
  const held = new Map([[inputName, elements(network.input)]]);
  let alive = elements(network.input);
  let peak = alive;
  network.layers.forEach(({ name, to, inputs }, at) => {
    held.set(name, elements(to));
    alive += elements(to);
    peak = Math.max(peak, alive);
    for (const done of new Set([...inputs, name])) {
      if (lastUse.get(done) === at) alive -= held.get(done) ?? 0;
    }
  });
  return peak;
};
