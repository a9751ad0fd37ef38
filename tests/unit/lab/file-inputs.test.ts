import { describe, expect, it } from 'vitest';
import { inputDims, pictureOf } from '../../../electron/engine/lab/file-inputs.js';
import type { TensorType } from '../../../models/onnx/types.js';

const input = (...dims: readonly (number | string)[]): TensorType => ({ name: 'x', type: 'float32', dims });
const dimsAt = (type: TensorType, size: { width: number; height: number } | null): readonly number[] => inputDims([type], size).get('x')!;

describe('the inputs of a file', () => {
  it('are pictures without a batch too, channels first or last', () => {
    const size = { width: 40, height: 24 };
    expect(dimsAt(input(3, 'h', 'w'), size)).toEqual([3, 24, 40]);
    expect(dimsAt(input('h', 'w', 3), size)).toEqual([24, 40, 3]);
    expect(pictureOf(new Map([['x', [3, 16, 20]]]))).toEqual({ input: { width: 20, height: 16 }, pictures: 1 });
    expect(pictureOf(new Map([['x', [16, 20, 3]]]))).toEqual({ input: { width: 20, height: 16 }, pictures: 1 });
    expect(() => dimsAt(input(3, 16, 20), size)).toThrow('The file takes pictures of 20 x 16 only.');
  });

  it('with three dimensions and no colours are none', () => {
    expect(pictureOf(new Map([['x', [1, 128, 64]]]))).toBeNull();
    expect(dimsAt(input('n', 128, 64), { width: 40, height: 24 })).toEqual([1, 128, 64]);
  });

  it('with a batch are taken before anything else', () => {
    expect(pictureOf(new Map([['boxes', [3, 10, 4]], ['x', [2, 3, 8, 6]]]))).toEqual({ input: { width: 6, height: 8 }, pictures: 2 });
  });
});
