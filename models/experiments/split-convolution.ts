import type { Composer, Output } from '../networks/composer.js';
import { convSide, type Conv, type Layer, type Network } from '../networks/layers.js';
import { findVariant, type Stem } from '../networks/variants.js';
import { vovnet, type PictureSize } from '../networks/vovnet.js';
import { composeNetwork } from './compose.js';

/** One 3x3 convolution, or what takes its place. */
export const splitForms = ['whole', 'bottleneck', 'depthwise'] as const;
export type SplitForm = (typeof splitForms)[number];

/** Channels in and out on feature maps of `size` x `size`: those of VoVNet-39's stages 2, 3 and 4. */
export type SplitCase = { readonly size: number; readonly channels: number };
export const splitCases: readonly SplitCase[] = [{ size: 56, channels: 128 }, { size: 28, channels: 160 }, { size: 14, channels: 192 }];

/** How often a unit is repeated in a network of `splitNetwork`. */
export const splitUnits = 4;

const addUnit: Readonly<Record<SplitForm, (composer: Composer, module: string, input: Output, channels: number) => Output>> = {
  whole: (composer, module, input, channels) => composer.conv(module, 'conv', input, { channels, kernel: 3 }),
  bottleneck: (composer, module, input, channels) => {
    const few = composer.conv(module, 'squeeze', input, { channels: channels / 2, kernel: 1 });
    return composer.conv(module, 'conv', few, { channels, kernel: 3 });
  },
  depthwise: (composer, module, input, channels) => {
    const deep = composer.conv(module, 'depthwise', input, { channels, kernel: 3, groups: channels, affine: 'none', activation: 'none' });
    return composer.conv(module, 'pointwise', deep, { channels, kernel: 1 });
  },
};

/** The same unit several times in a row. */
export const splitNetwork = (form: SplitForm, { size, channels }: SplitCase): Network =>
  composeNetwork(`split-${form}-${size}`, `${form}, ${size} px`, { channels, height: size, width: size }, (composer) => {
    let value: Output = composer.image;
    for (let n = 1; n <= splitUnits; n++) value = addUnit[form](composer, `unit${n}`, value, channels);
    return value;
  });

/** A 1x1 convolution to half of its channels before each 3x3 convolution of the modules, as in Table 3 of arXiv 1904.09730. */
export const withBottlenecks = (network: Network): Network => ({
  ...network,
  id: `${network.id}-bottleneck`,
  title: `${network.title} with 1x1 bottlenecks`,
  layers: network.layers.flatMap((layer): Layer[] => {
    if (layer.kind !== 'conv' || layer.kernel !== 3 || layer.module === 'stem') return [layer];
    const { height, width } = layer.from;
    const from = { channels: layer.to.channels / 2, height: convSide(height, 1, 1), width: convSide(width, 1, 1) };
    const squeeze: Conv = { ...layer, name: `${layer.name}.squeeze`, kernel: 1, stride: 1, to: from };
    return [squeeze, { ...layer, inputs: [squeeze.name], from }];
  }),
});

/** VoVNet-27-slim as it is. */
export const slimNetwork = (size: PictureSize, stem: Stem): Network => {
  const variant = findVariant('vovnet-27-slim');
  if (variant === null) throw new RangeError('There is no VoVNet-27-slim.');
  return vovnet(variant, size, stem);
};

/** Table 3: whole detectors on a TITAN X (Pascal), 300 px, Caffe. */
export const paperSplit = [
  { title: 'VoVNet-27-slim, DSOD300', form: 'whole', multiplyAdds: 5.6e9, milliseconds: 14, parameters: 5.9e6 },
  { title: 'VoVNet-27-slim with 1x1 bottlenecks, DSOD300', form: 'bottleneck', multiplyAdds: 4.6e9, milliseconds: 18, parameters: 4.8e6 },
] as const;
