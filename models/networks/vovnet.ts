import { finish } from './body.js';
import { createComposer, type Composer, type Output } from './composer.js';
import type { Network } from './layers.js';
import type { StageSpec, Stem, Variant } from './variants.js';

export type PictureSize = { readonly width: number; readonly height: number };

/**
 * A VoVNet for pictures of `size` pixels: stem, then four stages of one-shot aggregation modules,
 * each ending at a stride of 4, 8, 16, 32. Between them a 3x3 max-pool of stride 2.
 * With `classes` a classifier in place of the features. Throws a RangeError where the picture is too
 * small for that.
 */
export const vovnet = (variant: Variant, size: PictureSize, stem: Stem = variant.stem, classes?: number): Network => {
  const composer = createComposer({ channels: 3, ...size });
  const title = stem === variant.stem ? variant.title : `${variant.title}, ${stem} stem`;
  return finish({ id: variant.id, title }, { composer, features: addBackbone(composer, variant, stem) }, classes);
};

/** Adds stem and stages; gives the stages' outcomes, at strides 4, 8, 16 and 32. */
export const addBackbone = (composer: Composer, variant: Variant, stem: Stem = variant.stem): readonly Output[] => {
  let last = addStem(composer, variant, stem);
  return variant.stages.map((spec, n) => {
    const stage = `stage${n + 2}`;
    if (n > 0 || stem === 'paper') last = composer.maxPool(stage, 'pool', last, { kernel: 3, stride: 2 });
    last = addStage(composer, variant, spec, stage, last, n >= 2);
    return last;
  });
};

const addStem = (composer: Composer, variant: Variant, stem: Stem): Output => {
  const [first, second, third] = variant.stemChannels;
  const last = stem === 'paper' ? 1 : 2;
  let value = composer.conv('stem', 'conv1', composer.image, { channels: first, kernel: 3, stride: 2 });
  value = conv3x3(composer, variant, 'stem', 'conv2', value, second, 1);
  return conv3x3(composer, variant, 'stem', 'conv3', value, third, last);
};

/** One 3x3 convolution, or the pair that stands for it; only the point-wise one of the pair is normalised. */
const conv3x3 = (
  composer: Composer, { depthwise }: { readonly depthwise: boolean }, module: string, part: string, input: Output, channels: number, stride: number,
): Output => {
  if (!depthwise) return composer.conv(module, part, input, { channels, kernel: 3, stride });
  const groups = input.shape.channels;
  const deep = composer.conv(module, `${part}.depthwise`, input, {
    channels: groups, kernel: 3, stride, groups, affine: 'none', activation: 'none',
  });
  return composer.conv(module, `${part}.pointwise`, deep, { channels, kernel: 1 });
};

const addStage = (composer: Composer, variant: Variant, spec: StageSpec, stage: string, input: Output, deep: boolean): Output => {
  let value = input;
  for (let n = 1; n <= spec.modules; n++) {
    const ese = variant.ese === 'all' || (variant.ese === 'last' && n === spec.modules) || (variant.ese === 'deep' && deep);
    const { convs, depthwise } = variant;
    value = addModule(composer, `${stage}.module${n}`, value, { ...spec, convs, depthwise, ese, identity: variant.identity && n > 1 });
  }
  return value;
};

export type ModuleSpec = {
  /** Channels of each 3x3 convolution, and how many there are. */
  readonly conv: number;
  readonly convs: number;
  /** Channels the 1x1 aggregation gives out. */
  readonly out: number;
  readonly depthwise: boolean;
  readonly ese: boolean;
  /** Adds the module's input, which must have `out` channels. */
  readonly identity: boolean;
};

/**
 * One-shot aggregation (arXiv 1904.09730, Fig. 1b): convolutions in a row, of which each output and
 * the module's input are joined once, at the end, and mixed by a 1x1 convolution. V2 adds attention
 * and the module's input (arXiv 1911.06667).
 */
export const addModule = (composer: Composer, module: string, input: Output, spec: ModuleSpec): Output => {
  const sources = [input];
  // A depth-wise convolution keeps the number of channels, so it is set before the first one.
  let value = spec.depthwise && input.shape.channels !== spec.conv
    ? composer.conv(module, 'reduce', input, { channels: spec.conv, kernel: 1 })
    : input;
  for (let n = 1; n <= spec.convs; n++) {
    value = conv3x3(composer, spec, module, `conv${n}`, value, spec.conv, 1);
    sources.push(value);
  }
  const joined = composer.concat(module, 'concat', sources);
  value = composer.conv(module, 'aggregate', joined, { channels: spec.out, kernel: 1 });
  if (spec.ese) value = addEse(composer, module, value);
  return spec.identity ? composer.add(module, 'add', value, input) : value;
};

/** Effective squeeze and excitation (arXiv 1911.06667): one full 1x1 convolution of the channels' means gates the channels. */
const addEse = (composer: Composer, module: string, input: Output): Output => {
  const mean = composer.mean(module, 'ese.mean', input);
  const mixed = composer.conv(module, 'ese.conv', mean, { channels: input.shape.channels, kernel: 1, affine: 'bias', activation: 'none' });
  return composer.scale(module, 'ese.scale', input, composer.hardSigmoid(module, 'ese.gate', mixed));
};
