import type { Output } from '../networks/composer.js';
import type { Network } from '../networks/layers.js';
import { composeNetwork } from './compose.js';

/** Where convolutions are compared: on feature maps of `size` x `size`. */
export type RatioCase = { readonly kernel: 1 | 3; readonly size: number };

export const ratioCases: readonly RatioCase[] = [
  { kernel: 1, size: 56 }, { kernel: 1, size: 28 }, { kernel: 3, size: 28 }, { kernel: 3, size: 14 },
];

/** Few and many channels of a pair, nearly in the ratio of 1 to `ratio`. */
export type RatioPair = { readonly ratio: number; readonly few: number; readonly many: number };

/**
 * Channels whose products, and with them the multiply-adds, agree within 1 %: 384 x 384. All are
 * multiples of 16, so that no runtime has to fill up its blocks for one and not for another.
 */
export const ratioPairs: readonly RatioPair[] = [
  { ratio: 1, few: 384, many: 384 },
  { ratio: 2, few: 272, many: 544 },
  { ratio: 4, few: 192, many: 768 },
  { ratio: 6, few: 160, many: 928 },
  { ratio: 9, few: 128, many: 1152 },
  { ratio: 12, few: 112, many: 1312 },
];

/** Convolutions of a network of `ratioNetwork`: half of them widen, half narrow. */
export const ratioConvolutions = 4;

/** Convolutions in a row, `pairN.widen` from few channels to many and `pairN.narrow` back, so that only the first and last touch the outside. */
export const ratioNetwork = ({ kernel, size }: RatioCase, { ratio, few, many }: RatioPair): Network => composeNetwork(
  `ratio-${kernel}x${kernel}-${size}-${ratio}`, `${kernel}x${kernel}, ${size} px, 1:${ratio}`, { channels: few, height: size, width: size },
  (composer) => {
    let value: Output = composer.image;
    for (let n = 1; n <= ratioConvolutions / 2; n++) {
      const wide = composer.conv(`pair${n}`, 'widen', value, { channels: many, kernel });
      value = composer.conv(`pair${n}`, 'narrow', wide, { channels: few, kernel });
    }
    return value;
  },
);
