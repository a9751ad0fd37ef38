import type { Output } from '../networks/composer.js';
import type { Network } from '../networks/layers.js';
import { addModule } from '../networks/vovnet.js';
import { composeNetwork } from './compose.js';

/** A one-shot aggregation module on feature maps of `size` x `size`. */
export type BlockCase = {
  readonly size: number;
  readonly input: number;
  /** Channels of each of its 3x3 convolutions. */
  readonly conv: number;
  readonly out: number;
};

/**
 * Modules like those of VoVNet-39 (the second is its stage 3), with channels for which a dense block
 * of as many multiply-adds has a growth that is a multiple of 16: both lie in memory equally well.
 */
export const blockCases: readonly BlockCase[] = [
  { size: 56, input: 112, conv: 64, out: 256 },
  { size: 28, input: 256, conv: 160, out: 512 },
  { size: 14, input: 320, conv: 224, out: 512 },
  { size: 7, input: 384, conv: 176, out: 512 },
];

/** 3x3 convolutions of either. */
export const blockConvs = 5;

/**
 * Channels that each 3x3 convolution of a dense block adds, so that the block with the same input, as
 * many convolutions and a 1x1 convolution to as many channels out does the multiply-adds of the
 * module: the root of 9·(n·i·g + n·(n-1)/2·g²) + (i + n·g)·o = the module's, to the nearest integer.
 */
export const growthFor = ({ input, conv, out }: Omit<BlockCase, 'size'>, convs = blockConvs): number => {
  const module = 9 * (input * conv + (convs - 1) * conv ** 2) + (input + convs * conv) * out;
  const square = (9 * convs * (convs - 1)) / 2;
  const linear = 9 * convs * input + convs * out;
  const constant = input * out - module;
  return Math.round(square === 0 ? -constant / linear : (Math.sqrt(linear ** 2 - 4 * square * constant) - linear) / (2 * square));
};

/** Convolutions in a row, joined once. */
export const oneShotNetwork = ({ size, input, conv, out }: BlockCase): Network =>
  composeNetwork(`one-shot-${size}`, `One-shot aggregation, ${size} px`, { channels: input, height: size, width: size }, (composer) =>
    addModule(composer, 'module1', composer.image, { conv, convs: blockConvs, out, depthwise: false, ese: false, identity: false }));

/** Each convolution reads the input and all outcomes before it (arXiv 1608.06993, Fig. 1), then the same 1x1 convolution follows. */
export const denseNetwork = (block: BlockCase): Network => {
  const { size, input, out } = block;
  const channels = growthFor(block);
  return composeNetwork(`dense-${size}`, `Dense block, ${size} px`, { channels: input, height: size, width: size }, (composer) => {
    const values: Output[] = [composer.image];
    let joined: Output = composer.image;
    for (let n = 1; n <= blockConvs; n++) {
      values.push(composer.conv('block', `conv${n}`, joined, { channels, kernel: 3 }));
      joined = composer.concat('block', `concat${n}`, values);
    }
    return composer.conv('block', 'transition', joined, { channels: out, kernel: 1 });
  });
};

/** Elements that concatenations write: copies that no convolution needs. */
export const copiedElements = (network: Network): number => network.layers.reduce((sum, layer) =>
  (layer.kind === 'concat' ? sum + layer.to.channels * layer.to.height * layer.to.width : sum), 0);
