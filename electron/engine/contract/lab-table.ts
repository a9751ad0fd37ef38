/** Tables of the lab as text that other programs read. Pure: page, engine and command line use the same. */
import type { CompareRow, LabColumn, LabTable, LayerRow } from './lab.js';

const textColumn = (key: string, title: string): LabColumn => ({ key, title, unit: '', kind: 'text', digits: 0 });
const numberColumn = (key: string, title: string, unit: string, digits: number): LabColumn => ({ key, title, unit, kind: 'number', digits });

type Field<Row> = { readonly column: LabColumn; readonly of: (row: Row) => string | number | null };
const table = <Row>(fields: readonly Field<Row>[], rows: readonly Row[]): LabTable => ({
  columns: fields.map(({ column }) => column),
  rows: rows.map((row) => fields.map(({ of }) => of(row))),
});

const mebi = (bytes: number | null): number | null => (bytes === null ? null : bytes / 2 ** 20);

/** In whose units people compare: milliseconds, M, G and MiB. */
const compareFields: readonly Field<CompareRow>[] = [
  { column: textColumn('title', 'Network'), of: ({ title }) => title },
  { column: textColumn('family', 'Family'), of: ({ family }) => family },
  { column: textColumn('input', 'Input'), of: ({ input }) => `${input.width}x${input.height}` },
  { column: numberColumn('batch', 'Batch', '', 0), of: ({ batch }) => batch },
  { column: numberColumn('parameters', 'Parameters', 'M', 2), of: ({ parameters }) => over(parameters, 1e6) },
  { column: numberColumn('multiplyAdds', 'Multiply-adds', 'G', 2), of: ({ multiplyAdds }) => over(multiplyAdds, 1e9) },
  { column: numberColumn('memoryAccess', 'Memory access', 'M elements', 1), of: ({ memoryAccess }) => over(memoryAccess, 1e6) },
  { column: numberColumn('peakActivations', 'Peak activations', 'MiB', 1), of: ({ peakActivationBytes }) => mebi(peakActivationBytes) },
  { column: numberColumn('p50', 'Latency, median', 'ms', 2), of: ({ latency }) => latency?.p50 ?? null },
  { column: numberColumn('p95', 'Latency, 95 %', 'ms', 2), of: ({ latency }) => latency?.p95 ?? null },
  { column: numberColumn('low', 'Fastest round', 'ms', 2), of: ({ latency }) => latency?.low ?? null },
  { column: numberColumn('high', 'Slowest round', 'ms', 2), of: ({ latency }) => latency?.high ?? null },
  { column: numberColumn('runs', 'Runs', '', 0), of: ({ latency }) => latency?.runs ?? null },
  { column: numberColumn('framesPerSecond', 'Pictures a second', '1/s', 1), of: ({ framesPerSecond }) => framesPerSecond },
  { column: numberColumn('computation', 'Multiply-adds a second', 'G/s', 1), of: ({ computation }) => computation },
  { column: numberColumn('memory', 'Memory', 'MiB', 0), of: ({ memory }) => mebi(memory) },
  { column: numberColumn('joulesPerImage', 'Energy a picture', 'J', 3), of: ({ energy }) => energy?.joulesPerImage ?? null },
  { column: numberColumn('watts', 'Power', 'W', 1), of: ({ energy }) => energy?.watts ?? null },
  { column: numberColumn('idleWatts', 'Power when idle', 'W', 1), of: ({ energy }) => energy?.idleWatts ?? null },
  { column: textColumn('meter', 'Meter'), of: ({ energy }) => energy?.meter ?? null },
  { column: textColumn('nodes', 'Ran on'), of: ({ nodes }) => nodes?.map(({ provider, nodes: count }) => `${provider}: ${count}`).join(', ') ?? null },
  { column: textColumn('error', 'Error'), of: ({ error }) => error?.message ?? null },
];

const over = (value: number | null, unit: number): number | null => (value === null ? null : value / unit);

/** Every figure of a comparison; what was not measured is null. */
export const compareTable = (rows: readonly CompareRow[]): LabTable => table(compareFields, rows);

const layerFields: readonly Field<LayerRow>[] = [
  { column: textColumn('name', 'Layer'), of: ({ name }) => name },
  { column: textColumn('operator', 'Ran as'), of: ({ operator }) => operator },
  { column: textColumn('provider', 'Ran on'), of: ({ provider }) => provider },
  { column: numberColumn('time', 'Time', 'ms', 3), of: ({ time }) => time },
  { column: numberColumn('share', 'Share', '', 4), of: ({ share }) => share },
  { column: numberColumn('parameters', 'Parameters', '', 0), of: ({ parameters }) => parameters },
  { column: numberColumn('multiplyAdds', 'Multiply-adds', 'M', 2), of: ({ multiplyAdds }) => over(multiplyAdds, 1e6) },
  { column: numberColumn('memoryAccess', 'Memory access', 'M elements', 3), of: ({ memoryAccess }) => over(memoryAccess, 1e6) },
  { column: textColumn('module', 'Module'), of: ({ module }) => module },
  { column: textColumn('parts', 'Nodes of the file'), of: ({ parts }) => parts.join(' ') },
];

/** Every figure of the layers, in the order of the rows. */
export const layersTable = (rows: readonly LayerRow[]): LabTable => table(layerFields, rows);

/** Milliseconds a picture in the fastest round: what else a machine does can only add to a time, so this says most of the network. */
const leastTime = ({ latency, batch }: CompareRow): number => (latency === null ? Infinity : latency.low / batch);

/** Fastest first, by the fastest round; what was not measured comes last, in the order it was given. */
export const fastestFirst = (rows: readonly CompareRow[]): readonly CompareRow[] =>
  [...rows].sort((a, b) => {
    const [first, second] = [leastTime(a), leastTime(b)];
    return first === second ? 0 : first - second;
  });

const heading = ({ title, unit }: LabColumn): string => (unit === '' ? title : `${title} (${unit})`);

/** Characters with which a spreadsheet begins a formula. */
const formula = /^[=+\-@\t\r]/;

/** A cell of RFC 4180. Text that a spreadsheet would compute is led by an apostrophe. */
const csvCell = (cell: string | number | null): string => {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A table as CSV (RFC 4180, UTF-8): a line of titles with their units, numbers with all their digits. */
export const tableCsv = ({ columns, rows }: LabTable): string =>
  [columns.map(heading), ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

/** A cell as it is shown: numbers with the column's digits, '' for none. */
export const shownCell = (cell: string | number | null, { digits }: LabColumn): string => {
  if (cell === null) return '';
  return typeof cell === 'number' ? cell.toFixed(digits) : cell;
};

/** What Markdown would take as its own. */
const markdownCell = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\r\n|\r|\n/g, ' ');

/** A table as Markdown; columns without a single value are left out. */
export const tableMarkdown = (given: LabTable): string => {
  const { columns, rows } = withoutEmpty(given);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [
    line(columns.map((column) => markdownCell(heading(column)))),
    `|${columns.map(({ kind }) => (kind === 'number' ? '---:' : '---')).join('|')}|\n`,
    ...rows.map((row) => line(columns.map((column, n) => markdownCell(shownCell(row[n] ?? null, column))))),
  ].join('');
};

/** The table without columns that hold nothing. */
export const withoutEmpty = ({ columns, rows }: LabTable): LabTable => {
  const kept = columns.flatMap((_, n) => (rows.some((row) => (row[n] ?? null) !== null) ? [n] : []));
  return { columns: columns.filter((_, n) => kept.includes(n)), rows: rows.map((row) => kept.map((n) => row[n] ?? null)) };
};
