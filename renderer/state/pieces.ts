import type { Stretch } from '../../electron/engine/contract/contract.js';

/**
 * Cuts analysed stretches into pieces of at most `length` frames, nearest to `around` first, so that
 * what the user looks at is there before the rest. Each piece is `[from, to)`.
 */
export const piecesToLoad = (
  analysed: readonly Stretch[], around: number, length: number,
): readonly (readonly [from: number, to: number])[] => {
  const pieces: (readonly [number, number])[] = [];
  for (const [first, last] of analysed) {
    for (let from: number = first; from <= last; from += length) pieces.push([from, Math.min(from + length, last + 1)]);
  }
  const distance = ([from, to]: readonly [number, number]): number =>
    around < from ? from - around : Math.max(0, around - (to - 1));
  return pieces.sort((a, b) => distance(a) - distance(b));
};
