import { areaOf, axes } from './axes.js';
import { placeLabels } from './place-labels.js';
import { linearScale, logScale, wantsLog } from './scale.js';
import { seriesDash, seriesInk, seriesShape, type Mark, type Place, type Scene, type Spot } from './scene.js';

export type LineSeries = {
  readonly name: string;
  readonly points: readonly { readonly key: string; readonly x: number; readonly y: number; readonly title: string; readonly values: Spot['values'] }[];
};

export type LinesSpec = {
  readonly series: readonly LineSeries[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly height: number;
  /** Names for the positions 0, 1, 2 … of the level axis, where it has no values. */
  readonly names: readonly string[] | null;
};

/** Values that follow one another, a line a series, named at its end. */
export const linesScene = (place: Place, spec: LinesSpec): Scene => {
  const { width, text, measure } = place;
  const scale = text / 12;
  const small = text - 1;
  const many = spec.series.length > 1;
  const room = many ? Math.min(width * 0.3, Math.max(0, ...spec.series.map(({ name }) => measure(name, small)))) + 14 : 8;
  const whole = areaOf(width, spec.height, text);
  const area = { ...whole, right: whole.right - room };
  const all = spec.series.flatMap(({ points }) => points);
  const xs = all.map((point) => point.x);
  const ys = all.map((point) => point.y);
  const { names } = spec;
  const counted = Math.floor((area.right - area.left) / (70 * scale));
  const step = (area.right - area.left) / Math.max(1, names?.length ?? 1);
  const x = names !== null ? null
    : wantsLog(xs) ? logScale(Math.min(...xs), Math.max(...xs), area.left, area.right, counted)
      : linearScale(Math.min(...xs), Math.max(...xs), area.left, area.right, counted);
  const xAt = (value: number): number => x?.at(value) ?? area.left + (value + 0.5) * step;
  const y = linearScale(Math.min(...ys), Math.max(...ys), area.bottom, area.top, Math.floor((area.bottom - area.top) / (44 * scale)));
  const marks: Mark[] = [...axes({ area, text, xTitle: spec.xTitle, yTitle: spec.yTitle, x, y })];
  if (names !== null) {
    const every = Math.ceil(Math.max(1, ...names.map((name) => measure(name, small) + 8)) / step);
    names.forEach((name, n) => {
      if (n % every === 0) marks.push({ kind: 'text', x: xAt(n), y: area.bottom + 11 * scale, text: name, size: small, ink: 'muted', anchor: 'middle' });
    });
  }
  const spots: Spot[] = [];
  spec.series.forEach(({ points }, n) => {
    const ink = seriesInk(n);
    marks.push({ kind: 'path', points: points.map((point) => [xAt(point.x), y.at(point.y)] as const), ink, weight: 2 * scale, dash: seriesDash(n) });
    for (const point of points) {
      const [px, py] = [xAt(point.x), y.at(point.y)];
      marks.push({ kind: 'point', x: px, y: py, radius: 3.5 * scale, shape: seriesShape(n), ink });
      spots.push({ key: point.key, x: px - 8, y: py - 8, width: 16, height: 16, title: point.title, values: point.values });
    }
  });
  if (many) {
    const ends = spec.series.map(({ name, points }, n) => {
      const last = points[points.length - 1];
      return { name, n, x: last === undefined ? area.left : xAt(last.x), y: last === undefined ? area.top : y.at(last.y) };
    });
    // Named at the right edge, pushed apart where ends lie close.
    const sorted = [...ends].sort((a, b) => a.y - b.y);
    let under = area.top - 20;
    const shifted = sorted.map((end) => {
      under = Math.max(under + text + 3, end.y);
      return { ...end, y: under };
    });
    const over = Math.max(0, (shifted[shifted.length - 1]?.y ?? 0) - area.bottom);
    for (const end of shifted) {
      marks.push(
        { kind: 'point', x: area.right + 8 * scale, y: end.y - over, radius: 3.5 * scale, shape: seriesShape(end.n), ink: seriesInk(end.n) },
        { kind: 'text', x: area.right + 15 * scale, y: end.y - over, text: end.name, size: small, ink: 'text', anchor: 'start' },
      );
    }
  } else if (spec.series[0] !== undefined && all.length <= 16) {
    // One line: its values stand beside it.
    const { points } = spec.series[0];
    const texts = points.map((point) => point.values[point.values.length - 1]?.[1] ?? '');
    const placed = placeLabels(
      points.map((point, n) => ({ x: xAt(point.x), y: y.at(point.y), radius: 4, width: measure(texts[n] ?? '', small), height: text + 2 })),
      { left: area.left, top: area.top - 10, right: width, bottom: area.bottom },
    );
    placed.forEach((at, n) => {
      if (at !== null) marks.push({ kind: 'text', x: at.x, y: at.y, text: texts[n] ?? '', size: small, ink: 'text', anchor: 'start' });
    });
  }
  return { width, height: spec.height, marks, spots };
};
