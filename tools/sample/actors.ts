import { chain, curve, rotationY, rotationZ, translation, type Placement } from './math.js';
import { type Piece } from './raster.js';
import { type CarModel } from './models/car.js';
import { riding, type Cycle } from './models/cycle.js';
import { walking, type Person } from './models/person.js';

/** What can be found in the clip, in the order of the class ids. */
export const CLIP_CLASSES = ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck'] as const;

/** What is labelled in any rendered picture; the clip's class ids come first. */
export const CLASSES = [...CLIP_CLASSES, 'bottle'] as const;

export type ClassName = (typeof CLASSES)[number];

/** Something with a box of its own. */
export type Labelled = { readonly track: number; readonly kind: ClassName };

/** A dark patch under something, for the sky light it takes from the ground: oriented rectangle, metres. */
export type Footprint = { readonly x: number; readonly z: number; readonly along: number; readonly across: number; readonly heading: number; readonly weight: number };

export type Moment = { readonly pieces: Piece[]; readonly footprints: Footprint[] };

/** Adds an actor's parts at a time in seconds; `object` of a piece is the track id of what it belongs to. */
export type Actor = { readonly labels: readonly Labelled[]; readonly at: (time: number, out: Moment) => void };

/** Where something is over time: (time, metres along its way) points, smoothed. */
export type Timing = readonly (readonly [number, number])[];

/** A way along the street: `from` the first metre, `dir` +1 away from or -1 towards the viewer. */
export type Lane = { readonly x: number; readonly from: number; readonly dir: 1 | -1 };

/** Unsmoothed beyond the last point: keeps its last speed. */
const travel = (timing: Timing): ((t: number) => number) => {
  const inner = curve(timing);
  const [first, second] = timing;
  const [before, last] = timing.slice(-2);
  if (!first || !second || !before || !last) throw new RangeError('a way needs two points or more');
  const slope = (a: readonly [number, number], b: readonly [number, number]): number => (b[1] - a[1]) / (b[0] - a[0]);
  if (timing.length === 2) return (t) => first[1] + slope(first, second) * (t - first[0]);
  return (t) => {
    if (t < second[0] && slope(first, second) > 0.1) return second[1] + slope(first, second) * (t - second[0]);
    return t > before[0] ? before[1] + slope(before, last) * (t - before[0]) : inner(t);
  };
};

/** x forward of a model turned into the direction of travel. */
const heading = (dir: 1 | -1): number => (dir === 1 ? -Math.PI / 2 : Math.PI / 2);

export const vehicle = (track: number, kind: ClassName, model: CarModel, lane: Lane, timing: Timing, drift = 0): Actor => {
  const way = travel(timing);
  const turn = heading(lane.dir);
  return {
    labels: [{ track, kind }],
    at: (time, out) => {
      const s = way(time);
      const speed = (way(time + 0.05) - way(time - 0.05)) / 0.1;
      const change = (way(time + 0.25) - 2 * way(time) + way(time - 0.25)) / 0.0625;
      model.lamps.brake = change < -0.7 || Math.abs(speed) < 0.15 && change < 0.4 && timing.length > 2 ? 1 : 0;
      const z = lane.from + lane.dir * s;
      const x = lane.x + drift * Math.sin(s * 0.04);
      // The nose dips a little under braking.
      const place = chain(translation(x, 0, z), rotationY(turn), rotationZ(Math.max(-0.012, Math.min(0.012, change * 0.003))));
      for (const part of model.parts) out.pieces.push({ ...part, placement: place, object: track });
      const { wheels } = model;
      for (const [wx, wz] of wheels.at) {
        const placement = chain(translation(x, 0, z), rotationY(turn), translation(wx, wheels.radius, wz), rotationZ(-s / wheels.radius));
        out.pieces.push({ mesh: wheels.mesh, surface: wheels.surface, placement, object: track });
      }
      out.footprints.push({ x, z, along: model.length, across: model.width, heading: turn, weight: 0.85 });
    },
  };
};

export type Walk = { readonly from: readonly [number, number]; readonly to: readonly [number, number]; readonly speed: number; readonly start: number; readonly height?: number };

/** Somebody who walks from one place (x, z) to another at `speed` m/s, at the first before `start` seconds. */
export const walker = (track: number, person: Person, walk: Walk, phase: number, busyHand = false): Actor => {
  const [dx, dz] = [walk.to[0] - walk.from[0], walk.to[1] - walk.from[1]];
  const length = Math.hypot(dx, dz);
  const turn = Math.atan2(-dz, dx);
  const pace = 1.42 * (person.outfit.height / 1.76);
  return {
    labels: [{ track, kind: 'person' }],
    at: (time, out) => {
      const clock = time - walk.start;
      // The first step takes a moment to gather speed.
      const gone = Math.min(length, clock <= 0 ? 0 : clock < 0.6 ? (clock * clock) / 1.2 * walk.speed : (clock - 0.3) * walk.speed);
      const stride = clock <= 0 || gone >= length ? 0 : Math.min(1, clock / 0.6) * Math.min(1.1, walk.speed / 1.35);
      const [x, z] = [walk.from[0] + (dx * gone) / length, walk.from[1] + (dz * gone) / length];
      const sway = 0.012 * Math.sin(time * 1.3 + phase);
      const base = chain(translation(x, groundAt(x), z), rotationY(turn + (stride ? 0 : sway)));
      const pose = walking(phase + (gone / pace) * 2 * Math.PI, stride, busyHand);
      for (const part of person.parts(base, pose)) out.pieces.push({ ...part, object: track });
      out.footprints.push({ x, z, along: 0.45, across: 0.4, heading: turn, weight: 0.6 });
    },
  };
};

export const cyclist = (track: number, riderTrack: number, kind: 'bicycle' | 'motorcycle', cycle: Cycle, lane: Lane, timing: Timing): Actor => {
  const way = travel(timing);
  const turn = heading(lane.dir);
  return {
    labels: [{ track, kind }, { track: riderTrack, kind: 'person' }],
    at: (time, out) => {
      const s = way(time);
      const z = lane.from + lane.dir * s;
      const roll = s / cycle.wheelRadius;
      const x = lane.x + 0.05 * Math.sin(s * 0.7);
      const place: Placement = chain(translation(x, 0, z), rotationY(turn + 0.02 * Math.sin(s * 0.7)));
      for (const part of cycle.fixed) out.pieces.push({ ...part, placement: place, object: track });
      for (const part of cycle.spinning) {
        out.pieces.push({ mesh: part.mesh, surface: part.surface, placement: chain(place, translation(...part.at), rotationZ(-roll * part.ratio)), object: track });
      }
      for (const part of riding(cycle, place, -roll * cycle.gear)) out.pieces.push({ ...part, object: riderTrack });
      out.footprints.push({ x, z, along: 1.5, across: 0.4, heading: turn, weight: 0.5 });
    },
  };
};

const groundAt = (x: number): number => (x < -7.4 || x > 3.4 ? 0.13 : 0);
