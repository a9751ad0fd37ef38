import type { Body } from '../networks/body.js';
import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { PictureSize } from '../networks/vovnet.js';

export type DenseNetRow = {
  readonly id: string;
  readonly title: string;
  /** Channels that the stem gives out. */
  readonly stem: number;
  /** Channels that each layer adds. */
  readonly growth: number;
  /** Layers of the dense blocks at strides 4, 8, 16 and 32. */
  readonly layers: readonly [number, number, number, number];
};

/** Table 1 of arXiv 1608.06993; 161 is the wide one with k = 48 of its published code. */
export const denseNets: readonly DenseNetRow[] = [
  { id: 'densenet-121', title: 'DenseNet-121', stem: 64, growth: 32, layers: [6, 12, 24, 16] },
  { id: 'densenet-161', title: 'DenseNet-161', stem: 96, growth: 48, layers: [6, 12, 36, 24] },
  { id: 'densenet-201', title: 'DenseNet-201', stem: 64, growth: 32, layers: [6, 12, 48, 32] },
];

/** Channels of a layer's 1x1 convolution, in growths. */
const bottleneck = 4;

/** Features are the blocks' joined layers, before they are halved; the last ones normalised. */
export const densenet = ({ stem, growth, layers }: DenseNetRow, size: PictureSize): Body => {
  const composer = createComposer({ channels: 3, ...size });
  const wide = composer.conv('stem', 'conv', composer.image, { channels: stem, kernel: 7, stride: 2 });
  let value = composer.maxPool('stem', 'pool', wide, { kernel: 3, stride: 2, pad: 1, ceil: false });
  const features = layers.map((count, at) => {
    const stage = `stage${at + 2}`;
    if (at > 0) {
      const half = addPreConv(composer, `stage${at + 1}.transition`, value, Math.floor(value.shape.channels / 2));
      value = composer.averagePool(`stage${at + 1}.transition`, 'pool', half, 2, 2);
    }
    value = addDenseBlock(composer, stage, value, { layers: count, bottleneck: bottleneck * growth, growth });
    if (at === layers.length - 1) value = composer.norm(stage, 'norm', value);
    return value;
  });
  return { composer, features };
};

export type DenseBlockSpec = {
  readonly layers: number;
  /** Channels of each layer's 1x1 convolution. */
  readonly bottleneck: number;
  readonly growth: number;
};

/**
 * Dense block: each layer reads the input and all layers before it, joined, and adds `growth` channels.
 * Normalisation and ReLU come before a convolution. That before the 3x3 one belongs to the 1x1 before
 * it and can be folded; that of the joined channels differs from layer to layer and cannot. The new
 * channels are joined to what is joined already, as in the code for Caffe.
 */
export const addDenseBlock = (composer: Composer, stage: string, input: Output, { layers, bottleneck: narrow, growth }: DenseBlockSpec): Output => {
  let value = input;
  for (let n = 1; n <= layers; n++) {
    const module = `${stage}.layer${n}`;
    const mixed = composer.conv(module, 'conv1', composer.norm(module, 'norm', value), { channels: narrow, kernel: 1 });
    const fresh = composer.conv(module, 'conv2', mixed, { channels: growth, kernel: 3, affine: 'none', activation: 'none' });
    value = composer.concat(module, 'concat', [value, fresh]);
  }
  return value;
};

/** Normalisation, ReLU and 1x1 convolution. */
export const addPreConv = (composer: Composer, module: string, input: Output, channels: number): Output =>
  composer.conv(module, 'conv', composer.norm(module, 'norm', input), { channels, kernel: 1, affine: 'none', activation: 'none' });
