import { buildModel, type GraphScope, type Value } from '../onnx/build.js';
import type { ModelProto } from '../onnx/generated/onnx_pb.js';
import { addNetwork } from '../networks/to-onnx.js';
import type { Weights } from '../networks/weights.js';
import type { DetectorLevel, DetectorNetwork } from './detector.js';

/**
 * A channel is (byte - 114) ÷ 58: the grey of the letterbox's border becomes the 0 that convolutions
 * pad with, so that a border looks the same wherever the picture ends. 58 is about ImageNet's deviation.
 */
export const normalisation = { mean: [114, 114, 114], std: [58, 58, 58] } as const;

/** Metadata of both graphs; the trainer reads it. Lists are JSON. Throws a RangeError where there are more or fewer names than classes. */
const metadataOf = ({ id, levels }: DetectorNetwork, classes: readonly string[], more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const count = levels[0]?.classes.shape.channels ?? 0;
  if (classes.length !== count) throw new RangeError(`There are ${classes.length} class names; the detector has ${count}.`);
  return {
    network: id,
    classes: JSON.stringify(classes),
    strides: JSON.stringify(levels.map(({ stride }) => stride)),
    mean: JSON.stringify(normalisation.mean),
    std: JSON.stringify(normalisation.std),
    ...more,
  };
};

type Options = { readonly classes: readonly string[]; readonly metadata?: Readonly<Record<string, string>> };

/**
 * The graph to train: input `image` float32 [n, 3, h, w], normalised, any multiple of 32 a side;
 * batch normalisation as nodes. Outputs for each stride s: `classes{s}` [n, C, h/s, w/s] logits and
 * `boxes{s}` [n, 4, h/s, w/s] the numbers d of `detectorNetwork`. Initializers have our parameters' names.
 */
export const toTrainingOnnx = (network: DetectorNetwork, weights: Weights, { classes, metadata = {} }: Options): ModelProto =>
  buildModel({ name: network.id, metadata: metadataOf(network, classes, metadata) }, (graph) => {
    const names = new Map(network.levels.flatMap(({ stride, classes: logits, boxes }): [string, string][] =>
      [[logits.name, `classes${stride}`], [boxes.name, `boxes${stride}`]]));
    const form = { input: 'numbers', anySize: true, keepNorm: true } as const;
    const values = addNetwork(graph, network, weights, form, (layer) => names.get(layer) ?? layer);
    for (const { stride, ...level } of network.levels) {
      for (const [part, { name, shape }] of [['classes', level.classes], ['boxes', level.boxes]] as const) {
        graph.output(`${part}${stride}`, values.get(name) ?? name, 'float32', ['n', shape.channels, `height${stride}`, `width${stride}`]);
      }
    }
  });

/**
 * The graph to use: input `image` uint8 [n, h, w, 3], everything else inside. Outputs `boxes` float32
 * [n, N, 4], x1 y1 x2 y2 in model pixels within the picture, and `scores` float32 [n, N, C], 0 to 1;
 * N runs over the cells of stride 8, 16, 32, row by row. Boxes of one object are still many: no NMS.
 */
export const toDetectorOnnx = (
  network: DetectorNetwork, weights: Weights, { classes, metadata = {}, precision = 'float32' }: Options & { readonly precision?: 'float32' | 'float16' },
): ModelProto =>
  buildModel({ name: network.id, metadata: metadataOf(network, classes, metadata) }, (graph) => {
    const values = addNetwork(graph, network, weights, { input: 'bytes', ...normalisation, precision });
    const cells = network.levels.reduce((sum, { boxes }) => sum + boxes.shape.width * boxes.shape.height, 0);
    const rows = (part: 'classes' | 'boxes'): Value => joinLevels(graph, network.levels, part, values, precision);
    graph.output('boxes', decodeBoxes(graph, network, rows('boxes')), 'float32', ['n', cells, 4]);
    const logits = graph.node('Transpose', [rows('classes')], { perm: { ints: [0, 2, 1] } }, 'decode/logits');
    graph.output('scores', graph.node('Sigmoid', [logits], {}, 'decode/scores', 'scores'), 'float32', ['n', cells, classes.length]);
  });

/** All levels' numbers of one kind as float32 [n, channels, N]; half precision would lose pixels from here on. */
const joinLevels = (
  graph: GraphScope, levels: readonly DetectorLevel[], part: 'classes' | 'boxes', values: ReadonlyMap<string, Value>, precision: 'float32' | 'float16',
): Value => {
  const flat = levels.map((level) => {
    const { name, shape } = level[part];
    const dims = graph.constant('int64', [3], [0, shape.channels, shape.width * shape.height], `decode.${part}${level.stride}.dims`);
    return graph.node('Reshape', [values.get(name) ?? name, dims], {}, `decode/${part}${level.stride}`);
  });
  const joined = graph.node('Concat', flat, { axis: { int: 2 } }, `decode/${part}`);
  return precision === 'float32' ? joined : graph.node('Cast', [joined], { to: { int: 1 } }, `decode/${part}.float32`);
};

/** Boxes in model pixels, [n, N, 4], of the numbers d, [n, 4, N]. */
const decodeBoxes = (graph: GraphScope, { levels, input }: DetectorNetwork, raw: Value): Value => {
  const cells = levels.flatMap(({ stride, boxes: { shape } }) =>
    Array.from({ length: shape.width * shape.height }, (_, at) => ({
      stride, x: ((at % shape.width) + 0.5) * stride, y: (Math.floor(at / shape.width) + 0.5) * stride,
    })));
  const count = cells.length;
  const strideOf = graph.constant('float32', [1, 1, count], cells.map(({ stride }) => stride), 'decode.strides');
  const centres = graph.constant('float32', [1, 2, count], [...cells.map(({ x }) => x), ...cells.map(({ y }) => y)], 'decode.centres');
  const sides = graph.constant('float32', [1, 4, 1], [input.width, input.height, input.width, input.height], 'decode.sides');
  const zero = graph.constant('float32', [1], [0], 'decode.zero');

  const distances = graph.node('Mul', [graph.node('Exp', [raw], {}, 'decode/exp'), strideOf], {}, 'decode/distances');
  const [before = '', after = ''] = graph.split('Split', [distances, graph.constant('int64', [2], [2, 2], 'decode.halves')], 2, { axis: { int: 1 } });
  const starts = graph.node('Sub', [centres, before], {}, 'decode/starts');
  const ends = graph.node('Add', [centres, after], {}, 'decode/ends');
  const corners = graph.node('Concat', [starts, ends], { axis: { int: 1 } }, 'decode/corners');
  const within = graph.node('Min', [graph.node('Max', [corners, zero], {}, 'decode/above'), sides], {}, 'decode/within');
  return graph.node('Transpose', [within], { perm: { ints: [0, 2, 1] } }, 'decode/rows', 'boxes');
};
