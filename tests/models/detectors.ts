import { buildModel, type GraphScope, type Value } from '../../models/onnx/build.js';
import { writeModel } from '../../models/onnx/write.js';
import type { Dimension, ElementType } from '../../models/onnx/types.js';

/** Every made-up detector sees pictures of this size unless it says otherwise. */
export const pictureSize = { width: 320, height: 256 } as const;

/** What every made-up detector finds, in model pixels; best first. */
export const truth = [
  { box: [32, 64, 96, 160], score: 0.9, classId: 1 },
  { box: [200, 100, 280, 140], score: 0.6, classId: 0 },
] as const;

export type FixedOutput = {
  readonly name: string;
  readonly type?: 'float32' | 'int64';
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
  /** Dimensions as the file declares them; those of the values where left out. */
  readonly declared?: readonly Dimension[];
};

export type FixedDetector = {
  readonly input?: { readonly name?: string; readonly type?: ElementType; readonly dims?: readonly Dimension[] };
  /** Inputs beside the picture. */
  readonly more?: readonly { readonly name: string; readonly type: ElementType; readonly dims: readonly Dimension[] }[];
  readonly outputs: readonly FixedOutput[];
  readonly metadata?: Readonly<Record<string, string>>;
};

const floatCode = 1;
const int64Code = 7;

/** The bytes of a model that says the same of every picture; its outputs depend on the picture by nought. */
export const fixedDetector = ({ input = {}, more = [], outputs, metadata = {} }: FixedDetector): Uint8Array<ArrayBuffer> =>
  writeModel(buildModel({ name: 'fixed', metadata }, (graph: GraphScope) => {
    const { name = 'images', type = 'float32', dims = [1, 3, pictureSize.height, pictureSize.width] } = input;
    const image = graph.input(name, type, dims);
    let nought: Value = nothingOf(graph, image);
    for (const each of more) nought = graph.node('Add', [nought, nothingOf(graph, graph.input(each.name, each.type, each.dims))]);
    for (const output of outputs) {
      const kind = output.type ?? 'float32';
      const constant = graph.constant(kind, output.dims, output.values);
      const zero = graph.node('Cast', [nought], { to: { int: kind === 'int64' ? int64Code : floatCode } });
      graph.output(output.name, graph.node('Add', [constant, zero]), kind, output.declared ?? output.dims);
    }
  }));

/** A scalar 0 that is computed from `value`. */
const nothingOf = (graph: GraphScope, value: Value): Value => {
  const numbers = graph.node('Cast', [value], { to: { int: floatCode } });
  const mean = graph.node('ReduceMean', [numbers], { keepdims: { int: 0 } });
  return graph.node('Mul', [mean, graph.constant('float32', [], [0])]);
};

const strides = [8, 16, 32] as const;
const { width, height } = pictureSize;

/** Cells of the three grids of a YOLO at `pictureSize`: column, row, stride. */
export const cells = strides.flatMap((stride) =>
  Array.from({ length: (width / stride) * (height / stride) }, (_, n) => ({
    column: n % (width / stride), row: Math.floor(n / (width / stride)), stride,
  })));

const centre = ([x1, y1, x2, y2]: readonly [number, number, number, number]): [number, number, number, number] =>
  [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];

/** Rows of a YOLO for three classes, with the truth at two of them and quiet everywhere else. */
const yoloRows = (count: number, row: (found: (typeof truth)[number] | null, n: number) => readonly number[]): Float32Array => {
  const places = [100, 777];
  return Float32Array.from(Array.from({ length: count }, (_, n) => row(truth[places.indexOf(n)] ?? null, n)).flat());
};

const scoresOf = (found: (typeof truth)[number] | null, classes: number, share = 1): number[] =>
  Array.from({ length: classes }, (_, k) => (found?.classId === k ? found.score / share : 0.001));

const cellCentre = (n: number): [number, number, number, number] => {
  const { column, row, stride } = cells[n % cells.length]!;
  return [(column + 0.5) * stride, (row + 0.5) * stride, stride, stride];
};

const transpose = (rows: Float32Array, columns: number): Float32Array => {
  const count = rows.length / columns;
  return Float32Array.from(rows, (_, n) => rows[(n % count) * columns + Math.floor(n / count)]!);
};

const yolov8Rows = (): Float32Array => yoloRows(cells.length, (found, n) => [...(found ? centre(found.box) : cellCentre(n)), ...scoresOf(found, 3)]);

const queries = 30;
const relative = ([a, b, c, d]: readonly [number, number, number, number]): number[] => [a / width, b / height, c / width, d / height];
const logit = (p: number): number => Math.log(p / (1 - p));
const queryBoxes = Float32Array.from(Array.from({ length: queries }, (_, n) => relative(centre(truth[n]?.box ?? [300, 10, 310, 20]))).flat());

/** Boxes [1,N,4] with the truth first and small boxes elsewhere. */
const pairBoxes = (toNumbers: (box: readonly [number, number, number, number]) => readonly number[]): Float32Array =>
  Float32Array.from(Array.from({ length: 200 }, (_, n) => {
    const x = (n * 37) % 300;
    const y = (n * 53) % 240;
    return toNumbers(truth[n]?.box ?? [x, y, x + 10, y + 8]);
  }).flat());

const pairScores = (row: (found: (typeof truth)[number] | null) => readonly number[], count = 200): Float32Array =>
  Float32Array.from(Array.from({ length: count }, (_, n) => row(truth[n] ?? null)).flat());

const flat = Float32Array.from(truth.flatMap(({ box, score, classId }) => [...box, score, classId]));
const lists = {
  boxes: Float32Array.from(truth.flatMap(({ box }) => box)),
  scores: Float32Array.from(truth, ({ score }) => score),
  classes: truth.map(({ classId }) => classId),
};
const names = "{0: 'car', 1: \"driver's cab\", 2: 'bus'}";
const threeNames = 'car; cab; bus';

export type Family = {
  readonly title: string;
  readonly model: FixedDetector;
  readonly head: string;
  /** Keys of the questions that must be asked. */
  readonly asks: readonly string[];
  readonly answers: Readonly<Record<string, string>>;
};

const loud = { colour: 'rgb', range: 'unit' };

/** One made-up detector of every family, as its own exporter shapes it. */
export const families: readonly Family[] = [
  {
    title: 'our own head', head: 'boxes-scores', asks: ['classes'], answers: { classes: threeNames },
    model: {
      input: { name: 'image', type: 'uint8', dims: ['n', height, width, 3] },
      outputs: [
        { name: 'boxes', dims: [1, 200, 4], values: pairBoxes((box) => box), declared: ['n', null, null] },
        { name: 'scores', dims: [1, 200, 3], values: pairScores((found) => scoresOf(found, 3)), declared: ['n', null, null] },
      ],
    },
  },
  {
    title: 'YOLOv5', head: 'yolov5', asks: ['classes'], answers: { classes: threeNames },
    model: {
      outputs: [{
        name: 'output0', dims: [1, cells.length * 3, 8],
        values: yoloRows(cells.length * 3, (found, n) => [...(found ? centre(found.box) : cellCentre(n)), found ? 0.95 : 0.01, ...scoresOf(found, 3, 0.95)]),
      }],
    },
  },
  {
    title: 'YOLOv8 with metadata', head: 'yolov8', asks: [], answers: {},
    model: {
      metadata: { task: 'detect', names, imgsz: `[${height}, ${width}]`, description: 'Ultralytics YOLO11n', license: 'AGPL-3.0' },
      input: { dims: [1, 3, null, null] },
      outputs: [{ name: 'output0', dims: [1, 7, cells.length], values: transpose(yolov8Rows(), 7), declared: [1, 7, null] }],
    },
  },
  {
    title: 'YOLOv8 with half precision', head: 'yolov8', asks: ['classes'], answers: { classes: 'numbers' },
    model: { input: { type: 'float16' }, outputs: [{ name: 'output0', dims: [1, 7, cells.length], values: transpose(yolov8Rows(), 7) }] },
  },
  {
    title: 'YOLOv8 turned', head: 'yolov8', asks: [], answers: {},
    model: { metadata: { names }, outputs: [{ name: 'output0', dims: [1, cells.length, 7], values: yolov8Rows() }] },
  },
  {
    title: 'YOLOX, raw', head: 'yolox', asks: ['classes'], answers: { classes: threeNames },
    model: {
      outputs: [{
        name: 'output', dims: [1, cells.length, 8],
        values: yoloRows(cells.length, (found, n) => {
          const { column, row, stride } = cells[n]!;
          const [x, y, w, h] = found ? centre(found.box) : cellCentre(n);
          return [x / stride - column, y / stride - row, Math.log(w / stride), Math.log(h / stride), found ? 0.95 : 0.01, ...scoresOf(found, 3, 0.95)];
        }),
      }],
    },
  },
  {
    title: 'YOLOX, decoded', head: 'yolox', asks: ['classes'], answers: { classes: threeNames },
    model: {
      outputs: [{
        name: 'output', dims: [1, cells.length, 8],
        values: yoloRows(cells.length, (found, n) => [...(found ? centre(found.box) : cellCentre(n)), found ? 0.95 : 0.01, ...scoresOf(found, 3, 0.95)]),
      }],
    },
  },
  {
    title: 'SSD with a background and relative corners', head: 'ssd', asks: ['classes', 'colour', 'range'], answers: { classes: threeNames, ...loud },
    model: {
      outputs: [
        { name: 'scores', dims: [1, 200, 4], values: pairScores((found) => [found ? 1 - found.score - 0.002 : 0.997, ...scoresOf(found, 3)]) },
        { name: 'boxes', dims: [1, 200, 4], values: pairBoxes(relative) },
      ],
    },
  },
  {
    title: 'boxes in pixels and independent scores', head: 'ssd', asks: ['classes', 'colour', 'range'], answers: { classes: threeNames, ...loud },
    model: {
      outputs: [
        { name: 'pred_boxes', dims: [1, 200, 4], values: pairBoxes((box) => box) },
        { name: 'pred_scores', dims: [1, 200, 3], values: pairScores((found) => scoresOf(found, 3)) },
      ],
    },
  },
  {
    title: 'DETR', head: 'detr', asks: ['classes'], answers: { classes: threeNames },
    model: {
      input: { name: 'pixel_values' },
      more: [{ name: 'pixel_mask', type: 'int64', dims: [1, null, null] }],
      outputs: [
        {
          name: 'logits', dims: [1, queries, 4],
          values: pairScores((found) => [0, 1, 2].map((k) => (found?.classId === k ? Math.log(found.score) : -20)).concat(found ? Math.log(1 - found.score) : 5), queries),
        },
        { name: 'pred_boxes', dims: [1, queries, 4], values: queryBoxes },
      ],
    },
  },
  {
    title: 'RT-DETR', head: 'detr', asks: ['classes', 'colour', 'range'], answers: { classes: threeNames, ...loud },
    model: {
      outputs: [
        { name: 'logits', dims: [1, queries, 3], values: pairScores((found) => [0, 1, 2].map((k) => (found?.classId === k ? logit(found.score) : -6 - k)), queries) },
        { name: 'pred_boxes', dims: [1, queries, 4], values: queryBoxes },
      ],
    },
  },
  {
    title: 'rows of six (YOLO26)', head: 'nms-rows', asks: [], answers: {},
    model: { metadata: { task: 'detect', names }, outputs: [{ name: 'output0', dims: [1, 2, 6], values: flat, declared: [1, 300, 6] }] },
  },
  {
    title: 'rows of seven (YOLOv7)', head: 'nms-rows', asks: ['classes', 'colour', 'range'], answers: { classes: threeNames, ...loud },
    model: {
      outputs: [{
        name: 'output', dims: [2, 7], declared: [null, 7],
        values: Float32Array.from(truth.flatMap(({ box, score, classId }) => [0, ...box, classId, score])),
      }],
    },
  },
  {
    title: 'TensorFlow', head: 'nms-tensorflow', asks: ['size', 'classes'], answers: { size: `${width}x${height}`, classes: threeNames },
    model: {
      input: { name: 'input_tensor', type: 'uint8', dims: [1, null, null, 3] },
      outputs: [
        { name: 'detection_anchor_indices', dims: [1, 4], values: [1, 2, 3, 4] },
        { name: 'detection_boxes', dims: [1, 4, 4], values: [...truth.flatMap(({ box: [x1, y1, x2, y2] }) => [y1 / height, x1 / width, y2 / height, x2 / width]), 0, 0, 1, 1, 0, 0, 1, 1] },
        { name: 'detection_classes', dims: [1, 4], values: [...lists.classes.map((id) => id + 1), 1, 1] },
        { name: 'detection_scores', dims: [1, 4], values: [...lists.scores, 0.8, 0.8] },
        { name: 'num_detections', dims: [1], values: [2] },
        { name: 'raw_detection_boxes', dims: [1, 9, 4], values: new Float32Array(36) },
      ],
    },
  },
  {
    title: 'lists with their number (YOLO)', head: 'nms-tensorflow', asks: ['classes', 'colour', 'range'], answers: { classes: threeNames, ...loud },
    model: {
      outputs: [
        { name: 'num_dets', type: 'int64', dims: [1, 1], values: [2] },
        { name: 'det_boxes', dims: [1, 2, 4], values: lists.boxes },
        { name: 'det_scores', dims: [1, 2], values: lists.scores },
        { name: 'det_classes', type: 'int64', dims: [1, 2], values: lists.classes },
      ],
    },
  },
  {
    title: 'torchvision', head: 'nms-torchvision', asks: ['classes'], answers: { classes: threeNames },
    model: {
      input: { name: 'image', dims: [3, height, width] },
      outputs: [
        { name: 'boxes', dims: [2, 4], values: lists.boxes, declared: ['n', 4] },
        { name: 'labels', type: 'int64', dims: [2], values: lists.classes.map((id) => id + 1), declared: ['n'] },
        { name: 'scores', dims: [2], values: lists.scores, declared: ['n'] },
      ],
    },
  },
  {
    title: 'RT-DETR with its postprocessor', head: 'nms-torchvision', asks: ['classes'], answers: { classes: threeNames },
    model: {
      more: [{ name: 'orig_target_sizes', type: 'int64', dims: [1, 2] }],
      outputs: [
        { name: 'labels', type: 'int64', dims: [1, 2], values: lists.classes },
        { name: 'boxes', dims: [1, 2, 4], values: lists.boxes },
        { name: 'scores', dims: [1, 2], values: lists.scores },
      ],
    },
  },
];
