import type { LabTable } from '../engine/contract/contract.js';

/** A part of a whole, 0..1, as a bar of at most `width` characters, in eighths of one. */
export const bar = (share: number, width: number): string => {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : '▏▎▍▌▋▊▉'.charAt(rest - 1));
};

/** Rows of cells in columns; numbers stand to the right. */
export const textColumns = (rows: readonly (readonly string[])[], numbers: readonly boolean[]): readonly string[] => {
  const widths = numbers.map((_, n) => rows.reduce((most, row) => Math.max(most, row[n]?.length ?? 0), 0));
  return rows.map((row) => row.map((cell, n) => (numbers[n] ? cell.padStart(widths[n] ?? 0) : cell.padEnd(widths[n] ?? 0))).join('  ').trimEnd());
};

/** A number to be read: large ones in thousands, millions and so on. */
export const shortNumber = (value: number, digits: number): string => {
  const unit = value >= 1e9 ? [1e9, ' G'] as const : value >= 1e6 ? [1e6, ' M'] as const : null;
  return unit === null || digits > 0 ? value.toFixed(digits) : `${(value / unit[0]).toFixed(2)}${unit[1]}`;
};

/** A table to be read, titles with their units above. */
export const textTable = ({ columns, rows }: LabTable): readonly string[] => textColumns(
  [
    columns.map(({ title, unit }) => (unit === '' ? title : `${title}, ${unit}`)),
    ...rows.map((row) => row.map((cell, n) => {
      if (cell === null) return '-';
      return typeof cell === 'string' ? cell : shortNumber(cell, columns[n]?.digits ?? 0);
    })),
  ],
  columns.map(({ kind }) => kind === 'number'),
);
