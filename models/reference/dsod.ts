import type { Body } from '../networks/body.js';
import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { PictureSize } from '../networks/vovnet.js';
import { addDenseBlock, addPreConv } from './densenet.js';

export type DsodRow = {
  readonly id: string;
  readonly title: string;
  /** DS/A-B-k-θ of arXiv 1708.01241: channels of the first convolution, of each bottleneck, and those a layer adds; θ is 1 here. */
  readonly stem: number;
  readonly bottleneck: number;
  readonly growth: number;
};

/** The lightest DSOD, which arXiv 1904.09730 compares with: 3 + 2·(6 + 8 + 8 + 8) + 4 = 67 convolutions. */
export const dsods: readonly DsodRow[] = [
  { id: 'dsod-densenet-67', title: 'DSOD’s DenseNet-67 (DS/64-64-16-1)', stem: 64, bottleneck: 64, growth: 16 },
];

/** Channels of what DSOD looks at from stride 16 on, half from each of two ways. */
const lookedAt = 512;

/**
 * DenseNet-67 ends at stride 16. What follows is DSOD's own: its stride-8 feature, made smaller, is
 * joined at stride 16, and a first step down leads to stride 32. Pools reach over the edge, as in Caffe.
 */
export const dsod = ({ stem, bottleneck, growth }: DsodRow, size: PictureSize): Body => {
  const composer = createComposer({ channels: 3, ...size });
  const pool = (module: string, input: Output): Output => composer.maxPool(module, 'pool', input, { kernel: 2, stride: 2 });
  const block = (stage: string, input: Output, layers: number): Output => addDenseBlock(composer, stage, input, { layers, bottleneck, growth });
  const transition = (module: string, input: Output, channels = input.shape.channels): Output => addPreConv(composer, module, input, channels);

  let value = composer.conv('stem', 'conv1', composer.image, { channels: stem, kernel: 3, stride: 2 });
  value = composer.conv('stem', 'conv2', value, { channels: stem, kernel: 3 });
  value = composer.conv('stem', 'conv3', value, { channels: 2 * stem, kernel: 3 });
  const first = transition('stage2.transition', block('stage2', pool('stem', value), 6));
  const second = transition('stage3.transition', block('stage3', pool('stage2', first), 8));
  value = transition('stage4a.transition', block('stage4a', pool('stage3', second), 8));
  value = transition('stage4b.transition', block('stage4b', value, 8), lookedAt / 2);

  const smaller = addPreConv(composer, 'dsod.stride16', pool('dsod.stride16', second), lookedAt / 2);
  const third = composer.concat('dsod.stride16', 'concat', [value, smaller]);
  return { composer, features: [first, second, third, addStepDown(composer, 'dsod.stride32', third)] };
};

/** Half of the channels through a pool, half learned with stride 2. */
const addStepDown = (composer: Composer, module: string, input: Output): Output => {
  const channels = lookedAt / 2;
  const mixed = composer.conv(module, 'conv1', composer.norm(module, 'norm', input), { channels, kernel: 1 });
  const learned = composer.conv(module, 'conv2', mixed, { channels, kernel: 3, stride: 2, affine: 'none', activation: 'none' });
  const pooled = composer.maxPool(module, 'pool', input, { kernel: 2, stride: 2 });
  return composer.concat(module, 'concat', [addPreConv(composer, `${module}.pooled`, pooled, channels), learned]);
};
