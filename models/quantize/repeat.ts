import type { ModelProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { makeTensor } from '../onnx/tensor.js';
import { onlyReader } from './fold.js';
import { freshNames, hasFixedSize, layerName, makeNode, operatorOf, sweep, textOf, wiringOf, type Wiring } from './graph.js';
import { floatsOf } from './numbers.js';

/**
 * Enlarges bytes by whole factors by repeating pixels, each copied with all its channels at once, where
 * onnxruntime's Resize would count out every number. Works on what
 * `insertBytes` made, in place; `inputs` gives the dimensions of every input.
 */
export const repeatPixels = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): void => {
  const { graph } = model;
  if (!graph || !hasFixedSize(model)) return;
  const wiring = wiringOf(graph);
  const found = graph.node.flatMap((node) => betweenBytes(node, wiring) ?? []);
  if (found.length === 0) return;
  const shapes = inferShapes(model, inputs);
  const fresh = freshNames(graph);
  for (const { resize, from, quantize } of found) {
    const [before, after] = [resize.input[0], resize.output[0]].map((name) => shapes.get(name ?? '')?.dims ?? []);
    const factor = factorOf(resize, before ?? [], after ?? [], wiring);
    const [, channels = 0, height = 0, width = 0] = before ?? [];
    if (factor === null) continue;
    const label = layerName(resize);
    const [rows, apart, copied, joined] = ['rows', 'apart', 'copied', 'joined'].map((part) => fresh(`${label}/${part}`)) as [string, string, string, string];
    const numbers = (part: string, values: readonly number[]): string => {
      const name = fresh(`${label}/${part}`);
      graph.initializer.push(makeTensor(name, 'int64', [values.length], values));
      return name;
    };
    const nodes = [
      makeNode('Transpose', rows, [from], [rows], { integers: { perm: [0, 2, 3, 1] } }),
      makeNode('Reshape', apart, [rows, numbers('apart.shape', [0, height, 1, width, 1, channels])], [apart]),
      makeNode('Expand', copied, [apart, numbers('copied.shape', [1, 1, factor, 1, factor, 1])], [copied]),
      makeNode('Reshape', joined, [copied, numbers('joined.shape', [0, height * factor, width * factor, channels])], [joined]),
      makeNode('Transpose', fresh(`${label}/planes`), [joined], quantize.output, { integers: { perm: [0, 3, 1, 2] } }),
    ];
    graph.node = graph.node.flatMap((node) => (node === quantize ? nodes : node === resize ? [] : [node]));
  }
  // Nobody may read the numbers any more that the Resize read.
  const { consumers, pinned } = wiringOf(graph);
  graph.node = graph.node.filter((node) => !found.some(({ dequantize }) => dequantize === node) || node.output.some((name) => consumers.has(name) || pinned.has(name)));
  sweep(graph);
};

type BetweenBytes = { readonly resize: NodeProto; readonly dequantize: NodeProto; readonly from: string; readonly quantize: NodeProto };

const betweenBytes = (resize: NodeProto, wiring: Wiring): BetweenBytes | null => {
  if (operatorOf(resize) !== 'Resize') return null;
  const dequantize = wiring.producer.get(resize.input[0] ?? '');
  const quantize = onlyReader(wiring, resize.output[0] ?? '');
  const [from, ...scale] = dequantize?.input ?? [];
  if (!dequantize || !quantize || from === undefined || !operatorOf(dequantize).endsWith('DequantizeLinear') || !operatorOf(quantize).endsWith('QuantizeLinear')) return null;
  return scale.join() === quantize.input.slice(1).join() ? { resize, dequantize, from, quantize } : null;
};

/** How Resize's ways of naming the nearest pixel come to repeating each one, for every whole factor. */
const repeats: ReadonlySet<string> = new Set([
  'asymmetric:floor', 'half_pixel:round_prefer_floor', 'half_pixel:round_prefer_ceil', 'pytorch_half_pixel:round_prefer_floor', 'pytorch_half_pixel:round_prefer_ceil',
]);

/** By how much a Resize repeats rows and columns; null where it does anything else. */
const factorOf = (resize: NodeProto, before: readonly number[], after: readonly number[], { constants }: Wiring): number | null => {
  const [count, channels, height = 0, width = 0] = before;
  const factor = (after[2] ?? 0) / height;
  const whole = before.length === 4 && Number.isInteger(factor) && factor > 1 && after.join() === [count, channels, height * factor, width * factor].join();
  const [mode, coordinates, rounding] = [textOf(resize, 'mode') || 'nearest', textOf(resize, 'coordinate_transformation_mode') || 'half_pixel', textOf(resize, 'nearest_mode') || 'round_prefer_floor'];
  if (!whole || mode !== 'nearest' || !repeats.has(`${coordinates}:${rounding}`)) return null;
  if (resize.input[3]) return factor;
  // Factors that are not whole can give whole sizes, from other pixels.
  const scales = constants.get(resize.input[resize.input.length === 2 ? 1 : 2] ?? '');
  return scales && floatsOf(scales)?.join() === [1, 1, factor, factor].join() ? factor : null;
};
