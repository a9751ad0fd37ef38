import { aggregationNorms, type AggregationNorms } from '../../../../models/experiments/norms.js';
import { modelMetadata } from '../../../../models/onnx/read.js';
import { UserError } from '../../contract/contract.js';
import type { Experiment, ExperimentOutcome, OpenSubject } from '../types.js';
import { numberColumn, tableOf, textColumn } from './columns.js';
import { number, percent } from './words.js';

const shown = [
  textColumn('aggregation', 'Aggregation'),
  textColumn('kind', 'Kind'),
  numberColumn('source', 'Source', '', 0),
  textColumn('value', 'From'),
  numberColumn('channels', 'Channels', '', 0),
  numberColumn('relative', 'L1 norm a weight ÷ largest', '', 3),
  numberColumn('mean', 'L1 norm a weight', '', 6),
  numberColumn('sum', 'L1 norm', '', 3),
  numberColumn('share', 'Share of the L1 norm', '', 4),
];

/** The fourth argument: which of the layers that an aggregation joins it really uses (Fig. 2). Nothing is timed. */
export const aggregation: Experiment = {
  title: 'What aggregation really uses',
  run: ({ subject, progress }) => Promise.resolve().then(() => {
    if (subject === null) throw new UserError('usage', 'No network was named whose weights are to be looked at.', 'Choose a VoVNet or DenseNet.');
    progress(`Reading the weights of ${subject.title}`, 0);
    return lookAt(subject);
  }),
};

/** Throws a UserError of kind 'bad-model' where the subject has no aggregation. */
export const lookAt = (subject: OpenSubject): ExperimentOutcome => {
  const { title } = subject;
  const norms = aggregationNorms(subject.model, new Map(Object.entries(subject.inputs)));
  if (norms.length === 0) {
    throw new UserError('bad-model', `${title} has no 1x1 convolution that joins three layers or more.`, 'Choose a VoVNet or DenseNet.');
  }
  const rows = norms.flatMap(({ name, kind, sources }) => sources.map((source) => ({ aggregation: name, kind, ...source })));
  return {
    // A file that was built here from a seed says so.
    finding: aggregationFinding({ title, trained: subject.trained && modelMetadata(subject.model)['seed'] === undefined }, norms),
    table: tableOf(shown, rows),
    charts: [
      { kind: 'heat', title: 'L1 norm of the weights for each source', x: 'source', y: 'aggregation', by: 'relative' },
      { kind: 'lines', title: 'L1 norm of the weights by source', x: 'source', y: 'relative', by: 'aggregation' },
    ],
  };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the norms say, for one-shot aggregations and for dense blocks apart. */
export const aggregationFinding = ({ title, trained }: Pick<OpenSubject, 'title' | 'trained'>, norms: readonly AggregationNorms[]): string => {
  const about = (kinds: readonly AggregationNorms['kind'][], what: (count: number) => string): readonly string[] => {
    const found = norms.filter(({ kind }) => kinds.includes(kind));
    if (found.length === 0) return [];
    const least = found.map(({ sources }) => Math.min(...sources.map(({ relative }) => relative)));
    const weak = mean(found.map(({ sources }) => sources.filter(({ relative }) => relative < 0.5).length / sources.length));
    const inputs = mean(found.map(({ sources }) => sources[0]?.relative ?? 0));
    return [`${what(found.length)} of ${title}: the least used source has on average ${percent(mean(least))} of the weight of the most used `
      + `(${number(Math.min(...least))} at worst), the block's input ${percent(inputs)}; ${percent(weak)} of the sources have less than half.`];
  };
  const told = [
    ...about(['one-shot'], (count) => `${count} one-shot ${count === 1 ? 'aggregation' : 'aggregations'}`),
    ...about(['dense'], (count) => `${count} ${count === 1 ? 'aggregation' : 'aggregations'} in dense blocks`),
    ...about(['other'], (count) => `${count} other ${count === 1 ? 'concatenation' : 'concatenations'}`),
  ].join(' ');
  if (!trained) return `The weights of ${title} come from a seed and are untrained: what follows says nothing about the network. ${told}`;
  const shots = norms.filter(({ kind }) => kind === 'one-shot');
  if (shots.length === 0) return told;
  const even = mean(shots.map(({ sources }) => Math.min(...sources.map(({ relative }) => relative)))) >= 0.5;
  return `${told} ${even
    ? 'So one-shot aggregation uses every layer it joins, as the paper says.'
    : 'So it leaves some of the layers it joins nearly unused, other than the paper says.'}`;
};
