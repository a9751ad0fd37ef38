import { z } from 'zod';
import { extremes, largestRelative, stridesOf, withoutBatch, type HeadGuess, type ModelFacts, type TensorFact } from '../facts.js';
import { addBox, boxOptions, defineHead, matrix, tensorOf, type BoxOptions, type HeadInput } from './head.js';
import type { Candidates } from '../candidates.js';

type Rows = { readonly output: TensorFact; readonly rows: number; readonly columns: number };

/** Outputs that are one matrix a picture, larger in rows than in columns or the other way round. */
const matrices = (facts: ModelFacts): readonly Rows[] =>
  facts.outputs.flatMap((output) => {
    const [rows, columns, ...more] = withoutBatch(output.dims);
    const plain = typeof rows === 'number' && typeof columns === 'number' && more.length === 0;
    return plain ? [{ output, rows, columns }] : [];
  });

const habits = { range: 'unit', colour: 'rgb', fit: 'center' } as const;
const yoloxHabits = { range: 'bytes', colour: 'bgr', fit: 'top-left' } as const;

const coordinatesOf = (facts: ModelFacts, output: string, columns: number): BoxOptions['coordinates'] => {
  const sample = facts.sample[output];
  return sample && extremes(sample.data, columns, [0, 1, 2, 3]).max <= largestRelative ? 'relative' : 'pixels';
};

const rowOptions = z.object({ ...boxOptions, form: boxOptions.form.default('center') });

/** The best class of a row of scores. */
const bestOf = (data: Float32Array, from: number, count: number): { best: number; score: number } => {
  let best = 0;
  let score = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) {
    const value = data[from + k] ?? 0;
    if (value > score) {
      score = value;
      best = k;
    }
  }
  return { best, score };
};

/** Rows of centre, size, objectness, class scores; a box's score is objectness times its best class. */
const decodeRows = (input: HeadInput, options: BoxOptions, into: Candidates): void => {
  const output = tensorOf(input, 'output');
  const { rows, columns } = matrix(output);
  const { data } = output;
  for (let row = 0; row < rows && columns > 5; row++) {
    const at = row * columns;
    const objectness = data[at + 4] ?? 0;
    if (!(objectness >= input.minScore)) continue;
    const { best, score } = bestOf(data, at + 5, columns - 5);
    if (objectness * score >= input.minScore) addBox(into, data, at, options, input.model, objectness * score, best);
  }
};

/** YOLOv5 and its kin (v7): rows [1,N,5+C], three anchors a cell. */
export const yolov5 = defineHead({
  id: 'yolov5',
  label: 'YOLOv5-like',
  roles: ['output'],
  suppresses: true,
  options: rowOptions,
  decode: decodeRows,
  recognise: (facts) => matrices(facts).flatMap(({ output, rows, columns }): HeadGuess[] => {
    if (columns < 6 || rows <= columns || !stridesOf(facts, rows, 3)) return [];
    const options = { form: 'center', coordinates: coordinatesOf(facts, output.name, columns) };
    return [{ kind: 'yolov5', label: 'YOLOv5', outputs: { output: output.name }, options, classes: columns - 5, certainty: 'sure', input: habits }];
  }),
});

const columnOptions = z.object({ ...boxOptions, form: boxOptions.form.default('center'), transposed: z.boolean().default(false) });

/** YOLOv8 and its kin (v9, v11): columns [1,4+C,N], or rows [1,N,4+C] where `transposed`; no objectness. */
export const yolov8 = defineHead({
  id: 'yolov8',
  label: 'YOLOv8-like',
  roles: ['output'],
  suppresses: true,
  options: columnOptions,
  decode: (input, options, into) => {
    const output = tensorOf(input, 'output');
    const last = matrix(output);
    const boxes = options.transposed ? last.rows : last.columns;
    const numbers = options.transposed ? last.columns : last.rows;
    // Distance between a box's numbers, and between one number of neighbouring boxes.
    const [step, next] = options.transposed ? [1, numbers] : [boxes, 1];
    const { data } = output;
    const best = new Float32Array(boxes).fill(Number.NEGATIVE_INFINITY);
    const classOf = new Int32Array(boxes);
    for (let k = 4; k < numbers; k++) {
      for (let n = 0, at = k * step; n < boxes; n++, at += next) {
        const score = data[at] ?? 0;
        if (score > (best[n] ?? 0)) {
          best[n] = score;
          classOf[n] = k - 4;
        }
      }
    }
    const four = new Float32Array(4);
    for (let n = 0; n < boxes; n++) {
      const score = best[n] ?? 0;
      if (!(score >= input.minScore)) continue;
      for (let k = 0; k < 4; k++) four[k] = data[k * step + n * next] ?? Number.NaN;
      addBox(into, four, 0, options, input.model, score, classOf[n] ?? 0);
    }
  },
  recognise: (facts) => matrices(facts).flatMap(({ output, rows, columns }): HeadGuess[] => {
    const transposed = rows > columns;
    const [boxes, numbers] = transposed ? [rows, columns] : [columns, rows];
    if (numbers < 5 || boxes <= numbers || !stridesOf(facts, boxes)) return [];
    // Rows of a one-anchor grid are YOLOX's as a rule; only the file's own class names say otherwise.
    if (transposed && facts.classNames?.length !== numbers - 4) return [];
    const sample = facts.sample[output.name];
    const across = sample && !transposed ? extremes(sample.data.subarray(0, boxes * 4), boxes * 4, [0, boxes - 1, 2 * boxes - 1]).max : null;
    const coordinates = transposed ? coordinatesOf(facts, output.name, columns) : across !== null && across <= largestRelative ? 'relative' : 'pixels';
    return [{
      kind: 'yolov8', label: 'YOLOv8 or YOLO11', outputs: { output: output.name }, options: { form: 'center', coordinates, transposed },
      classes: numbers - 4, certainty: 'sure', input: habits,
    }];
  }),
});

const yoloxOptions = z.object({
  strides: z.array(z.number().int().min(1).max(1024)).min(1).max(8).default([8, 16, 32]),
  decoded: z.boolean().default(false),
});

/**
 * YOLOX: rows [1,N,5+C], one a cell. Raw ones hold the centre as an offset from the cell in cells, and
 * the logarithm of the size in cells (github.com/Megvii-BaseDetection/YOLOX, demo_postprocess).
 */
export const yolox = defineHead({
  id: 'yolox',
  label: 'YOLOX-like',
  roles: ['output'],
  suppresses: true,
  options: yoloxOptions,
  decode: (input, options, into) => {
    if (options.decoded) {
      decodeRows(input, { form: 'center', coordinates: 'pixels' }, into);
      return;
    }
    const output = tensorOf(input, 'output');
    const { columns } = matrix(output);
    const { data } = output;
    let at = 0;
    for (const stride of options.strides) {
      const across = Math.ceil(input.model.width / stride);
      const down = Math.ceil(input.model.height / stride);
      for (let cell = 0; cell < across * down && columns > 5 && at + columns <= data.length; cell++, at += columns) {
        const objectness = data[at + 4] ?? 0;
        if (!(objectness >= input.minScore)) continue;
        const { best, score } = bestOf(data, at + 5, columns - 5);
        if (!(objectness * score >= input.minScore)) continue;
        const x = ((data[at] ?? 0) + (cell % across)) * stride;
        const y = ((data[at + 1] ?? 0) + Math.floor(cell / across)) * stride;
        const halfWidth = (Math.exp(data[at + 2] ?? 0) * stride) / 2;
        const halfHeight = (Math.exp(data[at + 3] ?? 0) * stride) / 2;
        into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, objectness * score, best);
      }
    }
  },
  recognise: (facts) => matrices(facts).flatMap(({ output, rows, columns }): HeadGuess[] => {
    const strides = stridesOf(facts, rows);
    const sample = facts.sample[output.name];
    if (columns < 6 || rows <= columns || !strides || !sample || !facts.size) return [];
    if (facts.classNames?.length === columns - 4) return [];
    // Decoded centres spread over the whole picture; raw ones stay near their cell.
    const decoded = extremes(sample.data, columns, [0, 1]).max > Math.min(facts.size.width, facts.size.height) / 2;
    return [{ kind: 'yolox', label: 'YOLOX', outputs: { output: output.name }, options: { strides, decoded }, classes: columns - 5, certainty: 'sure', input: yoloxHabits }];
  }),
});
