import type { GraphProto, ModelProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { makeTensor } from '../onnx/tensor.js';
import { tensorType } from '../onnx/read.js';
import { elementTypeOf } from '../onnx/types.js';
import { attributeOf, freshNames, integerOf, integersOf, layerName, makeNode, operatorOf, quantizeDomain, sweep, wiringOf, type Wiring } from './graph.js';
import { dimsOf, floatsOf } from './numbers.js';
import { onlyReader } from './fold.js';
import type { Scale } from './scale.js';

/** Most levels of grey that the zero of a channel may differ from that of all. */
const furthestZero = 16;

type Chain = {
  /** The bytes as [n, channels, h, w]: the input itself, or the Transpose's result. */
  readonly bytes: string;
  /** What the convolutions read: factor · byte + offset, for each channel. */
  readonly result: string;
  readonly factor: readonly number[];
  readonly offset: readonly number[];
  readonly gone: readonly NodeProto[];
};

/**
 * Makes the picture's bytes themselves the quantised numbers that the first convolutions read. What
 * stands between a uint8 input and them (cast, mean, deviation) becomes one scale and zero, and what
 * differs from channel to channel goes into the convolutions' weights and biases. Values that the
 * convolutions pad with are then the common zero, at most `furthestZero` levels from the channel's own.
 * Gives the scale by the name of the value it belongs to; empty where the graph has no such beginning.
 */
export const foldPicture = (model: ModelProto): ReadonlyMap<string, Scale> => {
  const scales = new Map<string, Scale>();
  const { graph } = model;
  if (!graph) return scales;
  for (const input of graph.input) {
    const { name, type, dims } = tensorType(input);
    if (type !== 'uint8' || dims?.length !== 4) continue;
    const chain = followPicture(name, dims[3] === 3 ? 'nhwc' : 'nchw', wiringOf(graph));
    const scale = chain && foldChain(model, graph, chain);
    if (chain && scale) scales.set(chain.result, scale);
  }
  if (scales.size > 0) sweep(graph);
  return scales;
};

const followPicture = (input: string, given: 'nhwc' | 'nchw', wiring: Wiring): Chain | null => {
  let layout = given;
  let [value, bytes, cast] = [input, input, false];
  let factor = [1, 1, 1];
  let offset = [0, 0, 0];
  const gone: NodeProto[] = [];
  for (;;) {
    const node = onlyReader(wiring, value);
    if (!node || node.output.length !== 1 || gone.includes(node)) break;
    const operator = operatorOf(node);
    if (operator === 'Transpose' && layout === 'nhwc' && integersOf(node, 'perm')?.join() === '0,3,1,2') layout = 'nchw';
    else if (operator === 'Cast' && !cast && elementTypeOf(integerOf(node, 'to', 0)) === 'float32') cast = true;
    else {
      const step = cast ? stepOf(node, value, layout, wiring) : null;
      if (!step) break;
      factor = factor.map((each, n) => each * (step.factor[n] ?? 1));
      offset = offset.map((each, n) => each * (step.factor[n] ?? 1) + (step.offset[n] ?? 0));
    }
    gone.push(node);
    value = node.output[0] ?? '';
    if (!cast) bytes = value;
  }
  if (!cast || layout !== 'nchw' || wiring.pinned.has(value)) return null;
  if (given === 'nhwc' && bytes === input) bytes = '';
  return { bytes, result: value, factor, offset, gone };
};

type Step = { readonly factor: readonly number[]; readonly offset: readonly number[] };

const stepOf = (node: NodeProto, value: string, layout: 'nhwc' | 'nchw', { constants }: Wiring): Step | null => {
  const operator = operatorOf(node);
  const first = node.input[0] === value;
  const tensor = constants.get(node.input[first ? 1 : 0] ?? '');
  const values = tensor && floatsOf(tensor);
  if (!values || (!first && (operator === 'Sub' || operator === 'Div'))) return null;
  const dims = dimsOf(tensor);
  const padded = [...Array<number>(Math.max(0, 4 - dims.length)).fill(1), ...dims];
  if (padded.length !== 4 || (values.length !== 1 && (values.length !== 3 || padded[layout === 'nchw' ? 1 : 3] !== 3))) return null;
  const numbers = [0, 1, 2].map((n) => values[values.length === 1 ? 0 : n] ?? 0);
  const [ones, zeros] = [[1, 1, 1], [0, 0, 0]];
  switch (operator) {
    case 'Mul': return { factor: numbers, offset: zeros };
    case 'Div': return numbers.every((number) => number !== 0) ? { factor: numbers.map((number) => 1 / number), offset: zeros } : null;
    case 'Add': return { factor: ones, offset: numbers };
    case 'Sub': return { factor: ones, offset: numbers.map((number) => -number) };
    default: return null;
  }
};

const foldChain = (model: ModelProto, graph: GraphProto, { bytes, result, factor, offset, gone }: Chain): Scale | null => {
  if (factor.some((each) => each === 0 || !Number.isFinite(each))) return null;
  const wiring = wiringOf(graph);
  const convs = wiring.consumers.get(result) ?? [];
  const zeros = factor.map((each, n) => -(offset[n] ?? 0) / each);
  const zeroPoint = Math.min(255, Math.max(0, Math.round(zeros.reduce((sum, zero) => sum + zero, 0) / zeros.length)));
  const scale = Math.max(...factor.map(Math.abs));
  const even = zeros.every((zero) => Math.abs(zero - zeroPoint) < 1e-3) && factor.every((each) => Math.abs(each / scale - 1) < 1e-5);
  if (zeros.some((zero) => Math.abs(zero - zeroPoint) > furthestZero)) return null;
  const weighted = convs.map((conv) => weightsOf(conv, result, wiring));
  if (!even && weighted.some((each) => each === null)) return null;

  const fresh = freshNames(graph);
  const put = (conv: NodeProto, dims: readonly number[], weights: Float32Array, biases: Float32Array): void => {
    const [channels = 0, , height = 1, width = 1] = dims;
    const area = height * width;
    const [weight, bias] = [weights.slice(), Float64Array.from(biases)];
    for (let n = 0; n < weight.length; n++) {
      const channel = Math.floor(n / area) % 3;
      const value = (weight[n] ?? 0) * (factor[channel] ?? 1);
      const out = Math.floor(n / (area * 3));
      bias[out] = (bias[out] ?? 0) + value * (zeroPoint - (zeros[channel] ?? 0));
      weight[n] = value / scale;
    }
    const [weightName, biasName] = [fresh(`${layerName(conv)}.picture.weight`), fresh(`${layerName(conv)}.picture.bias`)];
    graph.initializer.push(makeTensor(weightName, 'float32', dims, weight), makeTensor(biasName, 'float32', [channels], Float32Array.from(bias)));
    conv.input = [result, weightName, biasName];
  };
  if (!even) weighted.forEach((each) => each && put(each.conv, each.dims, each.weights, each.biases));

  const [scaleName, zeroName] = [fresh(`${result}.scale`), fresh(`${result}.zero`)];
  graph.initializer.push(makeTensor(scaleName, 'float32', [], [scale]), makeTensor(zeroName, 'uint8', [], [zeroPoint]));
  const place = graph.node.indexOf(gone[gone.length - 1] as NodeProto);
  const nodes: NodeProto[] = [];
  let source = bytes;
  if (source === '') {
    source = fresh(`${result}.bytes`);
    nodes.push(makeNode('Transpose', source, gone[0]?.input.slice(0, 1) ?? [], [source], { integers: { perm: [0, 3, 1, 2] } }));
  }
  nodes.push(makeNode('DequantizeLinear', fresh(`${result}/picture`), [source, scaleName, zeroName], [result], { domain: quantizeDomain(model) }));
  const kept = new Set(gone.filter((node) => node.output[0] === bytes));
  graph.node.splice(place + 1, 0, ...nodes);
  graph.node = graph.node.filter((node) => !gone.includes(node) || kept.has(node));
  return { scale, zeroPoint };
};

type Weighted = { readonly conv: NodeProto; readonly dims: readonly number[]; readonly weights: Float32Array; readonly biases: Float32Array };

/** A convolution over the three channels of `value`, with numbers that can be changed; null for other readers. */
const weightsOf = (conv: NodeProto, value: string, { constants }: Wiring): Weighted | null => {
  if (operatorOf(conv) !== 'Conv' || conv.input[0] !== value || Number(attributeOf(conv, 'group')?.i ?? 1n) !== 1) return null;
  const tensor = constants.get(conv.input[1] ?? '');
  const weights = tensor && floatsOf(tensor);
  const dims = tensor ? dimsOf(tensor) : [];
  const bias = conv.input[2] ? constants.get(conv.input[2]) : undefined;
  const biases = conv.input[2] ? (bias ? floatsOf(bias) : null) : new Float32Array(dims[0] ?? 0);
  return weights && biases && dims[1] === 3 ? { conv, dims, weights, biases } : null;
};
