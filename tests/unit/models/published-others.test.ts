import { describe, expect, it } from 'vitest';
import { families } from '../../../models/weights/families.js';
import { candidates, chooseFamily } from '../../../models/weights/recognise.js';
import { classesOf, fitTensors } from '../../../models/weights/take.js';
import { fileOf, normRows, type Row } from '../../models/published.js';

const weight = (theirs: string, dims: readonly number[], ours: string): Row => [`${theirs}.weight`, dims, `${ours}.weight`];
const conv = (theirs: string, norm: string, dims: readonly number[], ours: string): readonly Row[] =>
  [weight(theirs, dims, ours), ...normRows(norm, dims[0]!, ours)];
/** A normalisation on its own: ours has no `.norm` in its name. */
const alone = (theirs: string, channels: number, ours: string): readonly Row[] =>
  normRows(theirs, channels, '').map(([name, dims, role]): Row => [name, dims, role === null ? null : `${ours}${role.slice('.norm'.length)}`]);
const head = (theirs: string, channels: number): readonly Row[] => [[`${theirs}.weight`, [1000, channels], null], [`${theirs}.bias`, [1000], null]];

/** torchvision's resnet.py: `_make_layer` and Bottleneck. */
const resnet = (blocks: readonly number[]): readonly Row[] => {
  const rows = [...conv('conv1', 'bn1', [64, 3, 7, 7], 'stem.conv')];
  let inplanes = 64;
  blocks.forEach((count, at) => {
    const planes = 64 * 2 ** at;
    for (let n = 0; n < count; n++) {
      const [theirs, ours] = [`layer${at + 1}.${n}`, `stage${at + 2}.block${n + 1}`];
      rows.push(
        ...conv(`${theirs}.conv1`, `${theirs}.bn1`, [planes, inplanes, 1, 1], `${ours}.conv1`),
        ...conv(`${theirs}.conv2`, `${theirs}.bn2`, [planes, planes, 3, 3], `${ours}.conv2`),
        ...conv(`${theirs}.conv3`, `${theirs}.bn3`, [planes * 4, planes, 1, 1], `${ours}.conv3`),
      );
      if (n === 0) rows.push(...conv(`${theirs}.downsample.0`, `${theirs}.downsample.1`, [planes * 4, inplanes, 1, 1], `${ours}.shortcut`));
      inplanes = planes * 4;
    }
  });
  return [...rows, ...head('fc', inplanes)];
};

/** torchvision's densenet.py; `dot` stands in the names of its first checkpoints. */
const densenet = (stem: number, growth: number, blocks: readonly number[], dot = ''): readonly Row[] => {
  const rows = [...conv('features.conv0', 'features.norm0', [stem, 3, 7, 7], 'stem.conv')];
  let channels = stem;
  blocks.forEach((count, at) => {
    for (let n = 1; n <= count; n++) {
      const [theirs, ours] = [`features.denseblock${at + 1}.denselayer${n}`, `stage${at + 2}.layer${n}`];
      rows.push(
        ...alone(`${theirs}.norm${dot}1`, channels, `${ours}.norm`),
        ...conv(`${theirs}.conv${dot}1`, `${theirs}.norm${dot}2`, [4 * growth, channels, 1, 1], `${ours}.conv1`),
        weight(`${theirs}.conv${dot}2`, [growth, 4 * growth, 3, 3], `${ours}.conv2`),
      );
      channels += growth;
    }
    if (at === blocks.length - 1) return;
    const [theirs, ours] = [`features.transition${at + 1}`, `stage${at + 2}.transition`];
    rows.push(...alone(`${theirs}.norm`, channels, `${ours}.norm`), weight(`${theirs}.conv`, [channels / 2, channels, 1, 1], `${ours}.conv`));
    channels /= 2;
  });
  return [...rows, ...alone('features.norm5', channels, 'stage5.norm'), ...head('classifier', channels)];
};

/** Table 2 of arXiv 1801.04381: t, c, n. */
const inverted = [[1, 16, 1], [6, 24, 2], [6, 32, 3], [6, 64, 4], [6, 96, 3], [6, 160, 3], [6, 320, 1]] as const;
const mobilenet = (library: 'timm' | 'torchvision'): readonly Row[] => {
  const timm = library === 'timm';
  const rows = [...conv(timm ? 'conv_stem' : 'features.0.0', timm ? 'bn1' : 'features.0.1', [32, 3, 3, 3], 'stem.conv')];
  let [channels, layer] = [32, 0];
  inverted.forEach(([t, c, n], stage) => {
    for (let at = 0; at < n; at++) {
      layer++;
      const [inside, ours] = [channels * t, `layer${layer}`];
      const b = timm ? `blocks.${stage}.${at}` : `features.${layer}.conv`;
      // Names of a convolution and its normalisation, one after the other; without widening there is one pair less.
      const pairs: readonly (readonly [string, string])[] = timm
        ? t === 1 ? [['conv_dw', 'bn1'], ['conv_pw', 'bn2']] : [['conv_pw', 'bn1'], ['conv_dw', 'bn2'], ['conv_pwl', 'bn3']]
        : t === 1 ? [['0.0', '0.1'], ['1', '2']] : [['0.0', '0.1'], ['1.0', '1.1'], ['2', '3']];
      const [project, depthwise, expand] = [...pairs].reverse().map(([a, z]) => [`${b}.${a}`, `${b}.${z}`] as const);
      if (expand !== undefined) rows.push(...conv(...expand, [inside, channels, 1, 1], `${ours}.expand`));
      rows.push(...conv(...depthwise!, [inside, 1, 3, 3], `${ours}.depthwise`), ...conv(...project!, [c, inside, 1, 1], `${ours}.project`));
      channels = c;
    }
  });
  return [...rows, ...conv(timm ? 'conv_head' : 'features.18.0', timm ? 'bn2' : 'features.18.1', [1280, 320, 1, 1], 'last.conv'), ...head(timm ? 'classifier' : 'classifier.1', 1280)];
};

const published: readonly [family: string, name: string, id: string, rows: readonly Row[]][] = [
  ['resnet', 'resnet50', 'resnet-50', resnet([3, 4, 6, 3])],
  ['resnet', 'resnet101', 'resnet-101', resnet([3, 4, 23, 3])],
  ['densenet', 'densenet121', 'densenet-121', densenet(64, 32, [6, 12, 24, 16])],
  ['densenet', 'densenet161', 'densenet-161', densenet(96, 48, [6, 12, 36, 24])],
  ['densenet', 'densenet201', 'densenet-201', densenet(64, 32, [6, 12, 48, 32])],
  ['densenet-old', 'densenet121', 'densenet-121', densenet(64, 32, [6, 12, 24, 16], '.')],
  ['timm-mobilenetv2', 'mobilenetv2_100', 'mobilenet-v2', mobilenet('timm')],
  ['torchvision-mobilenetv2', 'mobilenet_v2', 'mobilenet-v2', mobilenet('torchvision')],
];

describe('published weights of the networks VoVNet is compared with', () => {
  it.each(published)('%s %s is recognised as %s, each tensor in its place', (family, name, id, rows) => {
    const file = fileOf(rows);
    const found = chooseFamily(file);
    expect([found.family.id, found.prefix]).toEqual([family, '']);
    const fitting = candidates(file, found).filter(({ fit }) => fit.misfits.length === 0);
    expect(fitting.map(({ member }) => [member.id, member.name])).toEqual([[id, name]]);
    const [{ member, fit }] = fitting as [typeof fitting[number]];
    expect([...fit.used].sort()).toEqual(rows.flatMap(([theirs, , ours]): [string, string][] => (ours === null ? [] : [[ours, theirs]])).sort());
    expect(fit.leftOut).toHaveLength(2);
    expect(fit.used.size + fit.leftOut.length + fit.ignored.length).toBe(rows.length);
    // With a classifier nothing is left out.
    expect(classesOf(file, found)).toBe(1000);
    const whole = fitTensors(member.network({ width: 64, height: 64 }, 1000), file, found);
    expect([whole.misfits, whole.leftOut]).toEqual([[], []]);
    expect(fitTensors(member.network({ width: 64, height: 64 }, 21), file, found).misfits.map(({ kind }) => kind)).toEqual(['shape', 'shape']);
  });

  it('is not taken for that of a network that only begins alike', () => {
    const squeezed = fileOf([...mobilenet('timm'), ['blocks.1.0.se.conv_reduce.weight', [4, 96, 1, 1], null]]);
    expect(() => chooseFamily(squeezed)).toThrow('of no family that is known here');
  });

  it('has a family for every name list', () => {
    expect(new Set(published.map(([family]) => family))).toEqual(new Set(families.filter(({ members }) => members.every(({ variant }) => variant === null)).map(({ id }) => id)));
  });
});
