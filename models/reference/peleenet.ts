import type { Body } from '../networks/body.js';
import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { PictureSize } from '../networks/vovnet.js';

export type PeleeNetRow = {
  readonly id: string;
  readonly title: string;
  /** Channels that the stem gives out. */
  readonly stem: number;
  /** Channels that each layer adds, half from each of its two ways. */
  readonly growth: number;
  /** Layers at strides 4, 8, 16 and 32, and channels of their 1x1 convolutions, in half growths. */
  readonly layers: readonly [number, number, number, number];
  readonly bottleneck: readonly [number, number, number, number];
};

/** Table 1 of arXiv 1804.06882. Convolution, normalisation and ReLU come in this order, so that all can be folded. */
export const peleeNets: readonly PeleeNetRow[] = [
  { id: 'peleenet', title: 'PeleeNet', stem: 32, growth: 32, layers: [3, 4, 8, 6], bottleneck: [1, 2, 4, 4] },
];

export const peleenet = ({ stem, growth, layers, bottleneck }: PeleeNetRow, size: PictureSize): Body => {
  const composer = createComposer({ channels: 3, ...size });
  let value = addStem(composer, stem);
  const features = layers.map((count, at) => {
    const stage = `stage${at + 2}`;
    if (at > 0) value = composer.averagePool(stage, 'pool', value, 2, 2);
    for (let n = 1; n <= count; n++) value = addTwoWay(composer, `${stage}.layer${n}`, value, growth / 2, bottleneck[at] ?? 1);
    value = composer.conv(stage, 'transition', value, { channels: value.shape.channels, kernel: 1 });
    return value;
  });
  return { composer, features };
};

/** To a quarter of the picture on two ways: learned with stride 2, and pooled, over the edge as in Caffe, so that both fit at any size. */
const addStem = (composer: Composer, channels: number): Output => {
  const half = composer.conv('stem', 'conv1', composer.image, { channels, kernel: 3, stride: 2 });
  const narrow = composer.conv('stem', 'conv2a', half, { channels: channels / 2, kernel: 1 });
  const learned = composer.conv('stem', 'conv2b', narrow, { channels, kernel: 3, stride: 2 });
  const pooled = composer.maxPool('stem', 'pool', half, { kernel: 2, stride: 2 });
  return composer.conv('stem', 'conv3', composer.concat('stem', 'concat', [pooled, learned]), { channels, kernel: 1 });
};

/** Two-way dense layer: one 3x3 convolution sees small things, two in a row see larger ones. */
const addTwoWay = (composer: Composer, module: string, input: Output, growth: number, width: number): Output => {
  // No more than half of the input's channels, as in the published code: the first layers would else grow wider than what they read.
  const narrow = Math.min(growth * width, Math.floor(input.shape.channels / 8) * 4);
  const conv = (part: string, from: Output, channels: number, kernel: number): Output => composer.conv(module, part, from, { channels, kernel });
  const near = conv('near.conv2', conv('near.conv1', input, narrow, 1), growth, 3);
  const far = conv('far.conv2', conv('far.conv1', input, narrow, 1), growth, 3);
  return composer.concat(module, 'concat', [input, near, conv('far.conv3', far, growth, 3)]);
};
