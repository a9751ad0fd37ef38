import { buildModel, type Attribute, type GraphScope, type Value } from '../onnx/build.js';
import type { ModelProto } from '../onnx/generated/onnx_pb.js';
import type { Dimension } from '../onnx/types.js';
import { inputName, type Conv, type Layer, type Network, type Upsample } from './layers.js';
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
 * The ONNX model of a network. Its features are called `stride4` and so on; a layer's nodes are
 * called after the layer: `LAYER`, or `LAYER/conv`, `LAYER/norm`, `LAYER/relu`.
 * Throws a RangeError that lists weights that do not fit.
 */
export const toOnnx = (network: Network, weights: Weights, form: ModelForm = {}): ModelProto => {
  const { batch = 'n', anySize = false, precision = 'float32' } = form;
  return buildModel({ name: network.id, metadata: { network: network.id, ...form.metadata } }, (graph) => {
    const outputs = new Map(network.features.map(({ stride, layer }) => [layer, `stride${stride}`]));
    const values = addNetwork(graph, network, weights, form, (layer) => outputs.get(layer) ?? layer);
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
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => values.get(name) ?? name);
    values.set(layer.name, addLayer({ graph, weights, form }, layer, inputs, nameOf(layer.name)));
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

type Making = { readonly graph: GraphScope; readonly weights: Weights; readonly form: ModelForm };

/** Adds one layer, whose outcome is to be called `value`. */
const addLayer = (making: Making, layer: Layer, inputs: readonly Value[], value: string): Value => {
  const { graph } = making;
  const add = (operator: string, attributes: Readonly<Record<string, Attribute>> = {}): Value =>
    graph.node(operator, inputs, attributes, layer.name, value);
  switch (layer.kind) {
    case 'conv': return addConv(making, layer, inputs, value);
    case 'max-pool': return add('MaxPool', {
      kernel_shape: { ints: [layer.kernel, layer.kernel] }, strides: { ints: [layer.stride, layer.stride] }, ceil_mode: { int: 1 },
    });
    case 'concat': return add('Concat', { axis: { int: 1 } });
    case 'add': return add('Add');
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

const addConv = ({ graph, weights, form }: Making, conv: Conv, inputs: readonly Value[], value: string): Value => {
  const { name, kernel, stride, groups, affine, activation, from, to } = conv;
  const { precision = 'float32', keepNorm = false } = form;
  const dims = [to.channels, from.channels / groups, kernel, kernel];
  const numbers = (part: string): Float32Array => weights.get(`${name}.${part}`) ?? new Float32Array();
  const constant = (part: string, shape: readonly number[], data: Float32Array): Value =>
    graph.constant(precision, shape, data, `${name}.${part}`);
  const perChannel = (part: string): Value => constant(part, [to.channels], numbers(part));

  const folded = affine === 'norm' && !keepNorm ? foldNorm(numbers) : null;
  const operands = [...inputs, constant('weight', dims, folded?.weight ?? numbers('weight'))];
  if (folded !== null) operands.push(constant('bias', [to.channels], folded.bias));
  else if (affine === 'bias') operands.push(perChannel('bias'));

  const pad = Math.floor(kernel / 2);
  const steps: [part: string, operator: string, operands: readonly Value[], attributes: Readonly<Record<string, Attribute>>][] = [
    ['conv', 'Conv', operands, {
      kernel_shape: { ints: [kernel, kernel] }, strides: { ints: [stride, stride] }, pads: { ints: [pad, pad, pad, pad] }, group: { int: groups },
    }],
  ];
  if (affine === 'norm' && keepNorm) {
    const parts = ['norm.scale', 'norm.shift', 'norm.mean', 'norm.variance'].map(perChannel);
    steps.push(['norm', 'BatchNormalization', parts, { epsilon: { float: epsilon } }]);
  }
  if (activation === 'relu') steps.push(['relu', 'Relu', [], {}]);
  // The convolution reads the layer's input; every further step what the one before it gave out.
  let last: Value[] = [];
  steps.forEach(([part, operator, extra, attributes], at) => {
    const node = `${name}/${part}`;
    last = [graph.node(operator, [...last, ...extra], attributes, node, at === steps.length - 1 ? value : node)];
  });
  return value;
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
