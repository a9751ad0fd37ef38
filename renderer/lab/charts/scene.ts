/**
 * A chart as data: marks in CSS pixels, and places that read values out. The page draws a scene as
 * SVG, a file as pixels; both look the same because both only follow it.
 */

/** Every colour of a chart, by what it is for; the theme says which. */
export const inks = [
  'surface', 'line', 'strong', 'text', 'muted', 'faint', 'ghost', 'band', 'series1', 'series2', 'series3', 'series4', 'series5', 'series6',
] as const;
export type Ink = (typeof inks)[number];

export type Shape = 'circle' | 'square' | 'diamond' | 'triangle' | 'down' | 'cross';

export type Mark =
  | { readonly kind: 'rect'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly ink: Ink; readonly opacity?: number; readonly radius?: number }
  | { readonly kind: 'line'; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number; readonly ink: Ink; readonly weight?: number; readonly dash?: readonly number[] }
  | { readonly kind: 'path'; readonly points: readonly (readonly [x: number, y: number])[]; readonly ink: Ink; readonly weight: number; readonly dash?: readonly number[] }
  | { readonly kind: 'point'; readonly x: number; readonly y: number; readonly radius: number; readonly shape: Shape; readonly ink: Ink; readonly hollow?: boolean; readonly opacity?: number }
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly size: number; readonly ink: Ink; readonly anchor: 'start' | 'middle' | 'end'; readonly strong?: boolean; readonly turned?: boolean };

/** A place that tells its values when pointed at or reached by keyboard. */
export type Spot = {
  readonly key: string;
  /** What it covers. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly values: readonly (readonly [name: string, value: string])[];
};

export type Scene = { readonly width: number; readonly height: number; readonly marks: readonly Mark[]; readonly spots: readonly Spot[] };

/** Where a scene is drawn. */
export type Place = {
  /** CSS pixels. */
  readonly width: number;
  /** Size of small text in CSS pixels: 12, more on very wide screens. */
  readonly text: number;
  /** Width of a text in CSS pixels. */
  readonly measure: (text: string, size: number, strong?: boolean) => number;
};

/** Corners of a shape of `radius` about (x, y); none for a circle. */
export const corners = (shape: Shape, x: number, y: number, radius: number): readonly (readonly [number, number])[] => {
  const r = radius * 1.15;
  switch (shape) {
    case 'circle': return [];
    case 'square': return [[x - radius * 0.9, y - radius * 0.9], [x + radius * 0.9, y - radius * 0.9], [x + radius * 0.9, y + radius * 0.9], [x - radius * 0.9, y + radius * 0.9]];
    case 'diamond': return [[x, y - r * 1.1], [x + r * 1.1, y], [x, y + r * 1.1], [x - r * 1.1, y]];
    case 'triangle': return [[x, y - r], [x + r, y + r * 0.8], [x - r, y + r * 0.8]];
    case 'down': return [[x, y + r], [x + r, y - r * 0.8], [x - r, y - r * 0.8]];
    case 'cross': {
      const t = radius * 0.4;
      return [
        [x - r, y - t], [x - t, y - t], [x - t, y - r], [x + t, y - r], [x + t, y - t], [x + r, y - t],
        [x + r, y + t], [x + t, y + t], [x + t, y + r], [x - t, y + r], [x - t, y + t], [x - r, y + t],
      ];
    }
  }
};

/** The ink, shape and dashes of the n-th series: told apart by more than colour. */
export const seriesInk = (n: number): Ink => (['series1', 'series2', 'series3', 'series4', 'series5', 'series6'] as const)[n % 6] ?? 'series1';
export const seriesShape = (n: number): Shape => (['circle', 'square', 'diamond', 'triangle', 'down', 'cross'] as const)[n % 6] ?? 'circle';
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [4, 2], [1, 3]];
export const seriesDash = (n: number): readonly number[] => dashes[n % dashes.length] ?? [];

/** Shortened with an ellipsis until it fits. */
export const fitText = (text: string, room: number, size: number, measure: Place['measure'], strong = false): string => {
  if (measure(text, size, strong) <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle).trimEnd()}…`, size, strong) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`;
};
