import { tick } from './numbers.js';
import { linearScale } from './scale.js';
import { fitText, type Ink, type Mark, type Place, type Scene, type Spot } from './scene.js';

export type Bar = {
  readonly key: string;
  readonly label: string;
  /** Stands above the bar where a group of bars begins. */
  readonly heading?: string | undefined;
  readonly ink: Ink;
  /** Null where it is not known: `text` then says why. */
  readonly value: number | null;
  /** What stands at the bar's end. */
  readonly text: string;
  /** The least and greatest, and the value that 95 of 100 stay below. */
  readonly spread?: { readonly low: number; readonly high: number; readonly p95: number } | undefined;
  /** Another's figure, in grey behind this one. */
  readonly behind?: { readonly value: number; readonly text: string } | undefined;
  /** An earlier figure of the same, as a tick. */
  readonly before?: number | undefined;
  readonly values: Spot['values'];
};

/** Bars from the left, one a row, with what they are before them and their figure behind them. Few bars are thicker, up to `height`. */
export const barsScene = (place: Place, { bars, unit, height = 0 }: { readonly bars: readonly Bar[]; readonly unit: string; readonly height?: number }): Scene => {
  const { width, text, measure } = place;
  const scale = text / 12;
  const paper = bars.some(({ behind }) => behind !== undefined);
  const least = (paper ? 28 : 25) * scale;
  const row = Math.round(Math.min(least * 1.8, Math.max(least, (height - 22 * scale) / Math.max(1, bars.length))));
  const thick = Math.round((paper ? 10 : 12) * scale + (row - least) * 0.4);
  const top = 2;
  const headed = Math.round(24 * scale);
  let below = top;
  const tops = bars.map(({ heading }) => {
    below += heading === undefined ? 0 : headed;
    const from = below;
    below += row;
    return from;
  });
  const bottom = below;
  const names = Math.min(width * 0.36, Math.max(0, ...bars.map(({ label }) => measure(label, text)))) + 12;
  const figures = Math.max(24, ...bars.map((bar) => (bar.value === null ? 0 : measure(bar.text, text, true)))) + 10;
  const right = Math.max(names + 40, width - figures);
  const reach = bars.flatMap(({ value, spread, behind, before }) => [value ?? 0, spread?.high ?? 0, spread?.p95 ?? 0, behind?.value ?? 0, before ?? 0]);
  const x = linearScale(0, Math.max(...reach), names, right, Math.max(2, Math.floor((right - names) / (70 * scale))));
  const marks: Mark[] = [];
  const spots: Spot[] = [];
  for (const value of x.ticks) {
    marks.push(
      { kind: 'line', x1: x.at(value), y1: top, x2: x.at(value), y2: bottom, ink: 'line' },
      { kind: 'text', x: x.at(value), y: bottom + 10 * scale, text: tick(value), size: text - 1, ink: 'muted', anchor: 'middle' },
    );
  }
  marks.push({ kind: 'text', x: names - 10, y: bottom + 10 * scale, text: unit, size: text - 1, ink: 'muted', anchor: 'end' });
  bars.forEach((bar, n) => {
    const from = tops[n] ?? top;
    const middle = from + row / 2;
    if (bar.heading !== undefined) {
      marks.push(
        { kind: 'rect', x: 0, y: from - headed, width, height: headed, ink: 'surface' },
        { kind: 'text', x: 0, y: from - headed / 2 + 2, text: bar.heading, size: text, ink: 'text', anchor: 'start', strong: true },
      );
    }
    marks.push({ kind: 'text', x: names - 10, y: middle, text: fitText(bar.label, names - 12, text, measure), size: text, ink: 'text', anchor: 'end' });
    const wide = thick + Math.round(8 * scale);
    if (bar.behind !== undefined) {
      marks.push({ kind: 'rect', x: names, y: middle - wide / 2, width: Math.max(1, x.at(bar.behind.value) - names), height: wide, ink: 'ghost', radius: 2 });
    }
    if (bar.value === null) {
      marks.push({ kind: 'text', x: names + 6, y: middle, text: fitText(bar.text, width - names - 8, text, measure), size: text, ink: bar.behind === undefined ? 'muted' : 'text', anchor: 'start' });
    } else {
      marks.push({ kind: 'rect', x: names, y: middle - thick / 2, width: Math.max(1.5, x.at(bar.value) - names), height: thick, ink: bar.ink, radius: 2 });
      let end = x.at(bar.value);
      if (bar.before !== undefined) {
        marks.push({ kind: 'line', x1: x.at(bar.before), y1: middle - wide / 2, x2: x.at(bar.before), y2: middle + wide / 2, ink: 'text', weight: 2 });
        end = Math.max(end, x.at(bar.before));
      }
      if (bar.spread !== undefined) {
        const { low, high, p95 } = bar.spread;
        // Light on the bar, dark beyond it.
        const edge = x.at(bar.value);
        const cap = (value: number, ink: Ink): Mark => ({ kind: 'line', x1: x.at(value), y1: middle - 3.5 * scale, x2: x.at(value), y2: middle + 3.5 * scale, ink, weight: 1.5 });
        marks.push(
          { kind: 'line', x1: x.at(low), y1: middle, x2: edge, y2: middle, ink: 'surface', weight: 1.5 },
          { kind: 'line', x1: edge, y1: middle, x2: x.at(high), y2: middle, ink: 'muted', weight: 1.5 },
          cap(low, 'surface'), cap(high, 'muted'),
          { kind: 'point', x: x.at(p95), y: middle, radius: 2.5 * scale, shape: 'circle', ink: 'muted' },
        );
        end = Math.max(end, x.at(high), x.at(p95) + 3 * scale);
      }
      const after = end + 6;
      const own = measure(bar.text, text, true);
      marks.push({ kind: 'text', x: after, y: middle, text: bar.text, size: text, ink: 'text', anchor: 'start', strong: true });
      if (bar.behind !== undefined && x.at(bar.behind.value) > after + own + 8) {
        const room = x.at(bar.behind.value) - 6;
        if (room - measure(bar.behind.text, text - 1) > after + own + 8) {
          marks.push({ kind: 'text', x: room, y: middle, text: bar.behind.text, size: text - 1, ink: 'text', anchor: 'end' });
        }
      }
    }
    spots.push({ key: bar.key, x: 0, y: from, width, height: row, title: bar.label, values: bar.values });
  });
  return { width, height: Math.ceil(bottom + 20 * scale), marks, spots };
};
