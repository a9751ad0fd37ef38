import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildModel, type GraphScope, type Value } from '../../models/onnx/build.js';
import { writeModel } from '../../models/onnx/write.js';
import type { ModelCard } from '../../electron/engine/inference/types.js';

export type MarkSize = { readonly width: number; readonly height: number };

/** Colour strength (largest minus smallest of r, g, b, 0..255) that grey, noise and compression stay below. */
const greyest = 24;

/**
 * A detector of one thing: the only coloured rectangle in a grey picture. Its edges may be blurred
 * by scaling or by halved chroma: size and centre are sums over the colour's profile, so they keep
 * fractions of a pixel. Head boxes-scores, one box; the score is 0 where all is grey.
 */
const markGraph = (size: MarkSize) => (graph: GraphScope): void => {
  const scalar = (value: number): Value => graph.constant('float32', [1], [value]);
  const image = graph.input('image', 'uint8', [1, size.height, size.width, 3]);
  const pixels = graph.node('Cast', [image], { to: { int: 1 } });
  const reduce = (operator: 'ReduceMax' | 'ReduceMin', value: Value, axes: number[]): Value =>
    graph.node(operator, [value], { axes: { ints: axes }, keepdims: { int: 0 } });
  const strength = graph.node('Sub', [reduce('ReduceMax', pixels, [3]), reduce('ReduceMin', pixels, [3])]);
  const colour = graph.node('Relu', [graph.node('Sub', [strength, scalar(greyest)])]);
  const peak = graph.node('Reshape', [reduce('ReduceMax', colour, [1, 2]), graph.constant('int64', [2], [1, 1])]);
  // A little below the peak, which ringing lifts above the rest of the mark.
  const divisor = graph.node('Max', [graph.node('Mul', [peak, scalar(0.85)]), scalar(1)]);

  const extent = (axis: number, length: number): { from: Value; to: Value } => {
    const sum = (value: Value): Value => graph.node('ReduceSum', [value, graph.constant('int64', [1], [1])], { keepdims: { int: 1 } });
    const profile = graph.node('Min', [graph.node('Div', [reduce('ReduceMax', colour, [axis]), divisor]), scalar(1)]);
    const width = sum(profile);
    const ramp = graph.constant('float32', [1, length], Array.from({ length }, (_, n) => n + 0.5));
    const centre = graph.node('Div', [sum(graph.node('Mul', [profile, ramp])), graph.node('Max', [width, scalar(1e-3)])]);
    const half = graph.node('Mul', [width, scalar(0.5)]);
    return { from: graph.node('Sub', [centre, half]), to: graph.node('Add', [centre, half]) };
  };
  const x = extent(1, size.width);
  const y = extent(2, size.height);
  const cube = graph.constant('int64', [3], [1, 1, -1]);
  const corners = graph.node('Concat', [x.from, y.from, x.to, y.to], { axis: { int: 1 } });
  graph.output('boxes', graph.node('Reshape', [corners, cube]), 'float32', [1, 1, 4]);
  const score = graph.node('Min', [graph.node('Div', [peak, scalar(64)]), scalar(1)]);
  graph.output('scores', graph.node('Reshape', [score, cube]), 'float32', [1, 1, 1]);
};

/** Writes mark.onnx and its card into `folder`; resolves to the model's path. */
export const buildMarkModel = async (folder: string, size: MarkSize = { width: 320, height: 192 }): Promise<string> => {
  const bytes = writeModel(buildModel({ name: 'mark' }, markGraph(size)));
  const card: ModelCard = {
    version: 1,
    name: 'Mark',
    classes: ['mark'],
    input: {
      name: 'image', ...size, layout: 'nhwc', type: 'uint8', colour: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], fit: 'top-left', pad: 114,
    },
    head: { kind: 'boxes-scores', outputs: { boxes: 'boxes', scores: 'scores' } },
    licence: 'MIT',
    source: 'Built by the tests.',
    hash: createHash('sha256').update(bytes).digest('hex'),
  };
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'mark.onnx');
  await writeFile(path, bytes);
  await writeFile(join(folder, 'mark.json'), `${JSON.stringify(card, null, 2)}\n`);
  return path;
};
