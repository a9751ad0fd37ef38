import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { Network } from '../networks/layers.js';
import { addBackbone, addModule, type PictureSize } from '../networks/vovnet.js';
import { strides, type DetectorRow, type LevelSpec, type TowerSpec } from './rows.js';

/** Layers that say what is where at one stride: [classes, h, w] logits, and [4, h, w] distances, raw. */
export type DetectorLevel = { readonly stride: number; readonly classes: Output; readonly boxes: Output };

export type DetectorNetwork = Network & { readonly levels: readonly DetectorLevel[] };

/**
 * The layers of a detector for pictures of `size`, `classes` long. Boxes are numbers d: a cell's box
 * reaches stride · exp(d) pixels to the left, up, right and down of ((x + 0.5) · stride, (y + 0.5) · stride).
 * Throws a RangeError for sizes that the largest stride does not divide, and for no classes.
 */
export const detectorNetwork = (row: DetectorRow, classes: number, size: PictureSize): DetectorNetwork => {
  const largest = strides[strides.length - 1] ?? 32;
  for (const [side, pixels] of [['width', size.width], ['height', size.height]] as const) {
    if (!Number.isInteger(pixels) || pixels < largest || pixels % largest !== 0) {
      throw new RangeError(`The ${side} of the picture is ${pixels}; it must be a multiple of ${largest}.`);
    }
  }
  if (!Number.isInteger(classes) || classes < 1) throw new RangeError(`The detector has ${classes} classes; it needs one at least.`);
  const composer = createComposer({ channels: 3, ...size });
  const [, ...features] = addBackbone(composer, row.backbone, row.stem);
  const levels = addNeck(composer, row.levels, features).map(({ stride, spec, value }): DetectorLevel => {
    const tower = (part: string, channels: TowerSpec, outputs: number): Output => addTower(composer, `head${stride}.${part}`, value, channels, outputs);
    return { stride, classes: tower('classes', spec.classTower, classes), boxes: tower('boxes', spec.boxTower, 4) };
  });
  return {
    id: row.id, title: row.title, input: composer.image.shape, layers: composer.layers, levels,
    features: levels.flatMap(({ stride, classes: scores, boxes }) =>
      [scores, boxes].map(({ name, shape }) => ({ stride, layer: name, shape }))),
  };
};

type NeckLevel = { readonly stride: number; readonly spec: LevelSpec; readonly value: Output };

/**
 * Carries what is seen coarsely to the fine levels, and back (as in PANet, arXiv 1803.01534): levels
 * are added where they meet, and each sum goes through a one-shot aggregation module. Adding after a
 * 1x1 convolution each is what joining and one 1x1 convolution would be, without the copy.
 */
const addNeck = (composer: Composer, specs: readonly LevelSpec[], features: readonly Output[]): readonly NeckLevel[] => {
  const module = (name: string, input: Output, { channels, conv, convs }: LevelSpec): Output =>
    addModule(composer, name, input, { conv, convs, out: channels, depthwise: false, ese: false, identity: false });
  const levels = specs.flatMap((spec, n) => {
    const [stride, feature] = [strides[n], features[n]];
    return stride === undefined || feature === undefined ? [] : [{ stride, spec, feature }];
  });

  const down: NeckLevel[] = [];
  for (const { stride, spec, feature } of [...levels].reverse()) {
    const name = `neck.down${stride}`;
    const [above] = down;
    let value = composer.conv(name, 'lateral', feature, { channels: spec.channels, kernel: 1 });
    if (above !== undefined) {
      const reduced = composer.conv(name, 'reduce', above.value, { channels: spec.channels, kernel: 1 });
      value = module(name, composer.add(name, 'sum', value, composer.upsample(name, 'up', reduced, 2)), spec);
    }
    down.unshift({ stride, spec, value });
  }

  const up: NeckLevel[] = [];
  for (const { stride, spec, value } of down) {
    const name = `neck.up${stride}`;
    const below = up[up.length - 1];
    if (below === undefined) {
      up.push({ stride, spec, value });
      continue;
    }
    const coarser = composer.conv(name, 'coarser', below.value, { channels: spec.channels, kernel: 3, stride: 2 });
    up.push({ stride, spec, value: module(name, composer.add(name, 'sum', value, coarser), spec) });
  }
  return up;
};

/**
 * Convolutions for one question at one level. Levels share nothing: shared weights would save
 * parameters, which are few here, but no time, and would force one width on all.
 */
const addTower = (composer: Composer, module: string, input: Output, spec: TowerSpec, outputs: number): Output => {
  const value = spec.reduce((last, channels, n) => composer.conv(module, `conv${n + 1}`, last, { channels, kernel: 3 }), input);
  return composer.conv(module, 'out', value, { channels: outputs, kernel: 1, affine: 'bias', activation: 'none' });
};
