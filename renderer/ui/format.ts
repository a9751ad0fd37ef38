/** Figures as people read them. Everything takes null for "not known" and gives a dash. */
export const dash = '–';

/** Keeps a figure and its unit on one line. */
export const nbsp = '\u00a0';

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** 12345 -> '12,345'. */
export const count = (value: number | null): string => (value === null || !Number.isFinite(value) ? dash : grouped.format(value));

/** One decimal below ten, none above: 4.23 -> '4.2', 17.4 -> '17'. */
export const figure = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return dash;
  return Math.abs(value) < 9.95 ? value.toFixed(1) : grouped.format(value);
};

/** 0.4 -> '0.40'. */
export const score = (value: number): string => value.toFixed(2);

const byteUnits = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes in powers of a thousand: 1_430_000 -> '1.4 MB'. */
export const bytes = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return dash;
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < byteUnits.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 ? count(rest) : figure(rest)} ${byteUnits[unit] ?? ''}`;
};

const two = (value: number): string => String(value).padStart(2, '0');

/** Seconds as a clock: 67.4 -> '1:07', 3723 -> '1:02:03'. */
export const clock = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return dash;
  const whole = Math.max(0, Math.floor(value));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};

/** How long something lasts, in seconds: 1.52 -> '1.5 s', 67.4 -> '1:07'. A length a hair short of a second is that second. */
export const length = (value: number | null): string =>
  value !== null && value >= 0 && value < 9.95 ? `${value.toFixed(1)}${nbsp}s` : clock(value === null ? null : value + 0.0005);

/** Seconds still to go, no finer than they can be known: '8 s', '40 s', '3 min', '1 h 20 min'. */
export const remaining = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return dash;
  if (value < 10) return `${Math.max(1, Math.ceil(value))} s`;
  if (value < 57.5) return `${Math.round(value / 5) * 5} s`;
  const minutes = Math.max(1, Math.round(value / 60));
  if (minutes < 60) return `${minutes} min`;
  const rest = Math.round((minutes % 60) / 5) * 5;
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest % 60 === 0 ? `${hours} h` : `${hours} h ${rest} min`;
};
