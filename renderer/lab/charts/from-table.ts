import type { LabChart, LabColumn, LabTable } from '../../../electron/engine/contract/contract.js';
import { barsScene, type Bar } from './bars.js';
import { heatScene } from './heat.js';
import { linesScene, type LineSeries } from './lines.js';
import { figures, fixed } from './numbers.js';
import { scatterScene, type Point } from './scatter.js';
import { seriesInk, seriesShape, type Place, type Scene, type Spot } from './scene.js';

type Cell = string | number | null;

/** Digits as the column wants them, unless that leaves nothing of a small number. */
const shown = (value: Cell, { digits, unit }: LabColumn): string => {
  if (typeof value !== 'number') return value ?? '–';
  const text = value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits ? figures(value) : fixed(value, digits);
  return unit === '' ? text : `${text} ${unit}`;
};

const titled = ({ title, unit }: LabColumn): string => (unit === '' ? title : `${title}, ${unit}`);

const blank: LabColumn = { key: '', title: '', unit: '', kind: 'text', digits: 0 };

/** A chart that was described as columns of a table, drawn in `place`. `height` is for those that have no height of their own. */
export const chartScene = (place: Place, table: LabTable, chart: LabChart, height: number): Scene => {
  const at = (key: string | null): number => table.columns.findIndex((column) => column.key === key);
  const [xAt, yAt, byAt] = [at(chart.x), at(chart.y), at(chart.by)];
  const x = table.columns[xAt] ?? blank;
  const y = table.columns[yAt] ?? blank;
  const by = table.columns[byAt] ?? null;
  const cell = (row: readonly Cell[], n: number): Cell => row[n] ?? null;
  const text = (row: readonly Cell[], n: number): string => shown(cell(row, n), { ...(table.columns[n] ?? blank), unit: '' });
  const values = (row: readonly Cell[]): Spot['values'] => [
    ...(by === null ? [] : [[by.title, text(row, byAt)] as const]),
    [x.title, shown(cell(row, xAt), x)],
    [y.title, shown(cell(row, yAt), y)],
  ];
  const series = byAt < 0 ? [''] : [...new Set(table.rows.map((row) => text(row, byAt)))];
  const seriesOf = (row: readonly Cell[]): number => (byAt < 0 ? 0 : series.indexOf(text(row, byAt)));
  const names = [...new Set(table.rows.map((row) => text(row, xAt)))];

  switch (chart.kind) {
    case 'bars': {
      const bars = names.flatMap((name): readonly Bar[] => table.rows.filter((row) => text(row, xAt) === name).map((row, n): Bar => {
        const value = cell(row, yAt);
        return {
          key: `${name}-${n}`, label: byAt < 0 ? name : text(row, byAt), heading: byAt >= 0 && n === 0 ? name : undefined, ink: seriesInk(seriesOf(row)),
          value: typeof value === 'number' ? value : null, text: shown(value, { ...y, unit: '' }), values: [...values(row)],
        };
      }));
      return barsScene(place, { bars, unit: y.unit });
    }
    case 'points': {
      const points = table.rows.flatMap((row, n): readonly Point[] => {
        const [px, py] = [cell(row, xAt), cell(row, yAt)];
        if (typeof px !== 'number' || typeof py !== 'number') return [];
        const first = byAt >= 0 && table.rows.findIndex((other) => text(other, byAt) === text(row, byAt)) === n;
        return [{
          key: String(n), x: px, y: py, label: first ? text(row, byAt) : '', title: byAt < 0 ? text(row, 0) : text(row, byAt),
          ink: seriesInk(seriesOf(row)), shape: seriesShape(seriesOf(row)), values: values(row),
        }];
      });
      return scatterScene(place, { points, xTitle: titled(x), yTitle: titled(y), height });
    }
    case 'lines': {
      const named = x.kind === 'text';
      const lines = series.map((name, s): LineSeries => ({
        name,
        points: table.rows.flatMap((row, n) => {
          const [px, py] = [named ? names.indexOf(text(row, xAt)) : cell(row, xAt), cell(row, yAt)];
          if (seriesOf(row) !== s || typeof px !== 'number' || typeof py !== 'number') return [];
          return [{ key: String(n), x: px, y: py, title: name === '' ? `${x.title} ${text(row, xAt)}` : name, values: values(row) }];
        }).sort((a, b) => a.x - b.x),
      })).filter(({ points }) => points.length > 0);
      return linesScene(place, { series: lines, xTitle: titled(x), yTitle: titled(y), height, names: named ? names : null });
    }
    case 'heat': {
      const rows = [...new Set(table.rows.map((row) => text(row, yAt)))];
      const shade = by ?? blank;
      const cells = rows.map((name) => names.map((column) => {
        const row = table.rows.find((other) => text(other, yAt) === name && text(other, xAt) === column);
        const value = row === undefined ? null : cell(row, byAt);
        return typeof value === 'number' ? { value, text: fixed(value, Math.min(2, shade.digits)), values: [[shade.title, shown(value, shade)]] as const } : null;
      }));
      return heatScene(place, { columns: names, rows, cells, xTitle: x.title, yTitle: y.title });
    }
  }
};
