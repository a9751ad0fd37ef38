import type { GraphProto, ModelProto, NodeProto } from '../onnx/generated/onnx_pb.js';
import { tensorType } from '../onnx/read.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { makeTensor } from '../onnx/tensor.js';
import { onlyReader } from './fold.js';
import { freshNames, hasFixedSize, integerOf, integersOf, layerName, makeNode, operatorOf, sweep, textOf, wiringOf, type Wiring } from './graph.js';
import { dimsOf, floatsOf } from './numbers.js';
import { clampOf } from './rules.js';

/** Neighbours in a row that are read as one pixel of twelve channels: onnxruntime's convolutions of bytes read channels by fours. */
const together = 4;
/** More than half of the weights are zeros then; with more channels than these they cost what is won. */
const mostChannels = 64;

type First = {
  readonly conv: NodeProto;
  /** The Relu or Clip behind it, where there is one and nothing else. */
  readonly clamp: NodeProto | null;
  readonly transpose: NodeProto;
  readonly dims: readonly number[];
  readonly weights: Float32Array;
  readonly biases: Float32Array | null;
};

/**
 * Lets a first convolution of stride 2 read four neighbouring pixels [n, h, w, 3] as one [n, h, w ÷ 4, 12]
 * and give two neighbouring results as one of twice the channels: the bytes in memory are the same, and so
 * are the numbers. Three channels are too few for onnxruntime's fast convolutions of bytes. `inputs` gives
 * the dimensions of every input. Gives the names of the convolutions that were changed: none where a model
 * begins otherwise, or with one of `keep`, since float32 gains nothing. Expects what `foldPicture` made.
 */
export const groupPixels = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>, keep: ReadonlySet<string>): ReadonlySet<string> => {
  const changed = new Set<string>();
  const { graph } = model;
  if (!graph || !hasFixedSize(model)) return changed;
  for (const input of graph.input) {
    const { name, type, dims } = tensorType(input);
    if (type !== 'uint8' || dims?.length !== 4 || dims[3] !== 3) continue;
    const [, height = 0, width = 0] = inputs.get(name) ?? [];
    const first = firstOf(name, wiringOf(graph));
    const result = inferShapes(model, inputs).get(first?.conv.output[0] ?? '')?.dims;
    if (!first || keep.has(layerName(first.conv)) || width % together !== 0 || result?.[3] !== width / 2) continue;
    rewrite(graph, first, [height, width], result);
    changed.add(layerName(first.conv));
  }
  return changed;
};

const firstOf = (input: string, wiring: Wiring): First | null => {
  const transpose = onlyReader(wiring, input);
  if (!transpose || operatorOf(transpose) !== 'Transpose' || integersOf(transpose, 'perm')?.join() !== '0,3,1,2') return null;
  const picture = onlyReader(wiring, transpose.output[0] ?? '');
  if (!picture || !operatorOf(picture).endsWith('DequantizeLinear')) return null;
  const conv = onlyReader(wiring, picture.output[0] ?? '');
  if (!conv || operatorOf(conv) !== 'Conv' || conv.input[0] !== picture.output[0]) return null;
  const plain = integerOf(conv, 'group', 1) === 1 && ['', 'NOTSET'].includes(textOf(conv, 'auto_pad'))
    && (integersOf(conv, 'dilations') ?? []).every((each) => each === 1) && integersOf(conv, 'strides')?.[1] === 2;
  const weight = wiring.constants.get(conv.input[1] ?? '');
  const weights = weight && floatsOf(weight);
  const dims = weight ? dimsOf(weight) : [];
  const bias = conv.input[2] ? wiring.constants.get(conv.input[2]) : undefined;
  const biases = bias ? floatsOf(bias) : null;
  if (!plain || !weights || dims.length !== 4 || dims[1] !== 3 || (dims[0] ?? 0) > mostChannels || (conv.input[2] && !biases)) return null;
  const reader = onlyReader(wiring, conv.output[0] ?? '');
  const clamp = reader && reader.input[0] === conv.output[0] && clampOf(reader, wiring) ? reader : null;
  return { conv, clamp, transpose, dims, weights, biases };
};

const rewrite = (graph: GraphProto, first: First, [height, width]: readonly [number, number], result: readonly number[]): void => {
  const { conv, clamp, transpose, dims: [outputs = 0, , rows = 1, columns = 1], weights, biases } = first;
  const [top = 0, left = 0, bottom = 0] = integersOf(conv, 'pads') ?? [];
  const [before, after] = [Math.ceil(left / together), Math.max(0, Math.floor((together - 2 - left + columns - 1) / together))];
  const groups = before + 1 + after;
  const wide = new Float32Array(2 * outputs * 3 * together * rows * groups);
  for (let n = 0; n < weights.length; n++) {
    const [column, row, channel, output] = [n % columns, Math.floor(n / columns) % rows, Math.floor(n / (columns * rows)) % 3, Math.floor(n / (columns * rows * 3))];
    for (const second of [0, 1]) {
      const pixel = 2 * second - left + column + before * together;
      const place = (second * outputs + output) * 3 * together + (pixel % together) * 3 + channel;
      wide[(place * rows + row) * groups + Math.floor(pixel / together)] = weights[n] ?? 0;
    }
  }

  const fresh = freshNames(graph);
  const constant = (wanted: string, tensor: (name: string) => ReturnType<typeof makeTensor>): string => {
    const name = fresh(wanted);
    graph.initializer.push(tensor(name));
    return name;
  };
  const label = layerName(conv);
  conv.input = [
    conv.input[0] ?? '',
    constant(`${label}.pixels.weight`, (name) => makeTensor(name, 'float32', [2 * outputs, 3 * together, rows, groups], wide)),
    ...(biases ? [constant(`${label}.pixels.bias`, (name) => makeTensor(name, 'float32', [2 * outputs], Float32Array.from([...biases, ...biases])))] : []),
  ];
  const strides = integersOf(conv, 'strides') ?? [];
  const { attribute } = makeNode('Conv', '', [], [], { integers: { kernel_shape: [rows, groups], strides: [strides[0] ?? 1, 1], pads: [top, before, bottom, after] } });
  conv.attribute = attribute;

  const [input = ''] = transpose.input;
  const grouped = fresh(`${input}/grouped`);
  transpose.input = [grouped];
  const last = clamp ?? conv;
  const [value = ''] = last.output;
  const [pairs, rowsOf, apart, planes] = ['pairs', 'rows', 'apart', 'planes'].map((part) => fresh(`${value}/${part}`)) as [string, string, string, string];
  last.output = [pairs];
  const read = makeNode('Reshape', grouped, [input, constant(`${input}/grouped.shape`, (name) => makeTensor(name, 'int64', [4], [0, height, width / together, 3 * together]))], [grouped]);
  graph.node.splice(graph.node.indexOf(transpose), 0, read);
  graph.node.splice(graph.node.indexOf(last) + 1, 0,
    makeNode('Transpose', rowsOf, [pairs], [rowsOf], { integers: { perm: [0, 2, 3, 1] } }),
    makeNode('Reshape', apart, [rowsOf, constant(`${apart}.shape`, (name) => makeTensor(name, 'int64', [4], [0, result[2] ?? 0, result[3] ?? 0, outputs]))], [apart]),
    makeNode('Transpose', planes, [apart], [value], { integers: { perm: [0, 3, 1, 2] } }),
  );
  // What the file says of shapes in between is no longer so.
  const changed = new Set([...transpose.output, ...conv.output, conv.input[0]]);
  graph.valueInfo = graph.valueInfo.filter(({ name }) => !changed.has(name));
  sweep(graph);
};
