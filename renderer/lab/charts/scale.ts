/** From values to pixels, and the round values that an axis names. */
export type Scale = {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
};

/** A round step (1, 2 or 5 times a power of ten) that cuts `span` into about `count`. */
export const roundStep = (span: number, count: number): number => {
  if (!(span > 0) || !Number.isFinite(span)) return 1;
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const part = raw / power;
  return (part <= 1.0001 ? 1 : part <= 2.0001 ? 2 : part <= 5.0001 ? 5 : 10) * power;
};

const clean = (value: number): number => Number(value.toPrecision(12));

/** From zero (or below, where values are) to a round value at or above `most`. */
export const linearScale = (least: number, most: number, from: number, to: number, count: number): Scale => {
  const bottom = Math.min(0, Number.isFinite(least) ? least : 0);
  const top = Number.isFinite(most) && most > bottom ? most : bottom + 1;
  const step = roundStep(top - bottom, count);
  const low = clean(Math.floor(bottom / step + 1e-9) * step);
  const high = clean(Math.ceil(top / step - 1e-9) * step);
  const ticks: number[] = [];
  for (let n = 0; n <= Math.round((high - low) / step); n++) ticks.push(clean(low + n * step));
  return { log: false, low, high, ticks, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
};

/** Tick series of a logarithmic axis, from the finest to the coarsest. */
const finest: readonly (readonly number[])[] = [[1, 2, 5], [1, 3], [1]];

/** Logarithmic, a little wider than the values; they are above zero. */
export const logScale = (least: number, most: number, from: number, to: number, count: number): Scale => {
  const lowest = least > 0 && Number.isFinite(least) ? least : 1;
  const highest = Math.max(most > 0 && Number.isFinite(most) ? most : 10, lowest);
  const margin = Math.max(0.06, (Math.log10(highest) - Math.log10(lowest)) * 0.07);
  const low = 10 ** (Math.log10(lowest) - margin);
  const high = 10 ** (Math.log10(highest) + margin);
  const span = Math.log10(high) - Math.log10(low);
  const series = (digits: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      for (const digit of digits) {
        const value = clean(digit * 10 ** power);
        if (value >= low && value <= high) ticks.push(value);
      }
    }
    return ticks;
  };
  let ticks = series(finest[0] ?? []);
  for (const digits of finest) {
    ticks = series(digits);
    if (ticks.length <= count + 1) break;
  }
  // Many decades: every second, third … power of ten.
  const every = Math.ceil(ticks.length / (count + 1));
  if (every > 1) ticks = ticks.filter((_, n) => n % every === 0);
  // Less than a tick or two: round steps between the values serve better.
  if (ticks.length < 2) {
    const step = roundStep(high - low, count);
    ticks = [];
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) if (value > 0) ticks.push(clean(value));
  }
  return { log: true, low, high, ticks, at: (value) => from + ((Math.log10(Math.max(value, 1e-300)) - Math.log10(low)) / span) * (to - from) };
};

/** Whether values spread so far that only a logarithm shows them all: twenty times and more, none at or below zero. */
export const wantsLog = (values: readonly number[]): boolean => {
  const least = Math.min(...values);
  return values.length > 1 && least > 0 && Math.max(...values) / least >= 20;
};
