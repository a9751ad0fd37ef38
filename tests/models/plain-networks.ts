import type { Weights } from '../../models/networks/weights.js';
import { add, average, concat, conv, halve, norm, poolAround, relu, relu6, type Planes } from './plain.js';

/**
 * The networks to compare with as plain loops, straight from the tables of their papers; names of
 * weights are all they know of the builders. Each gives its features at strides 4, 8, 16 and 32.
 */
export type Forward = (image: Planes, weights: Weights) => readonly Planes[];

type Activation = (x: Planes) => Planes;
const linear: Activation = (x) => x;

const layersOf = (weights: Weights) => {
  const get = (name: string): Float32Array => weights.get(name)!;
  const normalise = (x: Planes, name: string): Planes =>
    norm(x, { scale: get(`${name}.scale`), shift: get(`${name}.shift`), mean: get(`${name}.mean`), variance: get(`${name}.variance`) });
  const plain = (x: Planes, name: string, out: number, kernel: number, stride = 1, groups = 1): Planes =>
    conv(x, out, { weight: get(`${name}.weight`), kernel, stride, groups });
  return {
    plain,
    /** Convolution, normalisation, activation. */
    block: (x: Planes, name: string, out: number, kernel: number, stride = 1, activate: Activation = relu): Planes =>
      activate(normalise(plain(x, name, out, kernel, stride), `${name}.norm`)),
    deep: (x: Planes, name: string, stride: number, activate: Activation = relu): Planes =>
      activate(normalise(plain(x, name, x.channels, 3, stride, x.channels), `${name}.norm`)),
    /** Normalisation and ReLU. */
    before: (x: Planes, name: string): Planes => relu(normalise(x, name)),
  };
};

export const resnetForward = (blocks: readonly number[]): Forward => (image, weights) => {
  const { block } = layersOf(weights);
  let x = poolAround(block(image, 'stem.conv', 64, 7, 2));
  return blocks.map((count, at) => {
    for (let n = 1; n <= count; n++) {
      const [name, width, stride] = [`stage${at + 2}.block${n}`, 64 * 2 ** at, at > 0 && n === 1 ? 2 : 1];
      const narrow = block(block(x, `${name}.conv1`, width, 1), `${name}.conv2`, width, 3, stride);
      const shortcut = n === 1 ? block(x, `${name}.shortcut`, width * 4, 1, stride, linear) : x;
      x = relu(add(block(narrow, `${name}.conv3`, width * 4, 1, 1, linear), shortcut));
    }
    return x;
  });
};

const denseBlock = (image: Planes, weights: Weights, stage: string, count: number, narrow: number, growth: number): Planes => {
  const { plain, block, before } = layersOf(weights);
  const sources = [image];
  for (let n = 1; n <= count; n++) {
    const name = `${stage}.layer${n}`;
    const mixed = block(before(concat(sources), `${name}.norm`), `${name}.conv1`, narrow, 1);
    sources.push(plain(mixed, `${name}.conv2`, growth, 3));
  }
  return concat(sources);
};

export const densenetForward = (stem: number, growth: number, counts: readonly number[]): Forward => (image, weights) => {
  const { plain, block, before } = layersOf(weights);
  let x = poolAround(block(image, 'stem.conv', stem, 7, 2));
  return counts.map((count, at) => {
    const stage = `stage${at + 2}`;
    const joined = denseBlock(x, weights, stage, count, 4 * growth, growth);
    if (at === 3) return before(joined, `${stage}.norm`);
    const name = `${stage}.transition`;
    x = average(plain(before(joined, `${name}.norm`), `${name}.conv`, joined.channels / 2, 1));
    return joined;
  });
};

export const dsodForward: Forward = (image, weights) => {
  const { plain, block, before } = layersOf(weights);
  const narrow = (x: Planes, name: string, out = x.channels): Planes => plain(before(x, `${name}.norm`), `${name}.conv`, out, 1);
  const dense = (x: Planes, stage: string, count: number): Planes => denseBlock(x, weights, stage, count, 64, 16);
  const stem = block(block(block(image, 'stem.conv1', 64, 3, 2), 'stem.conv2', 64, 3), 'stem.conv3', 128, 3);
  const four = narrow(dense(halve(stem), 'stage2', 6), 'stage2.transition');
  const eight = narrow(dense(halve(four), 'stage3', 8), 'stage3.transition');
  const middle = narrow(dense(halve(eight), 'stage4a', 8), 'stage4a.transition');
  const deepest = narrow(dense(middle, 'stage4b', 8), 'stage4b.transition', 256);
  const sixteen = concat([deepest, narrow(halve(eight), 'dsod.stride16', 256)]);
  const name = 'dsod.stride32';
  const mixed = block(before(sixteen, `${name}.norm`), `${name}.conv1`, 256, 1);
  return [four, eight, sixteen, concat([narrow(halve(sixteen), `${name}.pooled`, 256), plain(mixed, `${name}.conv2`, 256, 3, 2)])];
};

export const peleenetForward: Forward = (image, weights) => {
  const { block } = layersOf(weights);
  const half = block(image, 'stem.conv1', 32, 3, 2);
  const learned = block(block(half, 'stem.conv2a', 16, 1), 'stem.conv2b', 32, 3, 2);
  let x = block(concat([halve(half), learned]), 'stem.conv3', 32, 1);
  const narrow = [16, 32, 64, 64];
  return [3, 4, 8, 6].map((count, at) => {
    const stage = `stage${at + 2}`;
    if (at > 0) x = average(x);
    for (let n = 1; n <= count; n++) {
      const name = `${stage}.layer${n}`;
      const near = block(block(x, `${name}.near.conv1`, narrow[at]!, 1), `${name}.near.conv2`, 16, 3);
      const far = block(block(x, `${name}.far.conv1`, narrow[at]!, 1), `${name}.far.conv2`, 16, 3);
      x = concat([x, near, block(far, `${name}.far.conv3`, 16, 3)]);
    }
    return (x = block(x, `${stage}.transition`, x.channels, 1));
  });
};

export const mobilenetForward: Forward = (image, weights) => {
  const { block, deep } = layersOf(weights);
  let x = block(image, 'stem.conv', 32, 3, 2);
  const outs = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
  const all = outs.map((out, n) => {
    const name = `layer${n + 1}`;
    return (x = block(deep(x, `${name}.depthwise`, [1, 3, 5, 11].includes(n) ? 2 : 1), `${name}.pointwise`, out, 1));
  });
  return [all[2]!, all[4]!, all[10]!, all[12]!];
};

export const mobilenetV2Forward: Forward = (image, weights) => {
  const { block, deep } = layersOf(weights);
  let x = block(image, 'stem.conv', 32, 3, 2, relu6);
  // Expansion, channels, stride of every inverted residual.
  const table = [
    [1, 16, 1], [6, 24, 2], [6, 24, 1], [6, 32, 2], [6, 32, 1], [6, 32, 1], [6, 64, 2], [6, 64, 1], [6, 64, 1], [6, 64, 1],
    [6, 96, 1], [6, 96, 1], [6, 96, 1], [6, 160, 2], [6, 160, 1], [6, 160, 1], [6, 320, 1],
  ] as const;
  const all = table.map(([expansion, out, stride], n) => {
    const name = `layer${n + 1}`;
    const wide = expansion === 1 ? x : block(x, `${name}.expand`, x.channels * expansion, 1, 1, relu6);
    const y = block(deep(wide, `${name}.depthwise`, stride, relu6), `${name}.project`, out, 1, 1, linear);
    return (x = stride === 1 && x.channels === out ? add(y, x) : y);
  });
  return [all[2]!, all[5]!, all[12]!, block(x, 'last.conv', 1280, 1, 1, relu6)];
};
