import { networkCost } from '../../../../models/cost/cost.js';
import { ratioCases, ratioConvolutions, ratioNetwork, ratioPairs } from '../../../../models/experiments/channel-ratio.js';
import { layerRows } from '../layers.js';
import { median } from '../medians.js';
import type { Bench, Experiment, OpenSubject } from '../types.js';
import { columns, computation, numberColumn, tableOf, textColumn } from './columns.js';
import { noiseOf, ratioOf, timeTogether } from './rounds.js';
import { list, noiseSentence, number, verdictOf } from './words.js';

/** Profiled inferences, for the times of widening and narrowing apart. */
const profiled = 5;

const shown = [
  textColumn('convolution', 'Convolution'),
  textColumn('ratio', 'Input : output'),
  numberColumn('few', 'Fewer channels', '', 0),
  numberColumn('many', 'More channels', '', 0),
  columns.multiplyAdds,
  columns.memoryAccess,
  numberColumn('accessRatio', 'Memory access ÷ least', '', 3),
  columns.time, columns.low, columns.high,
  columns.computation,
  numberColumn('slowdown', 'Time ÷ balanced', '', 3),
  numberColumn('widen', 'Time, few to many', 'ms', 3),
  numberColumn('narrow', 'Time, many to few', 'ms', 3),
];

type Row = {
  readonly convolution: string;
  readonly ratio: string;
  readonly accessRatio: number;
  readonly computation: number;
  readonly time: number;
  readonly low: number;
  readonly high: number;
  readonly slowdown: number;
  readonly widen: number | null;
  readonly narrow: number | null;
  readonly [key: string]: string | number | null;
};

/** The first argument: convolutions of as many multiply-adds with balanced and unbalanced channels (Eq. 1 and its bound). */
export const channelRatio: Experiment = {
  title: 'Balanced or unbalanced channels',
  run: async (setting) => {
    const rows: Row[] = [];
    for (const [at, one] of ratioCases.entries()) {
      const networks = ratioPairs.map((pair) => ratioNetwork(one, pair));
      const share = { from: at / ratioCases.length, to: (at + 1) / ratioCases.length };
      const timings = await timeTogether(networks, setting, share, (bench, built) => directions(bench, built, setting.signal));
      const [balanced] = timings;
      ratioPairs.forEach(({ ratio, few, many }, n) => {
        const [timing, network] = [timings[n], networks[n]];
        if (timing === undefined || network === undefined || balanced === undefined) return;
        const cost = networkCost(network);
        const each = (value: number): number => value / ratioConvolutions;
        rows.push({
          convolution: `${one.kernel}x${one.kernel}, ${one.size} px`, ratio: `1:${ratio}`, few, many,
          multiplyAdds: each(cost.multiplyAdds), memoryAccess: each(cost.memoryAccess), accessRatio: cost.memoryAccessRatio,
          time: each(timing.time), low: each(timing.low), high: each(timing.high),
          computation: computation(cost.multiplyAdds, timing.time),
          slowdown: ratioOf(timing, balanced),
          ...timing.seen,
        });
      });
    }
    return {
      finding: ratioFinding(rows, noiseOf(rows)),
      table: tableOf(shown, rows),
      charts: [
        { kind: 'points', title: 'Computation against memory access', x: 'accessRatio', y: 'computation', by: 'convolution' },
        { kind: 'lines', title: 'Time of one convolution by its ratio of channels', x: 'ratio', y: 'time', by: 'convolution' },
      ],
    };
  },
};

type Directions = { readonly widen: number | null; readonly narrow: number | null };

/** Medians of the profiled times of the convolutions that widen, and of those that narrow; null where the profile does not tell them. */
const directions = async (bench: Bench, built: Pick<OpenSubject, 'model' | 'inputs'>, signal: AbortSignal): Promise<Directions> => {
  const rows = layerRows(built, await bench.profile(profiled, signal));
  const timeOf = (part: string): number | null => {
    const times = rows.filter(({ name }) => name.endsWith(`.${part}`)).map(({ time }) => time);
    return times.length === ratioConvolutions / 2 ? median(times) : null;
  };
  return { widen: timeOf('widen'), narrow: timeOf('narrow') };
};

/** What the rows say, also where they do not say what the paper does. `noise` as of `noiseOf`. */
export const ratioFinding = (rows: readonly Pick<Row, 'convolution' | 'ratio' | 'accessRatio' | 'slowdown'>[], noise: number): string => {
  // The last row of each group has the most unbalanced channels.
  const lasts = rows.filter(({ convolution }, at) => rows[at + 1]?.convolution !== convolution);
  const [first] = lasts;
  if (first === undefined) return 'Nothing was measured.';
  const told = list(lasts.map(({ convolution, slowdown, accessRatio }) =>
    `${number(slowdown)} times as long for ${convolution} (${number(accessRatio)} times the memory access)`));
  const verdicts = lasts.map(({ slowdown }) => verdictOf(slowdown, noise));
  const slower = verdicts.filter((verdict) => verdict === 1).length;
  const verdict = slower === lasts.length ? 'So unbalanced channels cost time on this machine, as the paper says.'
    : slower === 0 ? 'So unbalanced channels cost no time on this machine: the paper\'s argument does not hold here.'
      : `So unbalanced channels cost time on this machine in ${slower} of ${lasts.length} cases.`;
  return `At equal multiply-adds, channels ${first.ratio} take against balanced ones ${told}. ${verdict}${noiseSentence(noise)}`;
};
