import { roundEven } from './numbers.js';

/** How numbers become bytes: byte = round(x ÷ scale) + zeroPoint, held within 0..255. */
export type Scale = { readonly scale: number; readonly zeroPoint: number };

/** Values a tensor takes. */
export type Range = { readonly low: number; readonly high: number };

/** Scales below this would turn biases and products into denormal numbers. */
const smallestScale = 1e-9;

/** The scale by which `range` and zero fill 0..255; zero itself is always a byte exactly. */
export const scaleOf = ({ low, high }: Range): Scale => {
  const [from, to] = [Math.min(0, finite(low)), Math.max(0, finite(high))];
  const scale = Math.max((to - from) / 255, smallestScale);
  // A constant of 0 has no range: any scale will do, and 1 does no harm.
  if (to === from) return { scale: 1, zeroPoint: 0 };
  return { scale: Math.fround(scale), zeroPoint: Math.min(255, Math.max(0, Math.round(-from / scale))) };
};

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** A number as it is after it was a byte. */
export const throughByte = (value: number, { scale, zeroPoint }: Scale): number =>
  (Math.min(255, Math.max(0, roundEven(value / scale) + zeroPoint)) - zeroPoint) * scale;
