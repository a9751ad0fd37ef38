import { dash } from '../../ui/format.js';

const grouped = (digits: number): Intl.NumberFormat => new Intl.NumberFormat('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const formats = new Map<number, Intl.NumberFormat>();

/** With exactly so many digits after the point: 1234.5, 1 -> '1,234.5'. */
export const fixed = (value: number | null, digits: number): string => {
  if (value === null || !Number.isFinite(value)) return dash;
  const format = formats.get(digits) ?? grouped(digits);
  formats.set(digits, format);
  return format.format(value);
};

/** Three figures that count, never an exponent: 0.00123, 4.56, 17.4, 1,230. */
export const figures = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return dash;
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3))))));
  return fixed(value, Math.min(6, digits));
};

const prefixes: readonly (readonly [number, string])[] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/** What an axis says at a value: 0.2, 50, 2,000, 20 k, 1.5 M. */
export const tick = (value: number): string => {
  const size = Math.abs(value);
  const [unit, letter] = (size >= 1e4 ? prefixes.find(([from]) => size >= from) : undefined) ?? [1, ''];
  const short = Number((value / unit).toPrecision(4)).toLocaleString('en-GB', { maximumFractionDigits: 6 });
  return letter === '' ? short : `${short} ${letter}`;
};
