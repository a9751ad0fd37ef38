import type { LabColumn, LabTable } from '../../contract/contract.js';

export const textColumn = (key: string, title: string): LabColumn => ({ key, title, unit: '', kind: 'text', digits: 0 });
export const numberColumn = (key: string, title: string, unit: string, digits: number): LabColumn => ({ key, title, unit, kind: 'number', digits });

/** Columns that several experiments have. */
export const columns = {
  size: numberColumn('size', 'Feature map', 'px', 0),
  multiplyAdds: numberColumn('multiplyAdds', 'Multiply-adds', '', 0),
  memoryAccess: numberColumn('memoryAccess', 'Memory access', 'elements', 0),
  time: numberColumn('time', 'Time', 'ms', 3),
  low: numberColumn('low', 'Fastest round', 'ms', 3),
  high: numberColumn('high', 'Slowest round', 'ms', 3),
  computation: numberColumn('computation', 'Multiply-adds a second', 'G/s', 1),
} as const;

type Row = Readonly<Record<string, string | number | null>>;

/** Rows by the columns' keys as a table; what a row lacks is null. */
export const tableOf = (shown: readonly LabColumn[], rows: readonly Row[]): LabTable => ({
  columns: shown,
  rows: rows.map((row) => shown.map(({ key }) => row[key] ?? null)),
});

/** 10^9 multiply-adds a second: what the paper calls GFLOP/s. */
export const computation = (multiplyAdds: number, milliseconds: number): number => multiplyAdds / milliseconds / 1e6;
