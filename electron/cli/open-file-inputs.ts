import { UserError } from '../engine/contract/contract.js';
import type { PictureSize } from '../../models/networks/vovnet.js';
import type { TensorType } from '../../models/onnx/types.js';

/** Channels that a picture may have: they tell which of its dimensions are its sides. */
const pictureChannels: ReadonlySet<unknown> = new Set([1, 3, 4]);

/**
 * Dimensions to work with for each input of a file: what is open becomes one picture of `size`.
 * Throws a UserError of kind 'usage' where it says nothing else, or something else than the file.
 */
export const inputDims = (inputs: readonly TensorType[], size: PictureSize | null): ReadonlyMap<string, readonly number[]> =>
  new Map(inputs.map((input) => [input.name, dimsOf(input, size)]));

const dimsOf = ({ name, dims }: TensorType, size: PictureSize | null): readonly number[] => {
  if (dims === null) throw new UserError('bad-model', `The input ${name} has no declared shape, so nothing can be counted.`, 'Export the model with shapes.');
  // A picture has four dimensions, channels last or second.
  const channelsLast = !pictureChannels.has(dims[1]) && pictureChannels.has(dims[3]);
  const [rowAxis, columnAxis] = channelsLast ? [1, 2] : [2, 3];
  const picture = dims.length === 4;
  return dims.map((dim, axis) => {
    const asked = picture && axis === rowAxis ? size?.height : picture && axis === columnAxis ? size?.width : undefined;
    if (typeof dim === 'number') {
      if (asked !== undefined && asked !== dim) {
        throw new UserError('usage', `The file takes pictures of ${String(dims[columnAxis])} x ${String(dims[rowAxis])} only.`, 'Leave out --size.');
      }
      return dim;
    }
    if (asked !== undefined) return asked;
    if (axis === 0) return 1;
    throw new UserError('usage', `The input ${name} leaves its size open.`, 'Give one with --size.');
  });
};
