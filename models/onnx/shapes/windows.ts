import { known, sizeOf, type Known, type Operation } from './tensor.js';

/** Places a window takes along one side. */
const places = (op: Operation, axis: number, axes: number, side: number, kernel: number): number => {
  const stride = op.ints('strides')?.[axis] ?? 1;
  const dilation = op.ints('dilations')?.[axis] ?? 1;
  const auto = op.text('auto_pad');
  if (auto.startsWith('SAME')) return Math.ceil(side / stride);
  const pads = auto === 'VALID' ? null : op.ints('pads');
  const before = pads?.[axis] ?? 0;
  const free = side + before + (pads?.[axis + axes] ?? 0) - (dilation * (kernel - 1) + 1);
  if (op.int('ceil_mode', 0) === 0) return Math.floor(free / stride) + 1;
  const most = Math.ceil(free / stride) + 1;
  // A window must begin inside of the picture or of what is put before it.
  return (most - 1) * stride >= side + before ? most - 1 : most;
};

export const convolution = (op: Operation): Known | null => {
  const [x, w] = op.inputs;
  if (!x || !w || x.dims.length < 3 || w.dims.length !== x.dims.length) return null;
  const [batch = 0, , ...sides] = x.dims;
  const [out = 0, , ...kernel] = w.dims;
  return known([batch, out, ...sides.map((side, axis) => places(op, axis, sides.length, side, kernel[axis] ?? 1))]);
};

export const transposedConvolution = (op: Operation): Known | null => {
  const [x, w] = op.inputs;
  if (!x || !w || x.dims.length < 3 || w.dims.length !== x.dims.length || op.ints('output_shape') !== null) return null;
  const [batch = 0, , ...sides] = x.dims;
  const [, out = 0, ...kernel] = w.dims;
  const auto = op.text('auto_pad');
  return known([batch, out * op.int('group', 1), ...sides.map((side, axis) => {
    const stride = op.ints('strides')?.[axis] ?? 1;
    if (auto.startsWith('SAME')) return side * stride;
    const dilation = op.ints('dilations')?.[axis] ?? 1;
    const pads = op.ints('pads');
    return stride * (side - 1) + (op.ints('output_padding')?.[axis] ?? 0) + (((kernel[axis] ?? 1) - 1) * dilation + 1)
      - (pads?.[axis] ?? 0) - (pads?.[axis + sides.length] ?? 0);
  })]);
};

export const pooling = (op: Operation): readonly (Known | null)[] | null => {
  const [x] = op.inputs;
  const kernel = op.ints('kernel_shape');
  if (!x || !kernel || x.dims.length !== kernel.length + 2) return null;
  const [batch = 0, channels = 0, ...sides] = x.dims;
  const y = known([batch, channels, ...sides.map((side, axis) => places(op, axis, sides.length, side, kernel[axis] ?? 1))]);
  return Array.from({ length: op.outputs }, () => y);
};

export const wholePooling = ({ inputs: [x] }: Operation): Known | null =>
  x && x.dims.length >= 2 ? known(x.dims.map((dim, axis) => (axis < 2 ? dim : 1))) : null;

export const resize = (op: Operation): Known | null => {
  const [x] = op.inputs;
  if (!x) return null;
  // Resize-10 and Upsample have the scales second, Resize-11 and later third, after the region.
  const [second, third, sizes] = op.inputs.slice(1);
  const axes = op.ints('axes') ?? x.dims.map((_, axis) => axis);
  const scales = third ?? (sizes ? null : second);
  const along = (values: readonly number[], change: (dim: number, value: number) => number): Known | null =>
    values.length === axes.length
      ? known(x.dims.map((dim, axis) => (axes.includes(axis) ? change(dim, values[axes.indexOf(axis)] ?? 1) : dim)))
      : null;
  if (sizes?.values) return along(sizes.values, (_, size) => size);
  return scales?.values ? along(scales.values, (dim, scale) => Math.floor(dim * scale)) : null;
};

export const padding = (op: Operation): Known | null => {
  const [x, given, , axesGiven] = op.inputs;
  const pads = op.ints('pads') ?? given?.values;
  if (!x || !pads || (axesGiven && !axesGiven.values)) return null;
  const axes = axesGiven?.values ?? x.dims.map((_, axis) => axis);
  const wrapped = axes.map((axis) => (axis < 0 ? axis + x.dims.length : axis));
  return known(x.dims.map((dim, axis) => {
    const at = wrapped.indexOf(axis);
    return at < 0 ? dim : dim + (pads[at] ?? 0) + (pads[at + axes.length] ?? 0);
  }));
};

export const matrixProduct = ({ inputs: [a, b] }: Operation): Known | null => {
  if (!a || !b || a.dims.length < 1 || b.dims.length < 1) return null;
  const [left, right] = [a.dims.length === 1 ? [1, ...a.dims] : a.dims, b.dims.length === 1 ? [...b.dims, 1] : b.dims];
  if (left[left.length - 1] !== right[right.length - 2]) return null;
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  if (!batch) return null;
  const tail = [...(a.dims.length > 1 ? left.slice(-2, -1) : []), ...(b.dims.length > 1 ? right.slice(-1) : [])];
  return known([...batch, ...tail]);
};

export const generalProduct = (op: Operation): Known | null => {
  const [a, b] = op.inputs;
  if (a?.dims.length !== 2 || b?.dims.length !== 2) return null;
  return known([a.dims[op.int('transA', 0) ? 1 : 0] ?? 0, b.dims[op.int('transB', 0) ? 0 : 1] ?? 0]);
};

/** Dimensions of an operation element by element; null where the shapes do not go together. */
export const broadcast = (a: readonly number[], b: readonly number[]): readonly number[] | null => {
  const length = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let n = length; n > 0; n--) {
    const [x = 1, y = 1] = [a[a.length - n], b[b.length - n]];
    if (x !== y && x !== 1 && y !== 1) return null;
    dims.push(x === 1 ? y : x);
  }
  return dims;
};

export const reshaped = (x: Known, wanted: readonly number[], keepZero: boolean): Known | null => {
  const dims = wanted.map((dim, axis) => (dim === 0 && !keepZero ? (x.dims[axis] ?? 0) : dim));
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = sizeOf(x.dims) / sizeOf(dims.filter((_, axis) => axis !== open));
  return sizeOf(dims) === sizeOf(x.dims) ? known(dims, x.values) : null;
};
