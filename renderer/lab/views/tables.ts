import type { CompareRow, LabColumn, LabTable, LayerRow } from '../../../electron/engine/contract/contract.js';
import { compareTable, layersTable, withoutEmpty } from '../../../electron/engine/contract/lab-table.js';
import { nodesLine } from './compare-charts.js';

/** The columns of `keys` in that order, as far as there is anything in them. */
const arranged = (table: LabTable, keys: readonly string[]): LabTable => {
  const full = withoutEmpty(table);
  const order = keys.map((key) => full.columns.findIndex((column) => column.key === key)).filter((n) => n >= 0);
  return { columns: order.flatMap((n) => full.columns[n] ?? []), rows: full.rows.map((row) => order.map((n) => row[n] ?? null)) };
};

/** A column shown otherwise than it is written to files. */
const changed = (table: LabTable, key: string, column: Partial<LabColumn>, value: (row: number, from: string | number | null) => string | number | null): LabTable => {
  const at = table.columns.findIndex((each) => each.key === key);
  if (at < 0) return table;
  return {
    columns: table.columns.map((each, n) => (n === at ? { ...each, ...column } : each)),
    rows: table.rows.map((row, r) => row.map((from, n) => (n === at ? value(r, from) : from))),
  };
};

const compareOrder = [
  'title', 'p50', 'p95', 'low', 'high', 'framesPerSecond', 'computation', 'memory', 'joulesPerImage', 'watts', 'idleWatts',
  'multiplyAdds', 'parameters', 'memoryAccess', 'peakActivations', 'input', 'batch', 'runs', 'nodes',
] as const;

/** A comparison as it is shown: what was measured first, what it costs after it. */
export const shownComparison = (rows: readonly CompareRow[]): LabTable =>
  arranged(changed(compareTable(rows), 'nodes', {}, (n) => nodesLine(rows[n]?.nodes ?? null) || null), compareOrder);

const layerOrder = ['name', 'operator', 'module', 'time', 'share', 'multiplyAdds', 'memoryAccess', 'parameters', 'provider', 'parts'] as const;

/** Layers as they are shown: shares in per cent, and of the file's nodes those that were fused into it. */
export const shownLayers = (rows: readonly LayerRow[]): LabTable => {
  const shares = changed(layersTable(rows), 'share', { unit: '%', digits: 1 }, (_, share) => (typeof share === 'number' ? share * 100 : share));
  return arranged(changed(shares, 'parts', {}, (n) => rows[n]?.parts.slice(1).join(', ') || null), layerOrder);
};
