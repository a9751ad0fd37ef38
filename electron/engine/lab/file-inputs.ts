import type { TensorType } from '../../../models/onnx/types.js';
import { UserError, type Size } from '../contract/contract.js';

/** Channels that a picture may have: they tell which of its dimensions are its sides. */
const pictureChannels: ReadonlySet<unknown> = new Set([1, 3, 4]);
/** Without a batch, a dimension of 1 tells nothing. */
const colourChannels: ReadonlySet<unknown> = new Set([3, 4]);

export type OpenDims = {
  /** Pictures at once, where the file leaves that open. */
  readonly batch?: number;
  /** Size where the file leaves it open and none was asked for. */
  readonly fallback?: Size | null;
};

/**
 * Dimensions to work with for each input of a file: what is open becomes one picture, or `batch`, of `size`.
 * Throws a UserError of kind 'usage' where `size` is not what the file says, or nothing tells it.
 */
export const inputDims = (inputs: readonly TensorType[], size: Size | null, { batch = 1, fallback = null }: OpenDims = {}): ReadonlyMap<string, readonly number[]> =>
  new Map(inputs.map((input) => [input.name, dimsOf(input, size, batch, fallback)]));

/** Rows and columns of a picture, channels last or first; it has four dimensions, or three where it comes alone. Null for what is none. */
const sideAxes = (dims: readonly unknown[]): readonly [number, number] | null => {
  if (dims.length === 4) return !pictureChannels.has(dims[1]) && pictureChannels.has(dims[3]) ? [1, 2] : [2, 3];
  if (dims.length !== 3) return null;
  if (colourChannels.has(dims[0])) return [1, 2];
  return colourChannels.has(dims[2]) ? [0, 1] : null;
};

/** Size and number of the pictures among the inputs; null where there are none. */
export const pictureOf = (inputs: ReadonlyMap<string, readonly number[]>): { readonly input: Size; readonly pictures: number } | null => {
  const all = [...inputs.values()];
  const dims = all.find((each) => each.length === 4) ?? all.find((each) => sideAxes(each) !== null) ?? [];
  const axes = sideAxes(dims);
  if (axes === null) return null;
  const [row, column] = axes;
  return { input: { width: dims[column] ?? 0, height: dims[row] ?? 0 }, pictures: dims.length === 4 ? (dims[0] ?? 1) : 1 };
};

const dimsOf = ({ name, dims }: TensorType, size: Size | null, batch: number, fallback: Size | null): readonly number[] => {
  if (dims === null) throw new UserError('bad-model', `The input ${name} has no declared shape, so nothing can be counted.`, 'Export the model with shapes.');
  const [rowAxis, columnAxis] = sideAxes(dims) ?? [null, null];
  const side = (axis: number, of: Size | null): number | undefined =>
    (axis === rowAxis ? of?.height : axis === columnAxis ? of?.width : undefined);
  return dims.map((dim, axis) => {
    const asked = side(axis, size);
    if (typeof dim === 'number') {
      if (asked !== undefined && asked !== dim) {
        throw new UserError('usage', `The file takes pictures of ${String(dims[columnAxis ?? 0])} x ${String(dims[rowAxis ?? 0])} only.`, 'Leave out --size.');
      }
      return dim;
    }
    const chosen = asked ?? side(axis, fallback);
    if (chosen !== undefined) return chosen;
    if (axis === 0) return batch;
    throw new UserError('usage', `The input ${name} leaves its size open.`, 'Give one with --size.');
  });
};
