import type { LabTable } from '../../../electron/engine/contract/contract.js';

const heading = ({ title, unit }: LabTable['columns'][number]): string => (unit === '' ? title : `${title} (${unit})`);
const quoted = (value: string): string => (/[",\n\r]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);

/** RFC 4180, with all digits. */
export const csvOf = ({ columns, rows }: LabTable): string =>
  [columns.map(heading), ...rows.map((row) => row.map((value) => (value === null ? '' : String(value))))].map((line) => line.map(quoted).join(',')).join('\r\n') + '\r\n';

export const markdownOf = ({ columns, rows }: LabTable): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  return [
    line(columns.map(heading)), line(columns.map(({ kind }) => (kind === 'number' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map((value, n) => (value === null ? '–' : typeof value === 'number' ? value.toFixed(columns[n]?.digits ?? 0) : value)))),
  ].join('\n') + '\n';
};
