import { areaOf, axes } from './axes.js';
import { placeLabels } from './place-labels.js';
import { linearScale, logScale, wantsLog, type Scale } from './scale.js';
import type { Ink, Mark, Place, Scene, Shape, Spot } from './scene.js';

export type Point = {
  readonly key: string;
  readonly x: number;
  readonly y: number;
  /** '' for a point without a name beside it. */
  readonly label: string;
  readonly title: string;
  readonly ink: Ink;
  readonly shape: Shape;
  /** Quieter, and hollow: another's figures. */
  readonly ghost?: boolean;
  readonly values: Spot['values'];
};

export type ScatterSpec = {
  readonly points: readonly Point[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly height: number;
  /** Logarithmic axes where values spread far; else always from zero. */
  readonly log?: 'auto' | 'never';
  readonly radius?: number;
};

const scaleOf = (values: readonly number[], from: number, to: number, count: number, log: 'auto' | 'never'): Scale =>
  log === 'auto' && wantsLog(values)
    ? logScale(Math.min(...values), Math.max(...values), from, to, count)
    : linearScale(Math.min(...values), Math.max(...values), from, to, count);

/** Points over two axes, with names that cover nothing. */
export const scatterScene = (place: Place, spec: ScatterSpec): Scene => {
  const { width, text, measure } = place;
  const scale = text / 12;
  const area = areaOf(width, spec.height, text);
  const log = spec.log ?? 'auto';
  const radius = (spec.radius ?? 5) * scale;
  const x = scaleOf(spec.points.map((point) => point.x), area.left, area.right - 4, Math.floor((area.right - area.left) / (80 * scale)), log);
  const y = scaleOf(spec.points.map((point) => point.y), area.bottom, area.top, Math.floor((area.bottom - area.top) / (44 * scale)), log);
  // Ours have the choice of places for their names.
  const order = [...spec.points].sort((a, b) => Number(a.ghost === true) - Number(b.ghost === true));
  const labels = placeLabels(
    order.map((point) => ({ x: x.at(point.x), y: y.at(point.y), radius, width: point.label === '' ? 0 : measure(point.label, text - 1), height: text + 2 })),
    { left: area.left, top: area.top - 8, right: width, bottom: area.bottom },
  );
  const dots = [...order].reverse().map((point): Mark => ({
    kind: 'point', x: x.at(point.x), y: y.at(point.y), radius: point.ghost === true ? radius * 0.9 : radius, shape: point.shape, ink: point.ink, hollow: point.ghost === true,
  }));
  const names = order.flatMap((point, n): Mark[] => {
    const at = labels[n];
    if (at === null || at === undefined || point.label === '') return [];
    return [{ kind: 'text', x: at.x, y: at.y, text: point.label, size: text - 1, ink: point.ghost === true ? 'muted' : 'text', anchor: 'start' }];
  });
  const reach = radius + 3;
  const spots = spec.points.map((point): Spot => ({
    key: point.key, x: x.at(point.x) - reach, y: y.at(point.y) - reach, width: 2 * reach, height: 2 * reach, title: point.title, values: point.values,
  }));
  return { width, height: spec.height, marks: [...axes({ area, text, xTitle: spec.xTitle, yTitle: spec.yTitle, x, y }), ...dots, ...names], spots };
};
