import { networkCost } from '../../../../models/cost/cost.js';
import {
  paperSplit, slimNetwork, splitCases, splitForms, splitNetwork, splitUnits, withBottlenecks, type SplitForm,
} from '../../../../models/experiments/split-convolution.js';
import type { Network } from '../../../../models/networks/layers.js';
import { stems } from '../../../../models/networks/variants.js';
import type { Experiment } from '../types.js';
import { columns, computation, numberColumn, tableOf, textColumn } from './columns.js';
import { noiseOf, nothing, timeTogether, type Timing } from './rounds.js';
import { list, noiseSentence, number, percent, range, verdictOf } from './words.js';

const formTitles: Readonly<Record<SplitForm, string>> = {
  whole: '3x3', bottleneck: '1x1 to half, then 3x3', depthwise: 'depth-wise 3x3, then 1x1',
};

/** Side of the pictures of Table 3. */
const picture = { width: 300, height: 300 };

const shown = [
  textColumn('what', 'What'),
  textColumn('form', 'Form'),
  textColumn('source', 'Measured'),
  columns.multiplyAdds,
  numberColumn('parameters', 'Parameters', '', 0),
  columns.memoryAccess,
  columns.time, columns.low, columns.high,
  numberColumn('each', 'Time for each multiply-add', 'ps', 3),
  columns.computation,
  numberColumn('eachRatio', 'Time for each ÷ that of 3x3', '', 3),
];

type Row = {
  readonly what: string;
  readonly form: string;
  readonly kind: SplitForm;
  readonly multiplyAdds: number;
  readonly time: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly each: number;
  readonly [key: string]: string | number | null;
};

type Group = { readonly what: string; readonly units: number; readonly networks: readonly (readonly [SplitForm, Network])[] };

const groups = (): readonly Group[] => [
  ...splitCases.map((one): Group => ({
    what: `${one.channels} channels, ${one.size} px`, units: splitUnits,
    networks: splitForms.map((form) => [form, splitNetwork(form, one)] as const),
  })),
  ...stems.map((stem): Group => {
    const network = slimNetwork(picture, stem);
    return { what: `VoVNet-27-slim, ${stem} stem`, units: 1, networks: [['whole', network], ['bottleneck', withBottlenecks(network)]] };
  }),
];

/** Picoseconds for each multiply-add. */
const perMultiplyAdd = (milliseconds: number, multiplyAdds: number): number => (milliseconds * 1e9) / multiplyAdds;

/** The second argument: one convolution, or the same work split into small ones (Table 3). */
export const splitConvolution: Experiment = {
  title: 'One convolution or several small ones',
  run: async (setting) => {
    const rows: Row[] = [];
    const timed: Timing[] = [];
    const all = groups();
    for (const [at, { what, units, networks }] of all.entries()) {
      const share = { from: at / all.length, to: (at + 1) / all.length };
      const timings = await timeTogether(networks.map(([, network]) => network), setting, share, nothing);
      timed.push(...timings);
      networks.forEach(([kind, network], n) => {
        const timing = timings[n];
        if (timing === undefined) return;
        const cost = networkCost(network);
        rows.push({
          what, kind, form: formTitles[kind], source: 'here',
          multiplyAdds: cost.multiplyAdds / units, parameters: cost.parameters / units, memoryAccess: cost.memoryAccess / units,
          time: timing.time / units, low: timing.low / units, high: timing.high / units,
          each: perMultiplyAdd(timing.time, cost.multiplyAdds),
          computation: computation(cost.multiplyAdds, timing.time),
        });
      });
    }
    const paper = paperSplit.map(({ form, multiplyAdds, milliseconds, parameters }): Row => ({
      what: 'VoVNet-27-slim with DSOD head', kind: form, form: formTitles[form], source: 'paper, TITAN X 2019',
      multiplyAdds, parameters, time: milliseconds, low: null, high: null, each: perMultiplyAdd(milliseconds, multiplyAdds), computation: computation(multiplyAdds, milliseconds),
    }));
    const told = [...rows, ...paper].map((row) => ({ ...row, eachRatio: row.each / wholeOf([...rows, ...paper], row.what) }));
    return {
      finding: splitFinding(rows, noiseOf(timed)),
      table: tableOf(shown, told),
      charts: [
        { kind: 'bars', title: 'Time for each multiply-add', x: 'what', y: 'each', by: 'form' },
        { kind: 'bars', title: 'Time', x: 'what', y: 'time', by: 'form' },
      ],
    };
  },
};

const wholeOf = (rows: readonly Pick<Row, 'what' | 'kind' | 'each'>[], what: string): number =>
  rows.find((row) => row.what === what && row.kind === 'whole')?.each ?? Number.NaN;

/** What the rows measured here say, unit against unit and network against network. `noise` as of `noiseOf`. */
export const splitFinding = (rows: readonly Pick<Row, 'what' | 'kind' | 'time' | 'each' | 'multiplyAdds'>[], noise: number): string => {
  const ratios = (kind: SplitForm, key: 'each' | 'time' | 'multiplyAdds', networks: boolean): readonly number[] => rows
    .filter((row) => row.kind === kind && row.what.startsWith('VoVNet') === networks)
    .map((row) => row[key] / (rows.find(({ what, kind: other }) => what === row.what && other === 'whole')?.[key] ?? Number.NaN));
  const [bottleneck, depthwise] = [ratios('bottleneck', 'each', false), ratios('depthwise', 'each', false)];
  const slim = ratios('bottleneck', 'time', true);
  const work = ratios('bottleneck', 'multiplyAdds', true);
  if (bottleneck.length === 0 || depthwise.length === 0 || slim.length === 0) return 'Nothing was measured.';
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [slower, worth] = [verdictOf(mean(slim), noise), verdictOf(mean(slim) / mean(work), noise)];
  const verdict = slower === 1 ? 'So splitting makes it slower here too, though there is less to compute.'
    : worth === 1 ? 'So splitting saves less time here than work, but it is not slower, as it was in the paper.'
      : 'So splitting saves time here as it saves work: the paper\'s argument does not hold on this machine.';
  return `For each multiply-add, a 1x1 bottleneck with its 3x3 convolution takes ${range(bottleneck)} times as long as one 3x3 convolution, `
    + `a depth-wise with a point-wise one ${range(depthwise)} times. `
    + `With bottlenecks VoVNet-27-slim has ${list(work.map((share) => percent(1 - share)))} fewer multiply-adds (paper's stem, released stem) and takes `
    + `${list(slim.map((each) => number(each)))} times as long; in the paper 1.3 times. ${verdict}${noiseSentence(noise)}`;
};
