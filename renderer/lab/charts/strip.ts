import { areaOf, axes } from './axes.js';
import { linearScale } from './scale.js';
import { fitText, type Mark, type Place, type Scene, type Spot } from './scene.js';

export type StripBar = {
  readonly key: string;
  readonly value: number;
  /** Neighbours of one group stand on one band. */
  readonly group: string | null;
  readonly title: string;
  readonly values: Spot['values'];
};

export type StripSpec = { readonly bars: readonly StripBar[]; readonly xTitle: string; readonly yTitle: string; readonly height: number };

type Run = { readonly group: string; readonly from: number; readonly to: number };

/** Stretches of neighbours in one group; `to` is exclusive. What lies between two of one group belongs to it. */
export const groupRuns = (groups: readonly (string | null)[]): readonly Run[] => {
  const runs: { group: string; from: number; to: number }[] = [];
  groups.forEach((group, n) => {
    if (group === null) return;
    const last = runs[runs.length - 1];
    if (last?.group === group) last.to = n + 1;
    else runs.push({ group, from: n, to: n + 1 });
  });
  return runs;
};

/** Many thin bars in their order, with bands behind those that belong together. */
export const stripScene = (place: Place, { bars, xTitle, yTitle, height }: StripSpec): Scene => {
  const { width, text, measure } = place;
  const scale = text / 12;
  const small = text - 1;
  const runs = groupRuns(bars.map(({ group }) => group));
  const plain = areaOf(width, height, text);
  const area = { ...plain, top: plain.top + (runs.length > 0 ? 16 * scale : 0) };
  const y = linearScale(0, Math.max(0, ...bars.map(({ value }) => value)), area.bottom, area.top, Math.floor((area.bottom - area.top) / (40 * scale)));
  const step = (area.right - area.left) / Math.max(1, bars.length);
  const gap = step >= 4 ? Math.min(3, step * 0.2) : 0;
  const marks: Mark[] = [];
  for (const { group, from, to } of runs) {
    const x = area.left + from * step;
    const w = (to - from) * step;
    marks.push({ kind: 'rect', x, y: area.top - 16 * scale, width: Math.max(1, w - 2), height: area.bottom - area.top + 16 * scale, ink: 'band', radius: 3 });
    const name = fitText(group, w - 8, small, measure);
    if (name.length > 3) marks.push({ kind: 'text', x: x + w / 2 - 1, y: area.top - 7 * scale, text: name, size: small, ink: 'muted', anchor: 'middle' });
  }
  marks.push(...axes({ area, text, xTitle, yTitle, x: null, y }).map((mark) => (mark.kind === 'text' && mark.text === yTitle ? { ...mark, y: 10 * scale } : mark)));
  bars.forEach(({ value, group }, n) => {
    const from = y.at(value);
    marks.push({ kind: 'rect', x: area.left + n * step + gap / 2, y: from, width: Math.max(1, step - gap), height: Math.max(0.5, area.bottom - from), ink: group === null ? 'strong' : 'series1' });
  });
  const spots = bars.map(({ key, title, values }, n): Spot => ({ key, x: area.left + n * step, y: area.top - 16 * scale, width: step, height: area.bottom - area.top + 16 * scale, title, values }));
  return { width, height, marks, spots };
};
