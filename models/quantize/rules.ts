import type { NodeProto } from '../onnx/generated/onnx_pb.js';
import { integersOf, operatorOf, textOf, type Wiring } from './graph.js';
import { dimsOf, floatsOf } from './numbers.js';

/** How an operator takes and gives bytes, after what onnxruntime's CPU provider can fuse. */
export type Rule = {
  /** Which inputs are activations; the others are weights, or numbers that say how. */
  readonly data: 'first' | 'all';
  /** `own`: the result has a scale of its own. `same`: it has its input's. `joined`: all inputs and the result have one. */
  readonly scale: 'own' | 'same' | 'joined';
  /** Holding the result within bytes does what a Relu or Clip after it would. */
  readonly clamps: boolean;
  /** Worth it even where nobody wants the result as bytes: far less comes out than goes in. */
  readonly reduces: boolean;
  /** Whether this very node can be done in bytes. */
  readonly fits: (node: NodeProto, wiring: Wiring) => boolean;
};

const always = (): boolean => true;
const oneResult = (node: NodeProto): boolean => node.output.length === 1;

const noConstants = ({ input }: NodeProto, { constants }: Wiring): boolean => input.every((name) => !constants.has(name));

/**
 * A convolution that only takes the mean of a distribution over distances (Softmax before it), as in
 * generalised focal loss (arXiv 2006.04388) and YOLOv8: it belongs to what makes boxes.
 */
export const isDecoding = ({ opType, input: [value = '', weight = ''] }: NodeProto, { constants, producer }: Wiring): boolean => {
  const tensor = constants.get(weight);
  if (opType !== 'Conv' || !tensor || dimsOf(tensor)[0] !== 1) return false;
  let node = producer.get(value);
  for (let n = 0; n < 3 && node && ['Transpose', 'Reshape'].includes(operatorOf(node)); n++) node = producer.get(node.input[0] ?? '');
  return node !== undefined && operatorOf(node) === 'Softmax';
};

const constantWeights = (node: NodeProto, wiring: Wiring): boolean => {
  const { input } = node;
  const { constants } = wiring;
  const weight = constants.get(input[1] ?? '');
  const bias = input[2] ? constants.get(input[2]) : undefined;
  if (!weight || floatsOf(weight) === null || (input[2] && (!bias || floatsOf(bias) === null))) return false;
  const dims = dimsOf(weight);
  return !isDecoding(node, wiring) && dims.length === 4 && dims.every((dim) => dim > 0) && (!bias || (dimsOf(bias).length === 1 && dimsOf(bias)[0] === dims[0]));
};

/** Along the axis of channels, where all that is joined are feature maps. */
const joinsChannels = (node: NodeProto, wiring: Wiring): boolean =>
  noConstants(node, wiring) && node.attribute.some(({ name, i }) => name === 'axis' && (Number(i) === 1 || Number(i) === -3));

const nearest = (node: NodeProto): boolean => ['', 'nearest'].includes(textOf(node, 'mode'));

const copies = { data: 'first', scale: 'same', clamps: false, reduces: false, fits: oneResult } as const satisfies Rule;
const computes = { data: 'all', scale: 'own', clamps: true, reduces: false, fits: noConstants } as const satisfies Rule;

const rules: Readonly<Record<string, Rule>> = {
  Conv: { data: 'first', scale: 'own', clamps: true, reduces: false, fits: constantWeights },
  Add: computes,
  Mul: computes,
  Concat: { data: 'all', scale: 'joined', clamps: false, reduces: false, fits: joinsChannels },
  MaxPool: { ...copies, fits: (node) => oneResult(node) && integersOf(node, 'kernel_shape')?.length === 2 },
  Resize: { ...copies, fits: nearest },
  Upsample: { ...copies, fits: nearest },
  Transpose: copies,
  Reshape: copies,
  Slice: copies,
  Split: { ...copies, fits: always },
  AveragePool: { data: 'first', scale: 'own', clamps: false, reduces: false, fits: oneResult },
  GlobalAveragePool: { data: 'first', scale: 'own', clamps: false, reduces: true, fits: oneResult },
  LeakyRelu: { data: 'first', scale: 'own', clamps: false, reduces: false, fits: oneResult },
  Sigmoid: { data: 'first', scale: 'own', clamps: false, reduces: false, fits: oneResult },
};

/** How a node can be done in bytes; null where it cannot. */
export const ruleFor = (node: NodeProto, wiring: Wiring): Rule | null => {
  const rule = Object.hasOwn(rules, operatorOf(node)) ? rules[operatorOf(node)] : undefined;
  return rule?.fits(node, wiring) ? rule : null;
};

/** The activations that a node reads. */
export const dataOf = (node: NodeProto, rule: Rule): readonly string[] => (rule.data === 'first' ? node.input.slice(0, 1) : node.input);

/** Range to which a node holds its input, where it is no more than that: Relu, or Clip with constant ends. */
export const clampOf = (node: NodeProto, { constants }: Wiring): { readonly low: number; readonly high: number } | null => {
  const operator = operatorOf(node);
  if (operator === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  if (operator !== 'Clip') return null;
  const end = (place: 1 | 2, name: 'min' | 'max', otherwise: number): number | null => {
    const input = node.input[place];
    const attribute = node.attribute.find((each) => each.name === name);
    if (!input) return attribute ? attribute.f : otherwise;
    const tensor = constants.get(input);
    return (tensor && floatsOf(tensor)?.[0]) ?? null;
  };
  const low = end(1, 'min', Number.NEGATIVE_INFINITY);
  const high = end(2, 'max', Number.POSITIVE_INFINITY);
  return low === null || high === null || low > 0 || high < 0 ? null : { low, high };
};
