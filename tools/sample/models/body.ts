import { curve } from '../math.js';
import { loft, type Mesh } from '../mesh.js';

type Points = readonly (readonly [number, number])[];

/** The skin of a vehicle: x forward, y up, z to its left; metres; x = 0 is the middle. */
export type BodyShape = {
  readonly length: number;
  readonly width: number;
  /** Outline seen from the side, from tail to nose: roof line, underside and the line where glass begins. */
  readonly top: Points;
  readonly bottom: Points;
  readonly belt: Points;
  /** Half width seen from above, as a part of width / 2. */
  readonly plan: Points;
  /** How far the glass leans in, metres a metre. */
  readonly lean: number;
  /** Rounding of the roof's edge, metres. */
  readonly edge: number;
};

export type Body = {
  readonly shape: BodyShape;
  readonly mesh: Mesh;
  readonly top: (x: number) => number;
  readonly belt: (x: number) => number;
  readonly bottom: (x: number) => number;
  /** Half width at the belt. */
  readonly half: (x: number) => number;
};

/** A function read from 256 steps of it: surfaces ask for the outline at every pixel. */
const tabled = (f: (x: number) => number, low: number, high: number): ((x: number) => number) => {
  const values = Float32Array.from({ length: 257 }, (_, i) => f(low + ((high - low) * i) / 256));
  const scale = 256 / (high - low);
  return (x) => values[Math.min(256, Math.max(0, ((x - low) * scale + 0.5) | 0))] ?? 0;
};

export const shapeBody = (shape: BodyShape, stations = 46): Body => {
  const [top, bottom, beltLine, plan] = [curve(shape.top), curve(shape.bottom), curve(shape.belt), curve(shape.plan)];
  const half = (x: number): number => (shape.width / 2) * plan(x);
  const belt = (x: number): number => Math.min(beltLine(x), top(x) - 0.035);
  const section = (x: number): [number, number][] => {
    const [low, high, line, wide] = [bottom(x), top(x), belt(x), half(x)];
    const flank = line - low;
    const rise = high - line;
    const edge = Math.min(shape.edge, rise * 0.45);
    const roof = wide * 0.975 - (rise - edge) * shape.lean;
    const crown = Math.min(0.035, rise * 0.4);
    return [
      [low, 0],
      [low, wide * 0.82],
      [low + 0.045, wide * 0.94],
      [low + flank * 0.28, wide * 0.985],
      [low + flank * 0.55, wide],
      [line - Math.min(0.07, flank * 0.15), wide * 0.995],
      [line, wide * 0.975],
      [line + (rise - edge) * 0.5, wide * 0.975 - (rise - edge) * 0.5 * shape.lean],
      [high - edge - crown, roof],
      [high - edge * 0.45 - crown, roof - edge * 0.22],
      [high - edge * 0.1 - crown, roof - edge * 0.75],
      [high - crown * 0.75, roof * 0.6],
      [high, 0],
    ];
  };
  const sides = 24;
  const mesh = loft(stations, sides, (r, c) => {
    // Stations crowd towards nose and tail, where the outline turns.
    const k = r / (stations - 1);
    const x = (shape.length / 2) * Math.sin((k - 0.5) * Math.PI) * 0.35 + shape.length * (k - 0.5) * 0.65;
    const ring = section(x);
    const right = c <= 12;
    const [y, z] = ring[right ? c : sides - c] ?? [0, 0];
    return [x, y, right ? z : -z];
  });
  const quick = (f: (x: number) => number): ((x: number) => number) => tabled(f, -shape.length / 2, shape.length / 2);
  return { shape, mesh, top: quick(top), belt: quick(belt), bottom: quick(bottom), half: quick(half) };
};
