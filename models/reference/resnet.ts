import type { Body } from '../networks/body.js';
import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { PictureSize } from '../networks/vovnet.js';

export type ResNetRow = {
  readonly id: string;
  readonly title: string;
  /** Bottleneck blocks of stages 2 to 5. */
  readonly blocks: readonly [number, number, number, number];
};

/**
 * Table 1 of arXiv 1512.03385 in the form called v1.5, which torchvision and timm have: a stage's first
 * stride is in its 3x3 convolution. Caffe's first models have it in the 1x1 convolution before (3.86 in
 * place of 4.09 G multiply-adds for 50 layers at 224).
 */
export const resnets: readonly ResNetRow[] = [
  { id: 'resnet-50', title: 'ResNet-50 v1.5', blocks: [3, 4, 6, 3] },
  { id: 'resnet-101', title: 'ResNet-101 v1.5', blocks: [3, 4, 23, 3] },
];

/** Channels that a block gives out, against those of its 3x3 convolution. */
const expansion = 4;

export const resnet = ({ blocks }: ResNetRow, size: PictureSize): Body => {
  const composer = createComposer({ channels: 3, ...size });
  const wide = composer.conv('stem', 'conv', composer.image, { channels: 64, kernel: 7, stride: 2 });
  let value = composer.maxPool('stem', 'pool', wide, { kernel: 3, stride: 2, pad: 1, ceil: false });
  const features = blocks.map((count, at) => {
    for (let n = 1; n <= count; n++) {
      value = addBlock(composer, `stage${at + 2}.block${n}`, value, 64 * 2 ** at, n === 1 && at > 0 ? 2 : 1);
    }
    return value;
  });
  return { composer, features };
};

/** 1x1, 3x3 and 1x1 convolution; the input is added, itself or through a 1x1 convolution where shapes differ. */
const addBlock = (composer: Composer, module: string, input: Output, channels: number, stride: number): Output => {
  const out = channels * expansion;
  let value = composer.conv(module, 'conv1', input, { channels, kernel: 1 });
  value = composer.conv(module, 'conv2', value, { channels, kernel: 3, stride });
  value = composer.conv(module, 'conv3', value, { channels: out, kernel: 1, activation: 'none' });
  const shortcut = stride === 1 && input.shape.channels === out
    ? input
    : composer.conv(module, 'shortcut', input, { channels: out, kernel: 1, stride, activation: 'none' });
  return composer.add(module, 'add', value, shortcut, 'relu');
};
