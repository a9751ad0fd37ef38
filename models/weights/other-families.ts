import { findNetwork } from '../reference/catalogue.js';
import { imageNet, type Family, type Member } from './family.js';
import type { LayerName } from './layout.js';

const member = (id: string, name: string): Member => {
  const entry = findNetwork(id);
  if (entry === null) throw new RangeError(`There is no network ${id}.`);
  return { id, name, pixels: imageNet, variant: null, network: (size, classes) => entry.build(size, { classes }) };
};

/** timm/models/resnet.py and torchvision/models/resnet.py, which call everything alike. */
const resnetNames: readonly LayerName[] = [
  ['stem.conv', 'conv1', 'bn1'],
  ['stage{s}.block{n}.conv{c}', 'layer{s-1}.{n-1}.conv{c}', 'layer{s-1}.{n-1}.bn{c}'],
  ['stage{s}.block{n}.shortcut', 'layer{s-1}.{n-1}.downsample.0', 'layer{s-1}.{n-1}.downsample.1'],
];

/** timm/models/densenet.py and torchvision/models/densenet.py. A layer's second normalisation follows its first convolution. */
const densenetNames: readonly LayerName[] = [
  ['stem.conv', 'features.conv0', 'features.norm0'],
  ['stage{s}.layer{n}.norm', 'features.denseblock{s-1}.denselayer{n}.norm1'],
  ['stage{s}.layer{n}.conv1', 'features.denseblock{s-1}.denselayer{n}.conv1', 'features.denseblock{s-1}.denselayer{n}.norm2'],
  ['stage{s}.layer{n}.conv2', 'features.denseblock{s-1}.denselayer{n}.conv2'],
  ['stage{s}.transition.norm', 'features.transition{s-1}.norm'],
  ['stage{s}.transition.conv', 'features.transition{s-1}.conv'],
  ['stage5.norm', 'features.norm5'],
];

/** torchvision's first checkpoints have a dot more: `norm.1` for `norm1`. */
const dotted = (name: string): string => name.replace(/(denselayer\{n\}\.(?:norm|conv))(\d)$/, '$1.$2');
const oldDensenetNames = densenetNames.map(([ours, weights, norm]): LayerName => (norm === undefined ? [ours, dotted(weights)] : [ours, dotted(weights), dotted(norm)]));

/** Layers of each of timm's stages; ours count through. */
const stageLayers = [1, 2, 3, 4, 3, 3, 1];

/** timm/models/mobilenetv2 (_efficientnet_blocks.py): the first stage does not widen, which changes its names. */
const timmMobilenetNames: readonly LayerName[] = [
  ['stem.conv', 'conv_stem', 'bn1'],
  ...stageLayers.flatMap((count, stage) => Array.from({ length: count }, (_, n): readonly LayerName[] => {
    const ours = `layer${stageLayers.slice(0, stage).reduce((sum, each) => sum + each, 0) + n + 1}`;
    const theirs = `blocks.${stage}.${n}`;
    return stage === 0
      ? [[`${ours}.depthwise`, `${theirs}.conv_dw`, `${theirs}.bn1`], [`${ours}.project`, `${theirs}.conv_pw`, `${theirs}.bn2`]]
      : [
        [`${ours}.expand`, `${theirs}.conv_pw`, `${theirs}.bn1`], [`${ours}.depthwise`, `${theirs}.conv_dw`, `${theirs}.bn2`],
        [`${ours}.project`, `${theirs}.conv_pwl`, `${theirs}.bn3`],
      ];
  }).flat()),
  ['last.conv', 'conv_head', 'bn2'],
];

/** torchvision/models/mobilenetv2.py. */
const torchvisionMobilenetNames: readonly LayerName[] = [
  ['stem.conv', 'features.0.0', 'features.0.1'],
  ['layer1.depthwise', 'features.1.conv.0.0', 'features.1.conv.0.1'],
  ['layer1.project', 'features.1.conv.1', 'features.1.conv.2'],
  ['layer{n}.expand', 'features.{n}.conv.0.0', 'features.{n}.conv.0.1'],
  ['layer{n}.depthwise', 'features.{n}.conv.1.0', 'features.{n}.conv.1.1'],
  ['layer{n}.project', 'features.{n}.conv.2', 'features.{n}.conv.3'],
  ['last.conv', 'features.18.0', 'features.18.1'],
];

const densenets: readonly Member[] = [member('densenet-121', 'densenet121'), member('densenet-161', 'densenet161'), member('densenet-201', 'densenet201')];

/** Networks that VoVNet is compared with. */
export const others: readonly Family[] = [
  {
    id: 'resnet', title: 'ResNet of timm and torchvision', has: ['conv1.weight', 'layer1.0.conv3.weight', 'layer4.0.downsample.0.weight'],
    names: resnetNames, classifier: 'fc', members: [member('resnet-50', 'resnet50'), member('resnet-101', 'resnet101')],
  },
  {
    id: 'densenet', title: 'DenseNet of timm and torchvision', has: ['features.conv0.weight', 'features.denseblock1.denselayer1.norm1.weight'],
    names: densenetNames, classifier: 'classifier', members: densenets,
  },
  {
    id: 'densenet-old', title: 'DenseNet of torchvision’s first checkpoints', has: ['features.conv0.weight', 'features.denseblock1.denselayer1.norm.1.weight'],
    names: oldDensenetNames, classifier: 'classifier', members: densenets,
  },
  {
    id: 'timm-mobilenetv2', title: 'timm (mobilenetv2_100)', has: ['conv_stem.weight', 'blocks.1.0.conv_pwl.weight', 'conv_head.weight'], lacks: 'blocks.1.0.se.conv_reduce.weight',
    names: timmMobilenetNames, classifier: 'classifier', members: [member('mobilenet-v2', 'mobilenetv2_100')],
  },
  {
    id: 'torchvision-mobilenetv2', title: 'torchvision (mobilenet_v2)', has: ['features.0.0.weight', 'features.1.conv.0.0.weight', 'features.18.0.weight'],
    names: torchvisionMobilenetNames, classifier: 'classifier.1', members: [member('mobilenet-v2', 'mobilenet_v2')],
  },
];
