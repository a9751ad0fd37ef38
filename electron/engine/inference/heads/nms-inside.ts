import { z } from 'zod';
import { extremes, largestRelative, stridesOf, withoutBatch, type HeadGuess, type ModelFacts, type TensorFact } from '../facts.js';
import { addBox, boxOptions, defineHead, matrix, tensorOf, type BoxForm, type BoxOptions, type HeadInput } from './head.js';
import type { Candidates } from '../candidates.js';

/**
 * Graphs that suppress doubles themselves. Their outputs are short, often of a length that changes
 * with the picture, and come in three shapes.
 */

/** What the columns of a row are, by name, from left to right. */
const rowOrders = {
  'corners score class': { columns: 6, box: 0, score: 4, classId: 5 },
  'corners class score': { columns: 6, box: 0, score: 5, classId: 4 },
  'batch corners class score': { columns: 7, box: 1, score: 6, classId: 5 },
  'batch class score corners': { columns: 7, box: 3, score: 2, classId: 1 },
} as const;
type RowOrder = keyof typeof rowOrders;

const classShift = z.number().int().min(0).max(1).default(0);

const rowsOptions = z.object({
  ...boxOptions,
  order: z.enum(Object.keys(rowOrders) as [RowOrder, ...RowOrder[]]).default('corners score class'),
  /** Number of the first class. */
  firstClass: classShift,
});

const isInteger = (fact: TensorFact): boolean => fact.type === 'int64' || fact.type === 'int32';

const relativeOrPixels = (facts: ModelFacts, output: string, columns: number, from: number): BoxOptions['coordinates'] => {
  const sample = facts.sample[output];
  const { max } = extremes(sample?.data ?? new Float32Array(0), columns, [from, from + 1, from + 2, from + 3]);
  return max > 0 && max <= largestRelative ? 'relative' : 'pixels';
};

const addRows = (
  input: HeadInput, data: Float32Array, options: BoxOptions & { readonly order: RowOrder; readonly firstClass: number }, into: Candidates,
): void => {
  const { columns, box, score, classId } = rowOrders[options.order];
  for (let at = 0; at + columns <= data.length; at += columns) {
    const value = data[at + score] ?? 0;
    const id = Math.round(data[at + classId] ?? -1) - options.firstClass;
    if (value >= input.minScore && id >= 0) addBox(into, data, at + box, options, input.model, value, id);
  }
};

/** One row a box: [N,6], [1,N,6] (YOLOv10, YOLO26), [N,7] with the picture's number in front (YOLOv7, SSD of OpenVINO). */
export const nmsRows = defineHead({
  id: 'nms-rows',
  label: 'finished rows',
  roles: ['output'],
  suppresses: false,
  options: rowsOptions,
  decode: (input, options, into) => addRows(input, tensorOf(input, 'output').data, options, into),
  recognise: (facts) => facts.outputs.flatMap((output): HeadGuess[] => {
    const columns = output.dims.at(-1);
    const rows = output.dims.at(-2) ?? null;
    const plain = output.dims.slice(0, -2).every((dim) => dim === 1 || dim === null);
    if (!plain || output.dims.length < 2 || (columns !== 6 && columns !== 7)) return [];
    if (rows !== null && (rows > 1000 || stridesOf(facts, rows, 3) || stridesOf(facts, rows))) return [];
    const orders = rowOrdersOf(facts, output, columns);
    return orders.map((order) => ({
      kind: 'nms-rows',
      label: `finished rows: ${order}`,
      outputs: { output: output.name },
      options: { form: 'corners', order, coordinates: relativeOrPixels(facts, output.name, columns, rowOrders[order].box), firstClass: 0 },
      classes: null,
      certainty: 'sure',
      input: facts.classNames ? { range: 'unit', colour: 'rgb', fit: 'center' } : null,
    }));
  }),
});

/** The orders that agree with what the model said: scores lie in 0..1, class ids are whole. */
const rowOrdersOf = (facts: ModelFacts, output: TensorFact, columns: number): readonly RowOrder[] => {
  const fitting = (Object.keys(rowOrders) as RowOrder[]).filter((order) => rowOrders[order].columns === columns);
  const data = facts.sample[output.name]?.data ?? new Float32Array(0);
  const agreeing = fitting.filter((order) => {
    const { score, classId } = rowOrders[order];
    for (let at = 0; at + columns <= data.length; at += columns) {
      const value = data[at + score] ?? 0;
      if (value < 0 || value > 1 || !Number.isInteger(data[at + classId])) return false;
    }
    return true;
  });
  // All zeros agree with everything: then the commonest order, as the file's own tools write it, comes first.
  const some = data.some((value) => value !== 0);
  const known = facts.classNames !== null && columns === 6 ? (['corners score class'] as const) : [];
  if (!some && known.length > 0) return known;
  return agreeing.length > 1 && some ? agreeing.slice(0, 1) : agreeing;
};

const listOptions = z.object({ ...boxOptions, firstClass: classShift });
type ListOptions = z.output<typeof listOptions>;

const addLists = (input: HeadInput, options: ListOptions, count: number, into: Candidates): void => {
  const boxes = tensorOf(input, 'boxes').data;
  const scores = tensorOf(input, 'scores').data;
  const classes = tensorOf(input, 'classes').data;
  const rows = Math.min(count, scores.length, classes.length, Math.floor(boxes.length / 4));
  for (let n = 0; n < rows; n++) {
    const score = scores[n] ?? 0;
    const id = Math.round(classes[n] ?? -1) - options.firstClass;
    if (score >= input.minScore && id >= 0) addBox(into, boxes, n * 4, options, input.model, score, id);
  }
};

type Lists = { readonly boxes: TensorFact; readonly scores: TensorFact; readonly classes: TensorFact; readonly count: TensorFact | null };

/** Outputs that are lists of the same length: boxes of four, scores, class ids, and perhaps how many count. */
const listsIn = (facts: ModelFacts): Lists | null => {
  const lists = facts.outputs.filter((output) => withoutBatch(output.dims).length === 1 && !/index|indices|anchor/i.test(output.name));
  const boxes = facts.outputs.filter((output) => withoutBatch(output.dims).length === 2 && output.dims.at(-1) === 4 && !/raw/i.test(output.name));
  const count = facts.outputs.find((output) => /num/i.test(output.name) && output.dims.every((dim) => dim === 1 || dim === null)) ?? null;
  const rest = lists.filter((output) => output !== count);
  const classes = rest.find((output) => /class|label/i.test(output.name)) ?? rest.find(isInteger);
  const scores = rest.find((output) => output !== classes && /score|conf/i.test(output.name)) ?? rest.find((output) => output !== classes && !isInteger(output));
  const [box] = boxes;
  return box && boxes.length === 1 && classes && scores ? { boxes: box, scores, classes, count } : null;
};

const outputsOf = (lists: Lists): Record<string, string> => ({
  boxes: lists.boxes.name, scores: lists.scores.name, classes: lists.classes.name, ...(lists.count && { count: lists.count.name }),
});

/** num, boxes, scores, classes: TensorFlow's (y first, relative, classes from 1) and the same with corners in pixels. */
export const nmsTensorflow = defineHead({
  id: 'nms-tensorflow',
  label: 'finished lists with their number',
  roles: ['boxes', 'scores', 'classes', 'count'],
  suppresses: false,
  options: listOptions.extend({ form: boxOptions.form.default('corners-yx'), coordinates: boxOptions.coordinates.default('relative') }),
  decode: (input, options, into) => addLists(input, options, Math.round(tensorOf(input, 'count').data[0] ?? 0), into),
  recognise: (facts) => {
    const lists = listsIn(facts);
    if (!lists?.count) return [];
    // TensorFlow's own names say y first and classes from 1; every other tool counts from 0.
    const tensorflow = /^detection_/.test(lists.boxes.name);
    const form: BoxForm = tensorflow ? 'corners-yx' : 'corners';
    const coordinates = tensorflow ? 'relative' : relativeOrPixels(facts, lists.boxes.name, 4, 0);
    return [{
      kind: 'nms-tensorflow', label: 'finished lists with their number', outputs: outputsOf(lists),
      options: { form, coordinates, firstClass: tensorflow ? 1 : 0 }, classes: null, certainty: 'sure',
      input: tensorflow ? { range: 'bytes', colour: 'rgb', fit: 'stretch' } : null,
    }];
  },
});

/** boxes, labels, scores: torchvision's (classes from 1) and RT-DETR's with its postprocessor (from 0). */
export const nmsTorchvision = defineHead({
  id: 'nms-torchvision',
  label: 'finished lists',
  roles: ['boxes', 'scores', 'classes'],
  suppresses: false,
  options: listOptions,
  decode: (input, options, into) => addLists(input, options, matrix(tensorOf(input, 'boxes')).rows, into),
  recognise: (facts) => {
    const lists = listsIn(facts);
    if (!lists || lists.count) return [];
    const torchvision = lists.boxes.dims.length === 2;
    const options = { form: 'corners', coordinates: torchvision ? 'pixels' : relativeOrPixels(facts, lists.boxes.name, 4, 0), firstClass: torchvision ? 1 : 0 };
    return [{
      kind: 'nms-torchvision', label: 'finished lists', outputs: outputsOf(lists), options, classes: null, certainty: 'sure',
      input: { range: 'unit', colour: 'rgb', fit: 'stretch' },
    }];
  },
});
