import type { GraphProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { makeTensor } from '../onnx/tensor.js';
import { attributeOf, freshNames, layerName, operatorOf, wiringOf, type Wiring } from './graph.js';
import { dimsOf, floatsOf, sizeOf } from './numbers.js';

/** y = scale · x + shift, for each channel. */
type Affine = { readonly scale: Float64Array; readonly shift: Float64Array };

/**
 * Works what follows a convolution channel by channel (batch normalisation, products and sums with
 * constants) into its weights and bias, as long as nobody else reads what lies between.
 */
export const foldAffine = (graph: GraphProto): void => {
  const fresh = freshNames(graph);
  const gone = new Set<NodeProto>();
  const wiring = wiringOf(graph);
  for (const conv of graph.node) {
    if (operatorOf(conv) !== 'Conv') continue;
    const weight = wiring.constants.get(conv.input[1] ?? '');
    const weights = weight && floatsOf(weight);
    if (!weights) continue;
    const dims = dimsOf(weight);
    const channels = dims[0] ?? 0;
    const bias = conv.input[2] ? wiring.constants.get(conv.input[2]) : undefined;
    const biases = bias ? floatsOf(bias) : new Float32Array(channels);
    if (!biases || (conv.input[2] && !bias)) continue;

    let result = conv.output[0] ?? '';
    const scale = new Float64Array(channels).fill(1);
    const shift = Float64Array.from(biases);
    let folded = false;
    for (;;) {
      const next = onlyReader(wiring, result);
      // A file may say that a node reads what it gives itself.
      const affine = next && !gone.has(next) && affineOf(next, result, channels, wiring);
      if (!affine) break;
      for (let n = 0; n < channels; n++) {
        scale[n] = (scale[n] ?? 1) * (affine.scale[n] ?? 1);
        shift[n] = (shift[n] ?? 0) * (affine.scale[n] ?? 1) + (affine.shift[n] ?? 0);
      }
      gone.add(next);
      result = next.output[0] ?? '';
      folded = true;
    }
    if (!folded) continue;
    const row = weights.length / Math.max(1, channels);
    const name = layerName(conv);
    const [weightName, biasName] = [fresh(`${name}.folded.weight`), fresh(`${name}.folded.bias`)];
    graph.initializer.push(
      makeTensor(weightName, 'float32', dims, weights.map((value, n) => value * (scale[Math.floor(n / row)] ?? 1))),
      makeTensor(biasName, 'float32', [channels], Float32Array.from(shift)),
    );
    conv.input = [conv.input[0] ?? '', weightName, biasName];
    conv.output = [result];
  }
  graph.node = graph.node.filter((node) => !gone.has(node));
};

/** The one node that reads a value; null where there are none, several, or where the value must stay. */
export const onlyReader = ({ consumers, pinned }: Wiring, value: string): NodeProto | null => {
  const readers = consumers.get(value) ?? [];
  return readers.length === 1 && !pinned.has(value) ? (readers[0] ?? null) : null;
};

const affineOf = (node: NodeProto, value: string, channels: number, wiring: Wiring): Affine | null => {
  const operator = operatorOf(node);
  if (operator === 'BatchNormalization') return normalisationOf(node, channels, wiring);
  if (!['Mul', 'Div', 'Add', 'Sub'].includes(operator) || node.input.length !== 2) return null;
  const first = node.input[0] === value;
  // A constant less the value, or divided by it, is another matter.
  if (!first && (operator === 'Sub' || operator === 'Div')) return null;
  const numbers = channelNumbers(node.input[first ? 1 : 0] ?? '', channels, wiring);
  if (!numbers) return null;
  const ones = new Float64Array(channels).fill(1);
  const zeros = new Float64Array(channels);
  switch (operator) {
    case 'Mul': return { scale: numbers, shift: zeros };
    case 'Div': return numbers.every((number) => number !== 0) ? { scale: numbers.map((number) => 1 / number), shift: zeros } : null;
    case 'Add': return { scale: ones, shift: numbers };
    default: return { scale: ones, shift: numbers.map((number) => -number) };
  }
};

/** One number a channel of [n, channels, h, w] from a constant that is spread over it; null where it is of another shape. */
const channelNumbers = (name: string, channels: number, { constants }: Wiring): Float64Array | null => {
  const tensor = constants.get(name);
  const values = tensor && floatsOf(tensor);
  if (!values) return null;
  const dims = dimsOf(tensor);
  if (values.length === 1 && dims.length <= 4) return new Float64Array(channels).fill(values[0] ?? 0);
  const padded = [...Array<number>(Math.max(0, 4 - dims.length)).fill(1), ...dims];
  return padded.length === 4 && padded[1] === channels && sizeOf(padded) === channels ? Float64Array.from(values) : null;
};

const normalisationOf = (node: NodeProto, channels: number, { constants }: Wiring): Affine | null => {
  if (node.output.length !== 1 || Number(attributeOf(node, 'training_mode')?.i ?? 0n) !== 0) return null;
  const parts = node.input.slice(1, 5).map((name) => {
    const tensor = constants.get(name);
    return tensor ? floatsOf(tensor) : null;
  });
  const [gamma, beta, mean, variance] = parts;
  if (!gamma || !beta || !mean || !variance || parts.some((part) => part?.length !== channels)) return null;
  const epsilon = attributeOf(node, 'epsilon')?.f ?? 1e-5;
  const scale = Float64Array.from(gamma, (value, n) => value / Math.sqrt((variance[n] ?? 0) + epsilon));
  return { scale, shift: scale.map((value, n) => (beta[n] ?? 0) - (mean[n] ?? 0) * value) };
};
