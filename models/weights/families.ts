import { findVariant, type Variant } from '../networks/variants.js';
import { vovnet } from '../networks/vovnet.js';
import { imageNet, type Family, type Member, type Pixels } from './family.js';
import type { LayerName } from './layout.js';
import { others } from './other-families.js';

const half: Pixels = { order: 'rgb', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
/** detectron2/config/defaults.py: INPUT.FORMAT, PIXEL_MEAN and PIXEL_STD, which no VoVNet configuration changes. */
const detectron2: Pixels = { order: 'bgr', mean: [123.675, 116.28, 103.53], std: [1, 1, 1] };
/** maskrcnn_benchmark/config/defaults.py: INPUT.TO_BGR255, PIXEL_MEAN and PIXEL_STD. */
const maskrcnn: Pixels = { order: 'bgr', mean: [122.7717, 115.9465, 102.9801], std: [1, 1, 1] };

const member = (id: string, name: string, set: Partial<Variant>, pixels: Pixels): Member => {
  const own = findVariant(id);
  if (own === null) throw new RangeError(`There is no network ${id}.`);
  const variant: Variant = { ...own, ...set, stem: 'released' };
  return { id, name, variant, pixels, network: (size, classes) => vovnet(variant, size, variant.stem, classes) };
};

/** timm/models/vovnet.py: no shortcut in V1; attention in the last module of a stage alone. */
const timm = (id: string, name: string, pixels = imageNet): Member => member(id, name, { ese: name.startsWith('ese') ? 'last' : 'none' }, pixels);

const timmNames: readonly LayerName[] = [
  ['stem.conv{n}', 'stem.{n-1}.conv', 'stem.{n-1}.bn'],
  ['stem.conv{n}.depthwise', 'stem.{n-1}.conv_dw'],
  ['stem.conv{n}.pointwise', 'stem.{n-1}.conv_pw', 'stem.{n-1}.bn'],
  ['stage{s}.module{m}.reduce', 'stages.{s-2}.blocks.{m-1}.conv_reduction.conv', 'stages.{s-2}.blocks.{m-1}.conv_reduction.bn'],
  ['stage{s}.module{m}.conv{n}', 'stages.{s-2}.blocks.{m-1}.conv_mid.{n-1}.conv', 'stages.{s-2}.blocks.{m-1}.conv_mid.{n-1}.bn'],
  ['stage{s}.module{m}.conv{n}.depthwise', 'stages.{s-2}.blocks.{m-1}.conv_mid.{n-1}.conv_dw'],
  ['stage{s}.module{m}.conv{n}.pointwise', 'stages.{s-2}.blocks.{m-1}.conv_mid.{n-1}.conv_pw', 'stages.{s-2}.blocks.{m-1}.conv_mid.{n-1}.bn'],
  ['stage{s}.module{m}.aggregate', 'stages.{s-2}.blocks.{m-1}.conv_concat.conv', 'stages.{s-2}.blocks.{m-1}.conv_concat.bn'],
  ['stage{s}.module{m}.ese.conv', 'stages.{s-2}.blocks.{m-1}.attn.fc'],
];

/** The authors' names, in VoVNet.pytorch, vovnet-detectron2, VoVNet-Detectron and CenterMask2. */
const releasedNames: readonly LayerName[] = [
  ['stem.conv{n}', 'stem.stem_{n}/conv', 'stem.stem_{n}/norm'],
  ['stem.conv{n}.depthwise', 'stem.stem_{n}/dw_conv3x3'],
  ['stem.conv{n}.pointwise', 'stem.stem_{n}/pw_conv1x1', 'stem.stem_{n}/pw_norm'],
  ['stage{s}.module{m}.reduce', 'stage{s}.OSA{s}_{m}.conv_reduction.OSA{s}_{m}_reduction_0/conv', 'stage{s}.OSA{s}_{m}.conv_reduction.OSA{s}_{m}_reduction_0/norm'],
  ['stage{s}.module{m}.conv{n}', 'stage{s}.OSA{s}_{m}.layers.{n-1}.OSA{s}_{m}_{n-1}/conv', 'stage{s}.OSA{s}_{m}.layers.{n-1}.OSA{s}_{m}_{n-1}/norm'],
  ['stage{s}.module{m}.conv{n}.depthwise', 'stage{s}.OSA{s}_{m}.layers.{n-1}.OSA{s}_{m}_{n-1}/dw_conv3x3'],
  ['stage{s}.module{m}.conv{n}.pointwise', 'stage{s}.OSA{s}_{m}.layers.{n-1}.OSA{s}_{m}_{n-1}/pw_conv1x1', 'stage{s}.OSA{s}_{m}.layers.{n-1}.OSA{s}_{m}_{n-1}/pw_norm'],
  ['stage{s}.module{m}.aggregate', 'stage{s}.OSA{s}_{m}.concat.OSA{s}_{m}_concat/conv', 'stage{s}.OSA{s}_{m}.concat.OSA{s}_{m}_concat/norm'],
  ['stage{s}.module{m}.ese.conv', 'stage{s}.OSA{s}_{m}.ese.fc'],
];

const released = (id: string, name: string, pixels: Pixels): Member => member(id, name, { identity: true }, pixels);

/** The VoVNets. Names and options are those of the sources named with them. */
const vovnets: readonly Family[] = [
  {
    id: 'timm', title: 'timm (vovnet*, ese_vovnet*)',
    has: ['stem.0.conv.weight', 'stages.0.blocks.0.conv_concat.conv.weight'],
    names: timmNames, classifier: 'head.fc',
    members: [
      timm('vovnet-39', 'vovnet39a'), timm('vovnet-57', 'vovnet57a'),
      timm('vovnetv2-19-slim-dw', 'ese_vovnet19b_slim_dw'), timm('vovnetv2-19-dw', 'ese_vovnet19b_dw'),
      timm('vovnetv2-19-slim', 'ese_vovnet19b_slim'),
      timm('vovnetv2-39', 'ese_vovnet39b'), timm('vovnetv2-57', 'ese_vovnet57b', half), timm('vovnetv2-99', 'ese_vovnet99b'),
    ],
  },
  {
    id: 'vovnet-pytorch', title: 'the released VoVNet (VoVNet.pytorch)',
    has: ['stem.stem_1/conv.weight', 'stage2.OSA2_1.concat.OSA2_1_concat/conv.weight'], lacks: 'stage2.OSA2_1.ese.fc.weight', prefix: /^(?!.*\bbody\.$)/,
    names: releasedNames, classifier: 'classifier',
    members: [
      released('vovnet-27-slim', 'vovnet27_slim', imageNet), released('vovnet-39', 'vovnet39', imageNet), released('vovnet-57', 'vovnet57', imageNet),
    ],
  },
  {
    id: 'vovnet-detectron', title: 'VoVNet-Detectron (maskrcnn-benchmark)',
    has: ['stem.stem_1/conv.weight', 'stage2.OSA2_1.concat.OSA2_1_concat/conv.weight'], lacks: 'stage2.OSA2_1.ese.fc.weight', prefix: /\bbody\.$/,
    names: releasedNames, classifier: null,
    members: [
      released('vovnet-27-slim', 'V-27-FPN', maskrcnn), released('vovnet-39', 'V-39-FPN', maskrcnn), released('vovnet-57', 'V-57-FPN', maskrcnn),
    ],
  },
  {
    id: 'vovnet-detectron2', title: 'vovnet-detectron2 and CenterMask2',
    has: ['stem.stem_1/conv.weight', 'stage2.OSA2_1.concat.OSA2_1_concat/conv.weight', 'stage2.OSA2_1.ese.fc.weight'],
    names: releasedNames, classifier: null,
    members: [
      released('vovnetv2-19-slim-dw', 'V-19-slim-dw-eSE', detectron2), released('vovnetv2-19-dw', 'V-19-dw-eSE', detectron2),
      released('vovnetv2-19-slim', 'V-19-slim-eSE', detectron2), released('vovnetv2-19', 'V-19-eSE', detectron2),
      released('vovnetv2-39', 'V-39-eSE', detectron2), released('vovnetv2-57', 'V-57-eSE', detectron2), released('vovnetv2-99', 'V-99-eSE', detectron2),
    ],
  },
];

/** Every family whose files are read. */
export const families: readonly Family[] = [...vovnets, ...others];
