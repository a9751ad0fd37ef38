import type { Body } from '../networks/body.js';
import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { PictureSize } from '../networks/vovnet.js';

/** Layers of a stage: `count` of them, the first with the stage's stride. */
type Run = { readonly channels: number; readonly count: number; readonly stride: 1 | 2 };

export type MobileNetRow = {
  readonly id: string;
  readonly title: string;
  readonly stem: number;
  /** Pairs of a depth-wise 3x3 and a point-wise 1x1 convolution. */
  readonly runs: readonly Run[];
};

/** Table 1 of arXiv 1704.04861, with ReLU as its figure 3 has it. */
export const mobileNets: readonly MobileNetRow[] = [
  {
    id: 'mobilenet-v1', title: 'MobileNet v1', stem: 32,
    runs: [
      { channels: 64, count: 1, stride: 1 }, { channels: 128, count: 2, stride: 2 }, { channels: 256, count: 2, stride: 2 },
      { channels: 512, count: 6, stride: 2 }, { channels: 1024, count: 2, stride: 2 },
    ],
  },
];

export const mobilenet = ({ stem, runs }: MobileNetRow, size: PictureSize): Body => {
  const composer = createComposer({ channels: 3, ...size });
  const image = composer.conv('stem', 'conv', composer.image, { channels: stem, kernel: 3, stride: 2 });
  return { composer, features: addRuns(composer, image, runs, (module, input, run, stride) => {
    const deep = composer.conv(module, 'depthwise', input, { channels: input.shape.channels, kernel: 3, stride, groups: input.shape.channels });
    return composer.conv(module, 'pointwise', deep, { channels: run.channels, kernel: 1 });
  }).slice(1) };
};

export type MobileNetV2Row = {
  readonly id: string;
  readonly title: string;
  readonly stem: number;
  /** Inverted residuals; `expansion` times as many channels inside of them as before. */
  readonly runs: readonly (Run & { readonly expansion: number })[];
  /** Channels of the last 1x1 convolution. */
  readonly last: number;
};

/** Table 2 of arXiv 1801.04381. */
export const mobileNetV2s: readonly MobileNetV2Row[] = [
  {
    id: 'mobilenet-v2', title: 'MobileNetV2', stem: 32, last: 1280,
    runs: [
      { expansion: 1, channels: 16, count: 1, stride: 1 }, { expansion: 6, channels: 24, count: 2, stride: 2 },
      { expansion: 6, channels: 32, count: 3, stride: 2 }, { expansion: 6, channels: 64, count: 4, stride: 2 },
      { expansion: 6, channels: 96, count: 3, stride: 1 }, { expansion: 6, channels: 160, count: 3, stride: 2 },
      { expansion: 6, channels: 320, count: 1, stride: 1 },
    ],
  },
];

export const mobilenetV2 = ({ stem, runs, last }: MobileNetV2Row, size: PictureSize): Body => {
  const composer = createComposer({ channels: 3, ...size });
  const image = composer.conv('stem', 'conv', composer.image, { channels: stem, kernel: 3, stride: 2, activation: 'relu6' });
  const [, ...features] = addRuns(composer, image, runs, (module, input, { channels, expansion }, stride) =>
    addInvertedResidual(composer, module, input, { channels, expansion, stride }));
  const [deepest] = features.slice(-1);
  if (deepest === undefined) return { composer, features };
  const wide = composer.conv('last', 'conv', deepest, { channels: last, kernel: 1, activation: 'relu6' });
  return { composer, features: [...features.slice(0, -1), wide] };
};

/** Adds all layers; gives the last one before each step down, and the very last. */
const addRuns = <R extends Run>(
  composer: Composer, image: Output, runs: readonly R[], add: (module: string, input: Output, run: R, stride: number) => Output,
): readonly Output[] => {
  const features: Output[] = [];
  let value = image;
  let layer = 0;
  for (const run of runs) {
    if (run.stride > 1) features.push(value);
    for (let n = 0; n < run.count; n++) value = add(`layer${++layer}`, value, run, n === 0 ? run.stride : 1);
  }
  return [...features, value];
};

type ResidualSpec = { readonly channels: number; readonly expansion: number; readonly stride: number };

/** Inverted residual: wider by a 1x1, a depth-wise 3x3, narrower by a 1x1 without activation; the input is added where it fits. */
const addInvertedResidual = (composer: Composer, module: string, input: Output, { channels, expansion, stride }: ResidualSpec): Output => {
  const inside = input.shape.channels * expansion;
  const wide = expansion === 1 ? input : composer.conv(module, 'expand', input, { channels: inside, kernel: 1, activation: 'relu6' });
  const deep = composer.conv(module, 'depthwise', wide, { channels: inside, kernel: 3, stride, groups: inside, activation: 'relu6' });
  const value = composer.conv(module, 'project', deep, { channels, kernel: 1, activation: 'none' });
  return stride === 1 && input.shape.channels === channels ? composer.add(module, 'add', value, input) : value;
};
