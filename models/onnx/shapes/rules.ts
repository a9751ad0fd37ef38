import { quantisedRules, runtimeRules } from './quantised.js';
import { known, knownTensor, mostValues, sizeOf, type Known, type Operation } from './tensor.js';
import {
  broadcast, convolution, generalProduct, matrixProduct, padding, pooling, reshaped, resize, transposedConvolution, wholePooling,
} from './windows.js';

/** What an operator gives out; null where it cannot be known before it runs. One value stands for the first of several. */
export type Rule = (op: Operation) => Known | null | readonly (Known | null)[];

const same: Rule = ({ inputs: [x] }) => (x ? known(x.dims, x.values) : null);
const sameShape: Rule = ({ inputs: [x] }) => (x ? known(x.dims) : null);
const changed = (change: (value: number) => number): Rule => ({ inputs: [x] }) => (x ? known(x.dims, x.values?.map(change) ?? null) : null);

const elementwise = (combine: ((a: number, b: number) => number) | null): Rule => ({ inputs }) =>
  inputs.reduce((a, b) => {
    if (a === undefined) return b;
    const dims = a && b ? broadcast(a.dims, b.dims) : null;
    if (!a || !b || !dims) return null;
    const [left, right] = [a.values, b.values];
    // Numbers are followed where both have as many, or one has a single one: shapes need no more.
    if (!combine || !left || !right || (left.length !== right.length && left.length !== 1 && right.length !== 1)) return known(dims);
    const count = Math.max(left.length, right.length);
    return known(dims, Array.from({ length: count }, (_, n) => combine(left[left.length === 1 ? 0 : n] ?? 0, right[right.length === 1 ? 0 : n] ?? 0)));
  }, undefined) ?? null;

const wrap = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Axes as an attribute (older operator sets) or as the input `at`; null where they are not known. */
const axesOf = (op: Operation, at: number, otherwise: readonly number[]): readonly number[] | null => {
  const attribute = op.ints('axes');
  if (attribute) return attribute;
  const input = op.inputs[at];
  return op.inputs.length > at && input !== undefined ? (input?.values ?? null) : otherwise;
};

const reduce: Rule = (op) => {
  const [x] = op.inputs;
  if (!x) return null;
  const axes = axesOf(op, 1, [])?.map((axis) => wrap(axis, x.dims.length));
  if (!axes) return null;
  const gone = axes.length === 0 && op.int('noop_with_empty_axes', 0) === 0 ? x.dims.map((_, axis) => axis) : axes;
  const keep = op.int('keepdims', 1) !== 0;
  return known(x.dims.flatMap((dim, axis) => (gone.includes(axis) ? (keep ? [1] : []) : [dim])));
};

const argument: Rule = (op) => {
  const [x] = op.inputs;
  if (!x) return null;
  const gone = wrap(op.int('axis', 0), x.dims.length);
  return known(x.dims.flatMap((dim, axis) => (axis === gone ? (op.int('keepdims', 1) ? [1] : []) : [dim])));
};

const concat: Rule = (op) => {
  const all = op.inputs.filter((input): input is Known => Boolean(input));
  const [first] = all;
  if (!first || all.length !== op.inputs.length) return null;
  const at = wrap(op.int('axis', 0), first.dims.length);
  const length = all.reduce((sum, { dims }) => sum + (dims[at] ?? 0), 0);
  // Only lists hold shapes, and only short ones.
  const follow = first.dims.length === 1 && length <= mostValues && all.every(({ values }) => values !== null);
  return known(first.dims.map((dim, axis) => (axis === at ? length : dim)), follow ? all.flatMap(({ values }) => values ?? []) : null);
};

const gather: Rule = (op) => {
  const [x, indices] = op.inputs;
  if (!x || !indices) return null;
  const at = wrap(op.int('axis', 0), x.dims.length);
  const { values } = x;
  const picked = x.dims.length === 1 && values ? (indices.values?.map((index) => values[wrap(index, values.length)] ?? Number.NaN) ?? null) : null;
  return known([...x.dims.slice(0, at), ...indices.dims, ...x.dims.slice(at + 1)], picked);
};

const slice: Rule = (op) => {
  const [x, startsGiven, endsGiven, , stepsGiven] = op.inputs;
  const starts = op.ints('starts') ?? startsGiven?.values;
  const ends = op.ints('ends') ?? endsGiven?.values;
  if (!x || !starts || !ends || (op.inputs.length > 4 && stepsGiven === null)) return null;
  const axes = axesOf(op, 3, starts.map((_, n) => n));
  const steps = stepsGiven?.values ?? starts.map(() => 1);
  if (!axes) return null;
  let { values } = x;
  const dims = [...x.dims];
  axes.forEach((given, n) => {
    const axis = wrap(given, dims.length);
    const side = dims[axis] ?? 0;
    const step = steps[n] ?? 1;
    const clamp = (place: number): number =>
      Math.min(step > 0 ? side : side - 1, Math.max(step > 0 ? 0 : -1, place < 0 ? Math.max(place + side, step > 0 ? 0 : -1) : place));
    const from = clamp(starts[n] ?? 0);
    const count = Math.max(0, Math.ceil((clamp(ends[n] ?? side) - from) / step));
    dims[axis] = count;
    const before: readonly number[] | null = values;
    if (step === 1 && count === side) return;
    values = dims.length === 1 && before ? Array.from({ length: Math.min(count, side) }, (_, at) => before[from + at * step] ?? 0) : null;
  });
  return known(dims, values);
};

const split: Rule = (op) => {
  const [x, given] = op.inputs;
  if (!x) return null;
  const at = wrap(op.int('axis', 0), x.dims.length);
  const side = x.dims[at] ?? 0;
  const part = Math.ceil(side / op.outputs);
  const sizes = op.ints('split') ?? (given ? given.values : Array.from({ length: op.outputs }, (_, n) => Math.min(part, side - part * n)));
  return sizes ? sizes.map((size) => known(x.dims.map((dim, axis) => (axis === at ? size : dim)))) : null;
};

const squeeze: Rule = (op) => {
  const [x] = op.inputs;
  if (!x) return null;
  const axes = axesOf(op, 1, x.dims.flatMap((dim, axis) => (dim === 1 ? [axis] : [])))?.map((axis) => wrap(axis, x.dims.length));
  return axes ? known(x.dims.filter((_, axis) => !axes.includes(axis)), x.values) : null;
};

const unsqueeze: Rule = (op) => {
  const [x] = op.inputs;
  const axes = x ? axesOf(op, 1, []) : null;
  if (!x || !axes) return null;
  const rank = x.dims.length + axes.length;
  const fresh = axes.map((axis) => wrap(axis, rank));
  let next = 0;
  return known(Array.from({ length: Math.min(rank, 64) }, (_, axis) => (fresh.includes(axis) ? 1 : (x.dims[next++] ?? 1))), x.values);
};

const rules: Readonly<Record<string, Rule>> = {
  Constant: (op) => {
    const tensor = op.tensor('value');
    const ints = op.ints('value_ints');
    return tensor ? knownTensor(tensor) : ints ? known([ints.length], ints) : known([], null);
  },
  Shape: ({ inputs: [x] }) => (x ? known([x.dims.length], x.dims) : null),
  Size: ({ inputs: [x] }) => (x ? known([], [sizeOf(x.dims)]) : null),
  ConstantOfShape: ({ inputs: [x] }) => (x?.values ? known(x.values) : null),
  Expand: ({ inputs: [x, shape] }) => {
    const dims = x && shape?.values ? broadcast(x.dims, shape.values) : null;
    return dims ? known(dims) : null;
  },
  Range: ({ inputs: [start, limit, delta] }) => {
    const [from, to, step] = [start?.values?.[0], limit?.values?.[0], delta?.values?.[0]];
    return from === undefined || to === undefined || step === undefined ? null : known([Math.max(0, Math.ceil((to - from) / step))]);
  },
  Tile: ({ inputs: [x, repeats] }) => (x && repeats?.values ? known(x.dims.map((dim, axis) => dim * (repeats.values?.[axis] ?? 1))) : null),
  TopK: (op) => {
    const [x, count] = op.inputs;
    const k = count?.values?.[0];
    if (!x || k === undefined) return null;
    const at = wrap(op.int('axis', -1), x.dims.length);
    const y = known(x.dims.map((dim, axis) => (axis === at ? k : dim)));
    return [y, y];
  },
  Reshape: (op) => {
    const [x, shape] = op.inputs;
    return x && shape?.values ? reshaped(x, shape.values, op.int('allowzero', 0) !== 0) : null;
  },
  Flatten: (op) => {
    const [x] = op.inputs;
    if (!x) return null;
    const axis = wrap(op.int('axis', 1), x.dims.length);
    return known([sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))]);
  },
  Transpose: (op) => {
    const [x] = op.inputs;
    if (!x) return null;
    const order = op.ints('perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
    return order.length === x.dims.length ? known(order.map((axis) => x.dims[axis] ?? Number.NaN)) : null;
  },
  Cast: same, Identity: same, Dropout: same, Floor: changed(Math.floor), Ceil: changed(Math.ceil), Neg: changed((value) => -value),
  Add: elementwise((a, b) => a + b), Sub: elementwise((a, b) => a - b), Mul: elementwise((a, b) => a * b),
  // Only shapes are followed, and those are whole.
  Div: elementwise((a, b) => (b === 0 ? Number.NaN : Math.trunc(a / b))),
  Max: elementwise(Math.max), Min: elementwise(Math.min),
  Conv: convolution, ConvTranspose: transposedConvolution, MaxPool: pooling, AveragePool: pooling, LpPool: pooling,
  GlobalAveragePool: wholePooling, GlobalMaxPool: wholePooling, Resize: resize, Upsample: resize, Pad: padding,
  MatMul: matrixProduct, Gemm: generalProduct, Concat: concat, Gather: gather, Slice: slice, Split: split,
  Squeeze: squeeze, Unsqueeze: unsqueeze, ArgMax: argument, ArgMin: argument,
  ...quantisedRules,
};

const sameShapeOperators = [
  'Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'Clip', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Mish', 'Gelu', 'Tanh', 'Softplus', 'Softsign',
  'Softmax', 'LogSoftmax', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Abs', 'Sign', 'Round', 'Erf', 'Sin', 'Cos', 'Tan', 'Not', 'IsNaN',
  'BatchNormalization', 'InstanceNormalization', 'LayerNormalization', 'GroupNormalization', 'LpNormalization', 'LRN',
  'CumSum', 'ScatterND', 'ScatterElements',
];
const broadcastOperators = ['Pow', 'Mod', 'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or', 'Xor', 'Where', 'Sum', 'Mean'];
const reductions = ['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp', 'ReduceLogSum'];

const all = new Map<string, Rule>([
  ...Object.entries(rules),
  ...sameShapeOperators.map((name): [string, Rule] => [name, sameShape]),
  ...broadcastOperators.map((name): [string, Rule] => [name, elementwise(null)]),
  ...reductions.map((name): [string, Rule] => [name, reduce]),
]);

const runtime = new Map(Object.entries(runtimeRules));

/** The rule of an operator of ONNX ('', 'ai.onnx') or onnxruntime; null for one that is not known or depends on the data (NonMaxSuppression, If, Loop). */
export const ruleOf = (domain: string, operator: string): Rule | null =>
  (domain === '' || domain === 'ai.onnx' ? all : domain === 'com.microsoft' ? runtime : null)?.get(operator) ?? null;
