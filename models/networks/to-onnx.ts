import { buildModel, type Attribute, type GraphScope, type Value } from '../onnx/build.js';
import type { ModelProto } from '../onnx/generated/onnx_pb.js';
import type { Dimension } from '../onnx/types.js';
import { inputName, type Activation, type Conv, type Layer, type Linear, type Network, type Norm, type Upsample } from './layers.js';
import { weightFaults, type Weights } from './weights.js';

export type ModelForm = {
  /** Number of pictures at once, or a symbol for any number. */
  readonly batch?: number | string;
  /** Leaves width and height open; pictures of other sizes than the network's may come. */
  readonly anySize?: boolean;
  /** `bytes`: uint8 [n, h, w, 3], normalised in the graph. `numbers`: [n, 3, h, w], normalised already. */
  readonly input?: 'bytes' | 'numbers';
  /** For `bytes`: a channel becomes (byte - mean) ÷ std. ImageNet's where nothing is said. */
  readonly mean?: readonly [number, number, number];
  readonly std?: readonly [number, number, number];
  /** Batch normalisation as nodes of its own, for training on; else it is folded into the weights. */
  readonly keepNorm?: boolean;
  readonly precision?: 'float32' | 'float16';
  readonly metadata?: Readonly<Record<string, string>>;
};

/** Mean and deviation of ImageNet's pictures, red, green, blue, in steps of a byte. */
const imageNet = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;

/** Added to a variance before its root, as all published VoVNets have it. */
const epsilon = 1e-5;

/**
 * The ONNX model of a network. Its features are called `stride4` and so on, a classifier's scores,
 * [n, classes] before any softmax, `logits`; a layer's nodes are called after the layer: `LAYER`, or
 * `LAYER/conv`, `LAYER/norm`, `LAYER/relu`.
 * Throws a RangeError that lists weights that do not fit.
 */
export const toOnnx = (network: Network, weights: Weights, form: ModelForm = {}): ModelProto => {
  const { batch = 'n', anySize = false, precision = 'float32' } = form;
  return buildModel({ name: network.id, metadata: { network: network.id, ...form.metadata } }, (graph) => {
    const outputs = new Map(network.features.map(({ stride, layer }) => [layer, `stride${stride}`]));
    if (network.classifier !== undefined) outputs.set(network.classifier, 'logits');
    const values = addNetwork(graph, network, weights, form, (layer) => outputs.get(layer) ?? layer);
    const scores = network.layers.find(({ name }) => name === network.classifier);
    if (scores) graph.output('logits', values.get(scores.name) ?? scores.name, precision, [batch, scores.to.channels]);
    for (const { stride, layer, shape } of network.features) {
      const sides: Dimension[] = anySize ? [null, null] : [shape.height, shape.width];
      graph.output(`stride${stride}`, values.get(layer) ?? layer, precision, [batch, shape.channels, ...sides]);
    }
  });
};

/**
 * Adds the picture and every layer to a graph; gives the layers' values. `nameOf` says what a layer's
 * outcome is called. Throws a RangeError that lists weights that do not fit.
 */
export const addNetwork = (
  graph: GraphScope, network: Network, weights: Weights, form: ModelForm, nameOf: (layer: string) => string = (layer) => layer,
): ReadonlyMap<string, Value> => {
  const faults = weightFaults(network, weights);
  if (faults.length > 0) throw new RangeError(`The weights do not fit ${network.title}: ${faults.join(' ')}`);
  const values = new Map<string, Value>([[inputName, addInput(graph, network, form)]]);
  const making: Making = { graph, weights, form, cut: cutOf(graph, network, form) };
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => values.get(name) ?? name);
    values.set(layer.name, addLayer(making, layer, inputs, nameOf(layer.name)));
  }
  return values;
};

const addInput = (graph: GraphScope, network: Network, form: ModelForm): Value => {
  const { batch = 'n', anySize = false, input = 'bytes', precision = 'float32', mean = imageNet.mean, std = imageNet.std } = form;
  const { channels, height, width } = network.input;
  const sides: Dimension[] = anySize ? ['height', 'width'] : [height, width];
  if (input === 'numbers') return graph.input(inputName, precision, [batch, channels, ...sides]);
  const bytes = graph.input(inputName, 'uint8', [batch, ...sides, channels]);
  const planes = graph.node('Transpose', [bytes], { perm: { ints: [0, 3, 1, 2] } }, 'input/planes');
  const numbers = graph.node('Cast', [planes], { to: { int: precision === 'float16' ? 10 : 1 } }, 'input/numbers');
  const centred = graph.node('Sub', [numbers, graph.constant(precision, [1, 3, 1, 1], mean, 'input.mean')], {}, 'input/centred');
  return graph.node('Div', [centred, graph.constant(precision, [1, 3, 1, 1], std, 'input.std')], {}, 'input/normalised');
};

type Making = {
  readonly graph: GraphScope;
  readonly weights: Weights;
  readonly form: ModelForm;
  /** Least and greatest value that relu6 lets through. */
  readonly cut: readonly Value[];
};

const cutOf = (graph: GraphScope, { layers }: Network, { precision = 'float32' }: ModelForm): readonly Value[] =>
  layers.some((layer) => 'activation' in layer && layer.activation === 'relu6')
    ? ([['relu6.low', 0], ['relu6.high', 6]] as const).map(([name, value]) => graph.constant(precision, [], [value], name))
    : [];

/** Adds one layer, whose outcome is to be called `value`. */
const addLayer = (making: Making, layer: Layer, inputs: readonly Value[], value: string): Value => {
  const { graph } = making;
  const add = (operator: string, attributes: Readonly<Record<string, Attribute>> = {}): Value =>
    graph.node(operator, inputs, attributes, layer.name, value);
  switch (layer.kind) {
    case 'conv': return addConv(making, layer, inputs, value);
    case 'norm': return addChain(making, layer.name, inputs, [normStep(making, layer, layer.name), ...activationSteps(making, layer.activation)], value);
    case 'linear': return addLinear(making, layer, inputs, value);
    case 'max-pool': return add('MaxPool', {
      kernel_shape: { ints: [layer.kernel, layer.kernel] }, strides: { ints: [layer.stride, layer.stride] },
      pads: { ints: [layer.pad, layer.pad, layer.pad, layer.pad] }, ceil_mode: { int: layer.ceil ? 1 : 0 },
    });
    case 'average-pool': return add('AveragePool', {
      kernel_shape: { ints: [layer.kernel, layer.kernel] }, strides: { ints: [layer.stride, layer.stride] },
    });
    case 'concat': return add('Concat', { axis: { int: 1 } });
    case 'add':
      if (layer.activation === 'none') return add('Add');
      return addChain(making, layer.name, inputs, [{ part: 'add', operator: 'Add' }, ...activationSteps(making, layer.activation)], value);
    case 'scale': return add('Mul');
    case 'mean': return add('GlobalAveragePool');
    case 'upsample': return addUpsample(graph, layer, inputs, value);
    case 'hard-sigmoid': return add('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
  }
};

const addUpsample = (graph: GraphScope, { name, factor }: Upsample, inputs: readonly Value[], value: string): Value => {
  const factors = graph.constant('float32', [4], [1, 1, factor, factor], `${name}.factors`);
  const attributes = {
    mode: { string: 'nearest' }, coordinate_transformation_mode: { string: 'asymmetric' }, nearest_mode: { string: 'floor' },
  };
  return graph.node('Resize', [...inputs, '', factors], attributes, name, value);
};

/** One node of a layer that is made of several: what it reads beside the outcome of the one before. */
type Step = {
  readonly part: string;
  readonly operator: string;
  readonly operands?: readonly Value[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
};

/** The first step reads `inputs`, every further one what the one before it gave out; the last gives out `value`. */
const addChain = ({ graph }: Making, name: string, inputs: readonly Value[], steps: readonly Step[], value: string): Value => {
  let last = inputs;
  steps.forEach(({ part, operator, operands = [], attributes = {} }, at) => {
    const node = `${name}/${part}`;
    last = [graph.node(operator, [...last, ...operands], attributes, node, at === steps.length - 1 ? value : node)];
  });
  return value;
};

const activationSteps = ({ cut }: Making, activation: Activation): readonly Step[] => {
  if (activation === 'none') return [];
  return [activation === 'relu' ? { part: 'relu', operator: 'Relu' } : { part: 'relu6', operator: 'Clip', operands: cut }];
};

/** Batch normalisation, its numbers called after `prefix`. */
const normStep = (making: Making, { to }: Conv | Norm, prefix: string): Step => ({
  part: 'norm', operator: 'BatchNormalization', attributes: { epsilon: { float: epsilon } },
  operands: ['scale', 'shift', 'mean', 'variance'].map((role) => constantOf(making, `${prefix}.${role}`, [to.channels])),
});

const numbersOf = ({ weights }: Making, name: string): Float32Array => weights.get(name) ?? new Float32Array();

const constantOf = (making: Making, name: string, dims: readonly number[], numbers = numbersOf(making, name)): Value =>
  making.graph.constant(making.form.precision ?? 'float32', dims, numbers, name);

const addLinear = (making: Making, { name, from, to }: Linear, inputs: readonly Value[], value: string): Value =>
  addChain(making, name, inputs, [
    { part: 'flat', operator: 'Flatten', attributes: { axis: { int: 1 } } },
    {
      part: 'linear', operator: 'Gemm', attributes: { transB: { int: 1 } },
      operands: [constantOf(making, `${name}.weight`, [to.channels, from.channels]), constantOf(making, `${name}.bias`, [to.channels])],
    },
  ], value);

const addConv = (making: Making, conv: Conv, inputs: readonly Value[], value: string): Value => {
  const { name, kernel, stride, groups, affine, activation, from, to } = conv;
  const dims = [to.channels, from.channels / groups, kernel, kernel];
  const kept = affine === 'norm' && (making.form.keepNorm ?? false);
  const folded = affine === 'norm' && !kept ? foldNorm((part) => numbersOf(making, `${name}.${part}`)) : null;
  const operands = [constantOf(making, `${name}.weight`, dims, folded?.weight)];
  if (folded !== null || affine === 'bias') operands.push(constantOf(making, `${name}.bias`, [to.channels], folded?.bias));
  const pad = Math.floor(kernel / 2);
  return addChain(making, name, inputs, [
    {
      part: 'conv', operator: 'Conv', operands,
      attributes: {
        kernel_shape: { ints: [kernel, kernel] }, strides: { ints: [stride, stride] }, pads: { ints: [pad, pad, pad, pad] }, group: { int: groups },
      },
    },
    ...(kept ? [normStep(making, conv, `${name}.norm`)] : []),
    ...activationSteps(making, activation),
  ], value);
};

/** Batch normalisation as part of the weights: w·g and b = shift - mean·g, with g = scale ÷ sqrt(variance + epsilon). */
const foldNorm = (numbers: (part: string) => Float32Array): { readonly weight: Float32Array; readonly bias: Float32Array } => {
  const [weight, scale, shift, mean, variance] =
    ['weight', 'norm.scale', 'norm.shift', 'norm.mean', 'norm.variance'].map(numbers) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  const gain = scale.map((each, n) => each / Math.sqrt((variance[n] ?? 1) + epsilon));
  const bias = shift.map((each, n) => each - (mean[n] ?? 0) * (gain[n] ?? 1));
  const size = weight.length / scale.length;
  const scaled = new Float32Array(weight.length);
  for (let channel = 0; channel < scale.length; channel++) {
    const factor = gain[channel] ?? 1;
    for (let at = channel * size; at < (channel + 1) * size; at++) scaled[at] = (weight[at] ?? 0) * factor;
  }
  return { weight: scaled, bias };
};
