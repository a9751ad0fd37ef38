import { clone, create } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema, type GraphProto, type ModelProto, type NodeProto } from '../onnx/generated/onnx_pb.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { makeTensor } from '../onnx/tensor.js';
import { foldAffine } from './fold.js';
import { attributeOf, integerOf, integersOf, layerName, makeNode, operatorOf, sweep, wiringOf } from './graph.js';
import { modernise } from './modernise.js';
import { integersIn } from './numbers.js';

const formatVersion = 7n;

/**
 * The same network in the form that the rest of this folder expects: today's operators where that can
 * be, constants as initializers,
 * nothing that only passes on, means over the picture as GlobalAveragePool, and normalisation and
 * other factors and offsets of channels inside the convolutions before them. `inputs` gives the
 * dimensions of every input.
 */
export const simplify = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): ModelProto => {
  const copy = clone(ModelProtoSchema, model);
  const { graph } = copy;
  if (!graph) return copy;
  // What a convolution gives changes its name below; what people call it shall not.
  for (const node of graph.node) if (operatorOf(node) === 'Conv') node.name = layerName(node);
  constantsToInitializers(graph);
  // Old files list their weights as inputs that could be replaced; folded weights cannot be.
  const weights = new Set(graph.initializer.map(({ name }) => name));
  graph.input = graph.input.filter(({ name }) => !weights.has(name));
  dropIdentities(graph);
  // Initializers that are no inputs came with version 4 of the format, today's operators with 7.
  if (copy.irVersion < formatVersion) copy.irVersion = formatVersion;
  modernise(copy, inputs);
  meansToPools(copy, graph, inputs);
  foldAffine(graph);
  sweep(graph);
  return copy;
};

const constantsToInitializers = (graph: GraphProto): void => {
  graph.node = graph.node.filter((node) => {
    if (operatorOf(node) !== 'Constant') return true;
    const name = node.output[0] ?? '';
    const tensor = attributeOf(node, 'value')?.t;
    const float = attributeOf(node, 'value_float');
    const floats = attributeOf(node, 'value_floats');
    const integer = attributeOf(node, 'value_int');
    const integers = attributeOf(node, 'value_ints');
    if (tensor) graph.initializer.push(create(TensorProtoSchema, { ...tensor, name }));
    else if (float) graph.initializer.push(makeTensor(name, 'float32', [], [float.f]));
    else if (floats) graph.initializer.push(makeTensor(name, 'float32', [floats.floats.length], floats.floats));
    else if (integer) graph.initializer.push(makeTensor(name, 'int64', [], [Number(integer.i)]));
    else if (integers) graph.initializer.push(makeTensor(name, 'int64', [integers.ints.length], integers.ints.map(Number)));
    else return true;
    return false;
  });
};

/** Takes out nodes that give what they are given: names that must stay keep theirs. */
const dropIdentities = (graph: GraphProto): void => {
  const { pinned } = wiringOf(graph);
  const instead = new Map<string, string>();
  const now = (name: string): string => instead.get(name) ?? name;
  graph.node = graph.node.filter((node) => {
    node.input = node.input.map(now);
    const passes = operatorOf(node) === 'Identity' || (operatorOf(node) === 'Dropout' && node.output.length === 1 && node.input.length === 1);
    const [from = '', to = ''] = [node.input[0], node.output[0]];
    if (!passes || pinned.has(to)) return true;
    instead.set(to, from);
    return false;
  });
};

/** A mean over both sides of a picture, kept as 1 x 1, is a GlobalAveragePool; only that has a form for bytes. */
const meansToPools = (model: ModelProto, graph: GraphProto, inputs: ReadonlyMap<string, readonly number[]>): void => {
  const { constants } = wiringOf(graph);
  const means = graph.node.filter((node) => operatorOf(node) === 'ReduceMean');
  if (means.length === 0) return;
  const shapes = inferShapes(model, inputs);
  const isPool = (node: NodeProto): boolean => {
    const [value = '', given] = node.input;
    const axesTensor = given === undefined ? undefined : constants.get(given);
    const axes = axesTensor ? integersIn(axesTensor) : integersOf(node, 'axes');
    if (axes === null || integerOf(node, 'keepdims', 1) !== 1 || shapes.get(value)?.dims.length !== 4) return false;
    return axes.map((axis) => (axis + 4) % 4).sort().join() === '2,3';
  };
  const pools = new Map(means.filter(isPool).map((node) =>
    [node, makeNode('GlobalAveragePool', layerName(node), node.input.slice(0, 1), node.output)]));
  graph.node = graph.node.map((node) => pools.get(node) ?? node);
};
