import { extremes, largestRelative, withoutBatch, type ModelFacts, type TensorFact } from '../facts.js';
import type { BoxForm } from './head.js';
import type { PairOptions } from './pairs.js';

/** Two outputs that belong together: N boxes of 4 numbers and N rows of C scores. */
export type Pair = { readonly boxes: TensorFact; readonly scores: TensorFact; readonly rows: number | null; readonly classes: number };

/** The pairs of boxes and scores among the outputs; usually one or none. */
export const pairsIn = (facts: ModelFacts): readonly Pair[] => {
  const matrices = facts.outputs
    .filter((output) => output.type !== 'int64' && output.type !== 'int32')
    .map((output) => ({ output, dims: withoutBatch(output.dims) }))
    .filter(({ dims }) => dims.length === 2);
  const pairs: Pair[] = [];
  for (const boxes of matrices) {
    if (boxes.dims[1] !== 4) continue;
    for (const scores of matrices) {
      const classes = scores.dims[1];
      const same = boxes.dims[0] === scores.dims[0] || boxes.dims[0] === null || scores.dims[0] === null;
      if (scores === boxes || !same || classes === null || classes === undefined || classes < 1) continue;
      pairs.push({ boxes: boxes.output, scores: scores.output, rows: boxes.dims[0] ?? null, classes });
    }
  }
  // With four classes either could be the boxes: the names decide.
  const named = pairs.filter((pair) => /box|loc|reg/i.test(pair.boxes.name) || /score|conf|cls|class|logit|prob/i.test(pair.scores.name));
  return named.length > 0 ? named : pairs;
};

/** What the numbers of a pair can mean, judged by what the model said to a made-up picture. */
export const pairMeaning = (facts: ModelFacts, pair: Pair): readonly PairOptions[] => {
  const boxes = facts.sample[pair.boxes.name]?.data;
  const scores = facts.sample[pair.scores.name]?.data;
  if (!boxes || !scores || boxes.length < 4) return [];
  const { min, max } = extremes(boxes, 4, [0, 1, 2, 3]);
  const coordinates = Math.max(-min, max) <= largestRelative ? 'relative' : 'pixels';
  const form: BoxForm = isCorners(boxes) ? 'corners' : 'center';
  return scoreMeaning(scores, pair.classes).map((meaning) => ({ form, coordinates, labels: 'best', ...meaning }));
};

/** Corner boxes have their second corner behind the first, in every row; centre boxes hardly ever do. */
const isCorners = (boxes: Float32Array): boolean => {
  for (let at = 0; at + 4 <= boxes.length; at += 4) {
    const width = (boxes[at + 2] ?? 0) - (boxes[at] ?? 0);
    const height = (boxes[at + 3] ?? 0) - (boxes[at + 1] ?? 0);
    if (width < -1e-3 || height < -1e-3) return false;
  }
  return true;
};

type ScoreMeaning = Pick<PairOptions, 'activation' | 'background'>;

/** Share of a made-up picture's rows in which a column is the largest, above which it is 'nothing here'. */
const mostlyNothing = 0.7;

const scoreMeaning = (scores: Float32Array, columns: number): readonly ScoreMeaning[] => {
  const { min, max } = extremes(scores, columns, Array.from({ length: columns }, (_, k) => k));
  const background = columns < 2 ? 'none' : backgroundColumn(scores, columns);
  if (min < -1e-4 || max > 1 + 1e-4) {
    // Logits. Where nothing is, independent ones are all below 0; of a softmax, one column always wins.
    if (shareAboveZero(scores, columns) < 1 - mostlyNothing) return [{ activation: 'sigmoid', background: 'none' }];
    if (background !== 'none') return [{ activation: 'softmax', background }];
    return [
      { activation: 'sigmoid', background: 'none' },
      { activation: 'softmax', background: 'first' },
      { activation: 'softmax', background: 'last' },
    ];
  }
  if (columns < 2 || !rowsSumToOne(scores, columns)) return [{ activation: 'none', background: 'none' }];
  if (background !== 'none') return [{ activation: 'none', background }];
  return [{ activation: 'none', background: 'first' }, { activation: 'none', background: 'last' }];
};

/** Share of rows with any number above 0. */
const shareAboveZero = (scores: Float32Array, columns: number): number => {
  const rows = Math.floor(scores.length / columns);
  let above = 0;
  for (let row = 0; row < rows; row++) if (scores.subarray(row * columns, (row + 1) * columns).some((value) => value > 0)) above++;
  return above / rows;
};

const rowsSumToOne = (scores: Float32Array, columns: number): boolean => {
  for (let at = 0; at + columns <= scores.length; at += columns) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += scores[at + k] ?? 0;
    if (Math.abs(sum - 1) > 0.02) return false;
  }
  return true;
};

const backgroundColumn = (scores: Float32Array, columns: number): 'none' | 'first' | 'last' => {
  const rows = Math.floor(scores.length / columns);
  let first = 0;
  let last = 0;
  for (let at = 0; at + columns <= scores.length; at += columns) {
    let best = 0;
    for (let k = 1; k < columns; k++) if ((scores[at + k] ?? 0) > (scores[at + best] ?? 0)) best = k;
    if (best === 0) first++;
    if (best === columns - 1) last++;
  }
  if (first > rows * mostlyNothing) return 'first';
  return last > rows * mostlyNothing ? 'last' : 'none';
};
