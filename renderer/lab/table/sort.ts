import type { LabTable } from '../../../electron/engine/contract/contract.js';

export type Sorted = { readonly column: number; readonly down: boolean };

/** Row numbers in order of a column: numbers by size, text by alphabet, what is not known last. */
export const sortedRows = ({ rows }: LabTable, sorted: Sorted | null): readonly number[] => {
  const order = rows.map((_, n) => n);
  if (sorted === null) return order;
  const sign = sorted.down ? -1 : 1;
  const value = (n: number): string | number | null => rows[n]?.[sorted.column] ?? null;
  return order.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a - b;
    const by = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
    return sign * by || a - b;
  });
};

/** The next order when a column's head is pressed: numbers from the greatest first, text from the first letter; then the other way; then as they came. */
export const nextSorted = (sorted: Sorted | null, column: number, kind: 'text' | 'number'): Sorted | null => {
  const first = kind === 'number';
  if (sorted?.column !== column) return { column, down: first };
  return sorted.down === first ? { column, down: !first } : null;
};
