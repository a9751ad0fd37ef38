import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildModel } from '../../models/onnx/build.js';
import { writeModel } from '../../models/onnx/write.js';
import type { ModelCard } from '../../electron/engine/inference/types.js';

const side = 64;

/** Writes a detector that says the same `count` boxes, laid out in rows, whatever it is shown, and its card. */
export const buildCrowdModel = async (folder: string, count: number): Promise<string> => {
  const columns = Math.ceil(Math.sqrt(count * 2));
  const step = side / columns;
  const corners = Array.from({ length: count }, (_, n) => {
    const [x, y] = [(n % columns) * step, Math.floor(n / columns) * step];
    return [x, y, x + step * 0.8, y + step * 0.8];
  });
  const bytes = writeModel(buildModel({ name: 'crowd' }, (graph) => {
    const image = graph.input('image', 'uint8', [1, side, side, 3]);
    const pixels = graph.node('Cast', [image], { to: { int: 1 } });
    const nothing = graph.node('Mul', [graph.node('ReduceMax', [pixels], { axes: { ints: [1, 2, 3] }, keepdims: { int: 0 } }), graph.constant('float32', [1], [0])]);
    graph.output('boxes', graph.node('Add', [graph.constant('float32', [1, count, 4], corners.flat()), nothing]), 'float32', [1, count, 4]);
    graph.output('scores', graph.node('Add', [graph.constant('float32', [1, count, 1], corners.map(() => 0.9)), nothing]), 'float32', [1, count, 1]);
  }));
  const card: ModelCard = {
    version: 1,
    name: 'Crowd',
    classes: ['thing'],
    input: { name: 'image', width: side, height: side, layout: 'nhwc', type: 'uint8', colour: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], fit: 'stretch', pad: 0 },
    head: { kind: 'boxes-scores', outputs: { boxes: 'boxes', scores: 'scores' } },
    licence: 'MIT',
    source: 'Built by the tests.',
    hash: createHash('sha256').update(bytes).digest('hex'),
  };
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'crowd.onnx');
  await writeFile(path, bytes);
  await writeFile(join(folder, 'crowd.json'), `${JSON.stringify(card, null, 2)}\n`);
  return path;
};
