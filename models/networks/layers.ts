/** Size of one picture's activations: a tensor of channels x height x width. */
export type Shape = { readonly channels: number; readonly height: number; readonly width: number };

type Base = {
  /** Unique in its network; also the name of what it gives out. */
  readonly name: string;
  /** What it is a part of: 'stem', 'stage2', 'stage2.module1'. */
  readonly module: string;
  /** Names of layers, or `inputName`. */
  readonly inputs: readonly string[];
  readonly to: Shape;
};

/**
 * A convolution with square kernel, padded by half of it on every side.
 * What follows the weights: batch normalisation, a bias, or nothing; then the activation.
 */
export type Conv = Base & {
  readonly kind: 'conv';
  readonly from: Shape;
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
  readonly affine: 'norm' | 'bias' | 'none';
  readonly activation: Activation;
};

/** `relu6` is relu, cut off at 6. */
export type Activation = 'relu' | 'relu6' | 'none';

/** Batch normalisation that no convolution before it can take in, since others read its input too; then the activation. */
export type Norm = Base & { readonly kind: 'norm'; readonly activation: Activation };

/** Every channel's mean, or the like, mixed: a matrix of weights and a bias. Takes and gives one number a channel. */
export type Linear = Base & { readonly kind: 'linear'; readonly from: Shape };

/**
 * Largest value in each window; `pad` pixels around the picture never win. In ceil mode (ONNX's and
 * PyTorch's) a window that reaches over the edge counts, if it begins before it.
 */
export type MaxPool = Base & {
  readonly kind: 'max-pool';
  readonly from: Shape;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly ceil: boolean;
};

/** Mean of each window that lies inside of the picture. */
export type AveragePool = Base & { readonly kind: 'average-pool'; readonly from: Shape; readonly kernel: number; readonly stride: number };

/** Sum, element by element; then the activation. */
export type Add = Base & { readonly kind: 'add'; readonly activation: Activation };

/** `concat` along channels; `scale` element by element, its second input being one number a channel. */
export type Joint = Base & { readonly kind: 'concat' | 'scale' };

/** Mean over height and width. */
export type Mean = Base & { readonly kind: 'mean'; readonly from: Shape };

/** Each value `factor` times in a row, in width and in height. */
export type Upsample = Base & { readonly kind: 'upsample'; readonly factor: number };

/** relu6(x + 3) / 6, element by element. */
export type HardSigmoid = Base & { readonly kind: 'hard-sigmoid' };

export type Layer = Conv | Norm | Linear | MaxPool | AveragePool | Add | Joint | Mean | Upsample | HardSigmoid;

/** Name by which layers refer to the picture. */
export const inputName = 'image';

/** A network as data, in an order in which it can run: what both the ONNX graph and the cost are made from. */
export type Network = {
  readonly id: string;
  readonly title: string;
  readonly input: Shape;
  readonly layers: readonly Layer[];
  /** What it gives out, by the stride against the picture. */
  readonly features: readonly { readonly stride: number; readonly layer: string; readonly shape: Shape }[];
  /** The layer of the classes' scores, in place of features. */
  readonly classifier?: string;
};

export const convolutions = (network: Network): readonly Conv[] =>
  network.layers.filter((layer): layer is Conv => layer.kind === 'conv');

/** Pixels of one side after a convolution with `kernel` / 2 padding, rounded down. */
export const convSide = (side: number, kernel: number, stride: number): number =>
  Math.floor((side + 2 * Math.floor(kernel / 2) - kernel) / stride) + 1;

/** Pixels of one side after a max-pool. */
export const poolSide = (side: number, { kernel, stride, pad, ceil }: Pick<MaxPool, 'kernel' | 'stride' | 'pad' | 'ceil'>): number => {
  const steps = (side + 2 * pad - kernel) / stride;
  if (!ceil) return Math.floor(steps) + 1;
  const most = Math.ceil(steps) + 1;
  return (most - 1) * stride >= side + pad ? most - 1 : most;
};

export const elements = ({ channels, height, width }: Shape): number => channels * height * width;
