import { networkCost } from '../../../../models/cost/cost.js';
import { blockCases, copiedElements, denseNetwork, growthFor, oneShotNetwork } from '../../../../models/experiments/dense-or-one-shot.js';
import type { Experiment } from '../types.js';
import { columns, computation, numberColumn, tableOf, textColumn } from './columns.js';
import { noiseOf, nothing, ratioOf, timeTogether } from './rounds.js';
import { list, noiseSentence, number, percent, range, verdictOf } from './words.js';

const shown = [
  textColumn('where', 'Feature map'),
  textColumn('form', 'Form'),
  numberColumn('conv', 'Channels of a 3x3', '', 0),
  columns.multiplyAdds,
  columns.memoryAccess,
  numberColumn('copied', 'Copied by concatenation', 'elements', 0),
  numberColumn('peak', 'Peak activations', 'elements', 0),
  columns.time, columns.low, columns.high,
  columns.computation,
  numberColumn('timeRatio', 'Time ÷ one-shot', '', 3),
];

const forms = { oneShot: 'one-shot aggregation', dense: 'dense block' } as const;

type Row = {
  readonly where: string;
  readonly form: string;
  readonly memoryAccess: number;
  readonly copied: number;
  readonly peak: number;
  readonly time: number;
  readonly low: number;
  readonly high: number;
  readonly timeRatio: number;
  readonly [key: string]: string | number;
};

/** The third argument: a dense block and a one-shot aggregation module of as many multiply-adds (Fig. 1). */
export const denseOrOneShot: Experiment = {
  title: 'Dense block or one-shot aggregation',
  run: async (setting) => {
    const rows: Row[] = [];
    for (const [at, block] of blockCases.entries()) {
      const networks = [oneShotNetwork(block), denseNetwork(block)];
      const timings = await timeTogether(networks, setting, { from: at / blockCases.length, to: (at + 1) / blockCases.length }, nothing);
      const [oneShot] = timings;
      networks.forEach((network, n) => {
        const timing = timings[n];
        if (timing === undefined || oneShot === undefined) return;
        const cost = networkCost(network);
        rows.push({
          where: `${block.size} px`, form: n === 0 ? forms.oneShot : forms.dense, conv: n === 0 ? block.conv : growthFor(block),
          multiplyAdds: cost.multiplyAdds, memoryAccess: cost.memoryAccess, copied: copiedElements(network), peak: cost.peakActivationElements,
          time: timing.time, low: timing.low, high: timing.high,
          computation: computation(cost.multiplyAdds, timing.time), timeRatio: ratioOf(timing, oneShot),
        });
      });
    }
    return {
      finding: blockFinding(rows, noiseOf(rows)),
      table: tableOf(shown, rows),
      charts: [
        { kind: 'bars', title: 'Time at equal multiply-adds', x: 'where', y: 'time', by: 'form' },
        { kind: 'bars', title: 'Memory access at equal multiply-adds', x: 'where', y: 'memoryAccess', by: 'form' },
        { kind: 'bars', title: 'Peak activations', x: 'where', y: 'peak', by: 'form' },
      ],
    };
  },
};

/** What the rows say: of each size a one-shot row and a dense one. `noise` as of `noiseOf`. */
export const blockFinding = (
  rows: readonly Pick<Row, 'where' | 'form' | 'memoryAccess' | 'copied' | 'peak' | 'timeRatio'>[], noise: number,
): string => {
  const dense = rows.filter(({ form }) => form === forms.dense);
  if (dense.length === 0) return 'Nothing was measured.';
  const ratios = (key: 'memoryAccess' | 'copied' | 'peak'): readonly number[] => dense.map((row) =>
    row[key] / (rows.find(({ where, form }) => where === row.where && form === forms.oneShot)?.[key] ?? Number.NaN));
  const verdicts = dense.map(({ timeRatio }) => verdictOf(timeRatio, noise));
  const slower = verdicts.filter((verdict) => verdict === 1).length;
  const verdict = slower === dense.length ? 'So one-shot aggregation is faster here at every size, as the paper says.'
    : slower === 0 ? 'So dense blocks are no slower here: the paper\'s argument does not hold on this machine.'
      : `So one-shot aggregation is faster here at ${slower} of ${dense.length} sizes.`;
  return 'At equal multiply-adds a dense block takes, against a one-shot aggregation module, '
    + `${list(dense.map(({ where, timeRatio }) => `${number(timeRatio)} times as long at ${where}`))}. `
    + `Its convolutions access ${range(ratios('memoryAccess').map((value) => value - 1), percent)} more memory, its concatenations copy `
    + `${range(ratios('copied'))} times as much, and it holds ${range(ratios('peak'))} times the activations. ${verdict}${noiseSentence(noise)}`;
};
