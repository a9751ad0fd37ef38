import { fitText, type Mark, type Place, type Scene, type Spot } from './scene.js';

export type HeatSpec = {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** By row and column; null where there is nothing. */
  readonly cells: readonly (readonly ({ readonly value: number; readonly text: string; readonly values: Spot['values'] } | null)[])[];
};

/** A table of shades: the more, the stronger. */
export const heatScene = (place: Place, { columns, rows, cells, xTitle, yTitle }: HeatSpec): Scene => {
  const { width, text, measure } = place;
  const scale = text / 12;
  const small = text - 1;
  const names = Math.min(width * 0.32, Math.max(measure(yTitle, small), ...rows.map((row) => measure(row, small)))) + 10;
  const side = (width - names - 4) / Math.max(1, columns.length);
  const height = Math.min(34 * scale, Math.max(18 * scale, side));
  const top = 24 * scale;
  const most = Math.max(1e-12, ...cells.flat().map((cell) => Math.abs(cell?.value ?? 0)));
  const marks: Mark[] = [{ kind: 'text', x: 0, y: 8 * scale, text: yTitle, size: small, ink: 'muted', anchor: 'start' }];
  const spots: Spot[] = [];
  rows.forEach((row, r) => {
    const y = top + r * height;
    marks.push({ kind: 'text', x: names - 8, y: y + height / 2, text: fitText(row, names - 10, small, measure), size: small, ink: 'text', anchor: 'end' });
    columns.forEach((column, c) => {
      const cell = cells[r]?.[c] ?? null;
      const x = names + c * side;
      if (cell === null) return;
      const share = Math.abs(cell.value) / most;
      marks.push({ kind: 'rect', x: x + 1, y: y + 1, width: Math.max(1, side - 2), height: height - 2, ink: 'series1', opacity: 0.05 + 0.4 * share, radius: 2 });
      if (measure(cell.text, small) < side - 6) {
        marks.push({ kind: 'text', x: x + side / 2, y: y + height / 2, text: cell.text, size: small, ink: 'text', anchor: 'middle' });
      }
      spots.push({ key: `${r}-${c}`, x, y, width: side, height, title: `${row} · ${column}`, values: cell.values });
    });
  });
  const bottom = top + rows.length * height;
  const every = Math.ceil((Math.max(0, ...columns.map((column) => measure(column, small))) + 6) / side);
  columns.forEach((column, c) => {
    if (c % every === 0) marks.push({ kind: 'text', x: names + (c + 0.5) * side, y: bottom + 11 * scale, text: column, size: small, ink: 'muted', anchor: 'middle' });
  });
  marks.push({ kind: 'text', x: width - 4, y: bottom + 27 * scale, text: xTitle, size: small, ink: 'muted', anchor: 'end' });
  return { width, height: Math.ceil(bottom + 36 * scale), marks, spots };
};
