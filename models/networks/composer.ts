import { convSide, inputName, poolSide, type Activation, type Conv, type Joint, type Layer, type Shape } from './layers.js';

/** What a layer gives out, as the next ones take it. */
export type Output = { readonly name: string; readonly shape: Shape };

export type ConvOptions = {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly affine?: Conv['affine'];
  readonly activation?: Activation;
};

/** Without `pad` there is none; a window over the edge counts where `ceil` says nothing else. */
export type PoolOptions = { readonly kernel: number; readonly stride: number; readonly pad?: number; readonly ceil?: boolean };

/** Adds layers one after the other. A layer is called `module.part`. */
export type Composer = {
  readonly layers: readonly Layer[];
  readonly image: Output;
  /** Convolution, batch normalisation and ReLU, where nothing else is said. */
  readonly conv: (module: string, part: string, input: Output, options: ConvOptions) => Output;
  /** Batch normalisation on its own, and ReLU, where nothing else is said. */
  readonly norm: (module: string, part: string, input: Output, activation?: Activation) => Output;
  /** Weights and bias for one number a channel. */
  readonly linear: (module: string, part: string, input: Output, channels: number) => Output;
  readonly maxPool: (module: string, part: string, input: Output, options: PoolOptions) => Output;
  readonly averagePool: (module: string, part: string, input: Output, kernel: number, stride: number) => Output;
  readonly concat: (module: string, part: string, inputs: readonly Output[]) => Output;
  readonly add: (module: string, part: string, a: Output, b: Output, activation?: Activation) => Output;
  readonly scale: (module: string, part: string, input: Output, factors: Output) => Output;
  readonly mean: (module: string, part: string, input: Output) => Output;
  /** Nearest neighbours: each value `factor` times in width and in height. */
  readonly upsample: (module: string, part: string, input: Output, factor: number) => Output;
  readonly hardSigmoid: (module: string, part: string, input: Output) => Output;
};

/** Starts a network for pictures of `input`. Throws a RangeError where a layer would have nothing to work on. */
export const createComposer = (input: Shape): Composer => {
  const layers: Layer[] = [];
  const push = (layer: Layer): Output => {
    const { height, width } = layer.to;
    if (height < 1 || width < 1) {
      throw new RangeError(`A picture of ${input.width} x ${input.height} is too small: nothing of it is left at ${layer.name}.`);
    }
    layers.push(layer);
    return { name: layer.name, shape: layer.to };
  };
  /** Refuses parts of different width or height: rounded in different ways, they cannot be joined. */
  const together = (name: string, parts: readonly Output[]): void => {
    const sides = new Set(parts.map(({ shape }) => `${shape.width} x ${shape.height}`));
    if (sides.size > 1) throw new RangeError(`Parts of ${[...sides].join(' and ')} cannot be joined at ${name}.`);
  };
  const joint = (kind: Joint['kind'], module: string, part: string, inputs: readonly Output[], to: Shape): Output =>
    push({ kind, name: `${module}.${part}`, module, inputs: inputs.map(({ name }) => name), to });

  return {
    layers,
    image: { name: inputName, shape: input },
    conv: (module, part, { name, shape }, { channels, kernel, stride = 1, groups = 1, affine = 'norm', activation = 'relu' }) => push({
      kind: 'conv', name: `${module}.${part}`, module, inputs: [name], from: shape,
      to: { channels, height: convSide(shape.height, kernel, stride), width: convSide(shape.width, kernel, stride) },
      kernel, stride, groups, affine, activation,
    }),
    norm: (module, part, { name, shape }, activation = 'relu') =>
      push({ kind: 'norm', name: `${module}.${part}`, module, inputs: [name], to: shape, activation }),
    linear: (module, part, { name, shape }, channels) => {
      if (shape.width * shape.height !== 1) throw new RangeError(`${module}.${part} takes one number a channel.`);
      return push({ kind: 'linear', name: `${module}.${part}`, module, inputs: [name], from: shape, to: { channels, height: 1, width: 1 } });
    },
    maxPool: (module, part, { name, shape }, { kernel, stride, pad = 0, ceil = true }) => {
      const window = { kernel, stride, pad, ceil };
      return push({
        kind: 'max-pool', name: `${module}.${part}`, module, inputs: [name], from: shape,
        to: { channels: shape.channels, height: poolSide(shape.height, window), width: poolSide(shape.width, window) },
        ...window,
      });
    },
    averagePool: (module, part, { name, shape }, kernel, stride) => {
      const side = (length: number): number => poolSide(length, { kernel, stride, pad: 0, ceil: false });
      return push({
        kind: 'average-pool', name: `${module}.${part}`, module, inputs: [name], from: shape,
        to: { channels: shape.channels, height: side(shape.height), width: side(shape.width) }, kernel, stride,
      });
    },
    concat: (module, part, inputs) => {
      const [first, ...others] = inputs;
      if (first === undefined) throw new RangeError(`Nothing is to be joined at ${module}.${part}.`);
      together(`${module}.${part}`, inputs);
      const channels = others.reduce((sum, { shape }) => sum + shape.channels, first.shape.channels);
      return joint('concat', module, part, inputs, { ...first.shape, channels });
    },
    add: (module, part, a, b, activation = 'none') => {
      together(`${module}.${part}`, [a, b]);
      if (a.shape.channels !== b.shape.channels) throw new RangeError(`${a.shape.channels} and ${b.shape.channels} channels cannot be added at ${module}.${part}.`);
      return push({ kind: 'add', name: `${module}.${part}`, module, inputs: [a.name, b.name], to: a.shape, activation });
    },
    scale: (module, part, of, factors) => joint('scale', module, part, [of, factors], of.shape),
    mean: (module, part, { name, shape }) => push({
      kind: 'mean', name: `${module}.${part}`, module, inputs: [name], from: shape, to: { channels: shape.channels, height: 1, width: 1 },
    }),
    upsample: (module, part, { name, shape }, factor) => push({
      kind: 'upsample', name: `${module}.${part}`, module, inputs: [name], factor,
      to: { channels: shape.channels, height: shape.height * factor, width: shape.width * factor },
    }),
    hardSigmoid: (module, part, { name, shape }) =>
      push({ kind: 'hard-sigmoid', name: `${module}.${part}`, module, inputs: [name], to: shape }),
  };
};
