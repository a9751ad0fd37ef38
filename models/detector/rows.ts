import { findVariant, type Stem, type Variant } from '../networks/variants.js';

/** Channels of the 3x3 convolutions of one half of a head, one after the other. */
export type TowerSpec = readonly number[];

/** One level of neck and head. */
export type LevelSpec = {
  /** Channels that go through the neck and into the head. */
  readonly channels: number;
  /** 3x3 convolutions of each one-shot aggregation module of the neck: channels, and how many. */
  readonly conv: number;
  readonly convs: number;
  readonly classTower: TowerSpec;
  readonly boxTower: TowerSpec;
};

/** A detector: a VoVNet, a neck of one-shot aggregation modules in both directions, and a head for each level. */
export type DetectorRow = {
  readonly id: string;
  readonly title: string;
  readonly backbone: Variant;
  readonly stem: Stem;
  /** Side of the square picture it is meant for. */
  readonly size: number;
  /** Strides 8, 16, 32. */
  readonly levels: readonly [LevelSpec, LevelSpec, LevelSpec];
};

/** What the detectors see the picture at: the features of stages 3, 4 and 5. */
export const strides = [8, 16, 32] as const;

/** Pascal VOC's twenty classes under COCO's names, and truck. */
export const usualClasses: readonly string[] = [
  'person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck', 'boat', 'bird', 'cat', 'dog', 'horse', 'sheep', 'cow',
  'bottle', 'chair', 'couch', 'potted plant', 'dining table', 'tv',
];

const nanoBackbone: Variant = {
  id: 'vovnet-nano', title: 'VoVNet-nano', stem: 'released', stemChannels: [16, 16, 32],
  stages: [
    { conv: 16, out: 48, modules: 1 },
    { conv: 48, out: 96, modules: 1 },
    { conv: 64, out: 160, modules: 2 },
    { conv: 96, out: 224, modules: 2 },
  ],
  convs: 3, depthwise: false, identity: true, ese: 'deep',
};

const slimBackbone = findVariant('vovnet-27-slim');
if (slimBackbone === null) throw new Error('The table of VoVNets has lost vovnet-27-slim.');

const nanoRow: DetectorRow = {
  id: 'vovdet-nano', title: 'VoVDet-nano', backbone: nanoBackbone, stem: 'released', size: 320,
  levels: [
    { channels: 64, conv: 32, convs: 2, classTower: [64], boxTower: [32] },
    { channels: 96, conv: 48, convs: 2, classTower: [64, 64], boxTower: [32, 32] },
    { channels: 128, conv: 64, convs: 2, classTower: [96, 96], boxTower: [48, 48] },
  ],
};

const slimRow: DetectorRow = {
  id: 'vovdet-slim', title: 'VoVDet-slim', backbone: slimBackbone, stem: 'released', size: 416,
  levels: [
    { channels: 128, conv: 64, convs: 3, classTower: [96, 96], boxTower: [64, 64] },
    { channels: 160, conv: 80, convs: 3, classTower: [128, 128], boxTower: [64, 64] },
    { channels: 192, conv: 96, convs: 3, classTower: [128, 128], boxTower: [64, 64] },
  ],
};

/**
 * Of vovdet-slim, stem and stage 2 are half of the multiply-adds: with the nano's in their place a picture costs half
 * as much, to train on and to look at, and what is learnt grows into vovdet-slim without a loss.
 */
const thinRow: DetectorRow = {
  ...slimRow, id: 'vovdet-slim-thin', title: 'VoVDet-slim-thin',
  backbone: {
    ...slimRow.backbone, id: 'vovnet-27-slim-thin', title: 'VoVNet-27-slim, thin stem', stemChannels: nanoRow.backbone.stemChannels,
    stages: slimRow.backbone.stages.map((stage, n) => (n === 0 ? nanoRow.backbone.stages[0] ?? stage : stage)),
  },
};

/** Every detector, as data. */
export const detectorRows: readonly DetectorRow[] = [nanoRow, thinRow, slimRow];

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The detector of this id, in any writing (`VoVDet nano`). Null where there is none. */
export const findDetector = (id: string): DetectorRow | null => detectorRows.find((row) => plain(row.id) === plain(id)) ?? null;
