import { z } from 'zod';
import { addBox, boxOptions, matrix, tensorOf, type BoxOptions, type HeadInput } from './head.js';
import type { Candidates } from '../candidates.js';

/**
 * Heads with boxes [1,N,4] and, apart from them, scores [1,N,C]: the base of our own head, of
 * SSD-like and of DETR-like ones, which differ in what the numbers mean.
 */
export type PairOptions = BoxOptions & {
  /** What makes scores of the numbers: nothing, a sigmoid each, or a softmax over the row. */
  readonly activation: 'none' | 'sigmoid' | 'softmax';
  /** The column that means 'nothing here': it is no class, and the others keep their order. */
  readonly background: 'none' | 'first' | 'last';
  /** One class a box (the best), or every class that reaches the floor. */
  readonly labels: 'best' | 'all';
};

export const pairOptions = (defaults: Partial<PairOptions>): z.ZodType<PairOptions> =>
  z.object({
    ...boxOptions,
    form: boxOptions.form.default(defaults.form ?? 'corners'),
    coordinates: boxOptions.coordinates.default(defaults.coordinates ?? 'pixels'),
    activation: z.enum(['none', 'sigmoid', 'softmax']).default(defaults.activation ?? 'none'),
    background: z.enum(['none', 'first', 'last']).default(defaults.background ?? 'none'),
    labels: z.enum(['best', 'all']).default(defaults.labels ?? 'best'),
  });

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** The number a raw value must reach for its score to reach `minScore`. */
const rawFloor = (minScore: number, activation: PairOptions['activation']): number => {
  if (activation !== 'sigmoid') return minScore;
  return minScore <= 0 ? Number.NEGATIVE_INFINITY : minScore >= 1 ? Number.POSITIVE_INFINITY : Math.log(minScore / (1 - minScore));
};

export const decodePairs = (input: HeadInput, options: PairOptions, into: Candidates): void => {
  const boxes = tensorOf(input, 'boxes').data;
  const scores = tensorOf(input, 'scores');
  const { columns } = matrix(scores);
  const rows = Math.min(matrix(scores).rows, Math.floor(boxes.length / 4));
  const first = options.background === 'first' ? 1 : 0;
  const end = options.background === 'last' ? columns - 1 : columns;
  const { data } = scores;
  const { activation } = options;
  const floor = rawFloor(input.minScore, activation);
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    let scale = 1;
    let shift = 0;
    if (activation === 'softmax') {
      shift = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < columns; k++) shift = Math.max(shift, data[at + k] ?? 0);
      let sum = 0;
      for (let k = 0; k < columns; k++) sum += Math.exp((data[at + k] ?? 0) - shift);
      scale = 1 / sum;
    }
    let best = Number.NEGATIVE_INFINITY;
    let bestAt = -1;
    for (let k = first; k < end; k++) {
      const raw = data[at + k] ?? Number.NaN;
      const value = activation === 'softmax' ? Math.exp(raw - shift) * scale : raw;
      if (!(value >= floor)) continue;
      if (options.labels === 'all') {
        addBox(into, boxes, row * 4, options, input.model, activation === 'sigmoid' ? sigmoid(value) : value, k - first);
      } else if (value > best) {
        best = value;
        bestAt = k;
      }
    }
    if (bestAt >= 0) {
      addBox(into, boxes, row * 4, options, input.model, activation === 'sigmoid' ? sigmoid(best) : best, bestAt - first);
    }
  }
};
