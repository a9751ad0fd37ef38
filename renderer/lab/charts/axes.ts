import { tick } from './numbers.js';
import type { Scale } from './scale.js';
import type { Mark } from './scene.js';

/** The rectangle that values are drawn in. */
export type Area = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** The area of a chart with a title above its upright axis and one below its level axis. */
export const areaOf = (width: number, height: number, text: number): Area => {
  const scale = text / 12;
  return { left: 44 * scale, top: 26 * scale, right: width - 12, bottom: height - 36 * scale };
};

export type AxesOptions = {
  readonly area: Area;
  readonly text: number;
  readonly yTitle: string;
  readonly xTitle: string;
  readonly y: Scale;
  /** Null where the level axis has names and not values. */
  readonly x: Scale | null;
};

/** Grid, ticks and titles of two axes. */
export const axes = ({ area, text, xTitle, yTitle, x, y }: AxesOptions): readonly Mark[] => {
  const { left, top, right, bottom } = area;
  const scale = text / 12;
  const small = text - 1;
  return [
    ...y.ticks.flatMap((value): Mark[] => [
      { kind: 'line', x1: left, y1: y.at(value), x2: right, y2: y.at(value), ink: 'line' },
      { kind: 'text', x: left - 6, y: y.at(value), text: tick(value), size: small, ink: 'muted', anchor: 'end' },
    ]),
    ...(x?.ticks ?? []).flatMap((value): Mark[] => [
      { kind: 'line', x1: (x as Scale).at(value), y1: top, x2: (x as Scale).at(value), y2: bottom, ink: 'line' },
      { kind: 'text', x: (x as Scale).at(value), y: bottom + 11 * scale, text: tick(value), size: small, ink: 'muted', anchor: 'middle' },
    ]),
    { kind: 'text', x: 0, y: top - 16 * scale, text: yTitle, size: small, ink: 'muted', anchor: 'start' },
    { kind: 'text', x: right, y: bottom + 27 * scale, text: xTitle, size: small, ink: 'muted', anchor: 'end' },
  ];
};
