import { clone } from '@bufbuild/protobuf';
import { ModelProtoSchema, type GraphProto, type ModelProto, type NodeProto } from '../onnx/generated/onnx_pb.js';
import { tensorType } from '../onnx/read.js';
import { makeTensor } from '../onnx/tensor.js';
import { elementTypeOf, elementTypes } from '../onnx/types.js';
import { freshNames, integerOf, layerName, makeNode, operatorOf, sweep, wiringOf, type Wiring } from './graph.js';
import { dimsOf, floatsOf } from './numbers.js';

/** Largest size of a number that half precision holds, and one that leaves room for pictures not seen. */
export const largestHalf = 65_504;
export const safeHalf = 16_384;

/** Operators that work in half precision, with which of their inputs are numbers of that precision. */
const halfOperators: Readonly<Record<string, 'all' | 'first'>> = {
  Conv: 'all', ConvTranspose: 'all', BatchNormalization: 'all', Add: 'all', Sub: 'all', Mul: 'all', Div: 'all', PRelu: 'all', Clip: 'all',
  Relu: 'first', LeakyRelu: 'first', Sigmoid: 'first', HardSigmoid: 'first', HardSwish: 'first', Tanh: 'first',
  MaxPool: 'first', AveragePool: 'first', GlobalAveragePool: 'first', ReduceMean: 'first', Concat: 'all', Resize: 'first', Upsample: 'first',
  Transpose: 'first', Reshape: 'first', Slice: 'first', Split: 'first', DepthToSpace: 'first', SpaceToDepth: 'first',
};

/** Operators that measured values pass through as large as they were; of those that compute, each result is measured itself. */
const passing = new Set([
  'Relu', 'LeakyRelu', 'PRelu', 'HardSwish', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'ReduceMean', 'Concat', 'Resize', 'Upsample',
  'Transpose', 'Reshape', 'Slice', 'Split', 'DepthToSpace', 'SpaceToDepth',
]);

/** Operators of whose results only the first are numbers of the kind they read; the others are places. */
const placesAfterTheFirst = new Set(['TopK', 'MaxPool', 'Dropout']);

/** Operators whose results are no numbers of the kind they read. */
const countsOrPlaces = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero', 'NonMaxSuppression', 'Equal', 'Less', 'Greater', 'GreaterOrEqual', 'LessOrEqual', 'Not', 'IsNaN', 'IsInf']);

/** What can work in half precision: all that a convolution follows or is, as far as operators and types allow. */
const halvesOf = (graph: GraphProto, wiring: Wiring, keep: ReadonlySet<string>): ReadonlySet<NodeProto> => {
  const floats = new Set([
    ...graph.input.filter((input) => tensorType(input).type === 'float32').map(({ name }) => name),
    ...graph.initializer.filter(({ dataType }) => elementTypeOf(dataType) === 'float32').map(({ name }) => name),
  ]);
  for (const node of graph.node) {
    const operator = operatorOf(node);
    const gives = operator === 'Cast' ? elementTypeOf(integerOf(node, 'to', 0)) === 'float32'
      : operator.endsWith('DequantizeLinear') || (!countsOrPlaces.has(operator) && floats.has(node.input[0] ?? ''));
    if (gives) node.output.slice(0, placesAfterTheFirst.has(operator) ? 1 : undefined).forEach((name) => floats.add(name));
  }
  const wanted = new Set<string>();
  const halves = new Set<NodeProto>();
  for (const node of [...graph.node].reverse()) {
    const operator = operatorOf(node);
    const reads = Object.hasOwn(halfOperators, operator) ? halfOperators[operator] : undefined;
    const isConv = operator === 'Conv' || operator === 'ConvTranspose';
    if (!isConv && !node.output.some((name) => wanted.has(name))) continue;
    node.input.forEach((name) => wanted.add(name));
    const numbers = reads === 'first' ? node.input.slice(0, 1) : node.input.filter((name) => name !== '');
    const weights = numbers.every((name) => { const tensor = wiring.constants.get(name); return !tensor || floatsOf(tensor)?.every((value) => Math.abs(value) < largestHalf); });
    if (reads && weights && numbers.every((name) => floats.has(name)) && !keep.has(layerName(node))) halves.add(node);
  }
  return halves;
};

/**
 * The model with its convolutions, and what leads to them, in half precision; inputs, outputs and what
 * makes boxes of the last convolutions' results stay as they are. `keep` names layers to leave alone.
 */
export const toHalfPrecision = (model: ModelProto, keep: ReadonlySet<string>): ModelProto => {
  const copy = clone(ModelProtoSchema, model);
  const { graph } = copy;
  if (!graph) return copy;
  const wiring = wiringOf(graph);
  const fresh = freshNames(graph);
  const halves = halvesOf(graph, wiring, keep);
  const halfOf = new Map<string, string>();
  const nodes: NodeProto[] = [];

  /** The half of a value; made where it is wanted first. */
  const half = (name: string): string => {
    const known = halfOf.get(name);
    if (name === '' || known !== undefined) return known ?? name;
    const made = fresh(`${name}/half`);
    halfOf.set(name, made);
    const tensor = wiring.constants.get(name);
    if (tensor) graph.initializer.push(makeTensor(made, 'float16', dimsOf(tensor), floatsOf(tensor) ?? []));
    else nodes.push(makeNode('Cast', fresh(`${name}/to-half`), [name], [made], { integers: { to: elementTypes.float16.code } }));
    return made;
  };

  for (const node of graph.node) {
    if (!halves.has(node)) {
      nodes.push(node);
      continue;
    }
    node.input = node.input.map((name, n) => (halfOperators[operatorOf(node)] === 'first' && n > 0 ? name : half(name)));
    const results = node.output.map((name) => ({ name, made: name === '' ? '' : fresh(`${name}/half`) }));
    node.output = results.map(({ made }) => made);
    nodes.push(node);
    for (const { name, made } of results) {
      halfOf.set(name, made);
      const whole = wiring.pinned.has(name) || (wiring.consumers.get(name) ?? []).some((reader) => !halves.has(reader));
      if (whole && name !== '') nodes.push(makeNode('Cast', fresh(`${name}/to-single`), [made], [name], { integers: { to: elementTypes.float32.code } }));
    }
  }
  graph.node = nodes;
  sweep(graph);
  return copy;
};

/** Values whose size decides whether the layers around them can have half precision. */
export const sizesThatMatter = (model: ModelProto): readonly string[] => {
  const { graph } = model;
  if (!graph) return [];
  const halves = halvesOf(graph, wiringOf(graph), new Set());
  const growing = new Set(['Conv', 'ConvTranspose', 'Add', 'Sub', 'Mul', 'Div', 'BatchNormalization']);
  return [...halves].filter((node) => growing.has(operatorOf(node))).map((node) => node.output[0] ?? '');
};

/**
 * Layers that give or read one of the values `large`, which half precision may not hold: the values go on unchanged through
 * pools, joins and the like until something computes others of them.
 */
export const layersAround = (model: ModelProto, large: ReadonlySet<string>): readonly string[] => {
  const nodes = model.graph?.node ?? [];
  const around = new Set<string>();
  const values = new Set(large);
  for (const node of nodes) {
    const operator = operatorOf(node);
    const reads = Object.hasOwn(halfOperators, operator) ? halfOperators[operator] : undefined;
    if (reads === undefined) continue;
    const takes = (reads === 'first' ? node.input.slice(0, 1) : node.input).some((name) => values.has(name));
    if (takes && passing.has(operator)) node.output.forEach((name) => values.add(name));
    if (takes || node.output.some((name) => values.has(name))) around.add(layerName(node));
  }
  return [...around];
};
