import { chain, rotationZ, translation, type Placement, type Vec3 } from '../math.js';
import { bar, block, ellipsoid, joined, moved, torus, tube, wheel, type Mesh } from '../mesh.js';
import { colour, gloss, paint, plain, shine, type Surface } from '../surface.js';
import { FOREARM, Person, SHIN, THIGH, UPPER_ARM, type Outfit, type PersonPart, type Pose } from './person.js';

type Fixed = { readonly mesh: Mesh; readonly surface: Surface };
type Spinning = Fixed & { readonly at: Vec3; readonly ratio: number };

/** Two wheels and whoever sits on them; x forward, the road at y = 0. */
export type Cycle = {
  readonly fixed: readonly Fixed[];
  readonly spinning: readonly Spinning[];
  readonly wheelRadius: number;
  readonly rider: Person;
  readonly seat: Vec3;
  /** Where the hands are, and where the feet are for a crank angle (left, right). */
  readonly hands: Vec3;
  readonly feet: (crank: number) => readonly [Vec3, Vec3];
  /** Wheel radians for a crank radian; 0 where feet rest. */
  readonly gear: number;
  readonly lean: number;
};

const spokes = (radius: number): Mesh =>
  joined(...Array.from({ length: 14 }, (_, i) => {
    const a = (i / 14) * 2 * Math.PI;
    return bar([0, 0, i % 2 ? 0.02 : -0.02], [radius * Math.cos(a), radius * Math.sin(a), 0], 0.0035, 3);
  }));

export const bicycle = (rgb: number, outfit: Outfit, basket: boolean): Cycle => {
  const r = 0.345;
  const [back, front, crank, saddle, head, grip]: Vec3[] = [[-0.53, r, 0], [0.54, r, 0], [-0.08, 0.29, 0], [-0.24, 0.92, 0], [0.36, 0.86, 0], [0.34, 1.06, 0]];
  if (!back || !front || !crank || !saddle || !head || !grip) throw new RangeError('a bicycle needs six points');
  const neck: Vec3 = [0.41, 0.66, 0];
  const seatTop: Vec3 = [-0.2, 0.8, 0];
  const stays = [-0.05, 0.05].flatMap((z) => [
    bar([back[0], back[1], z], [crank[0], crank[1], z * 0.6], 0.012, 5),
    bar([back[0], back[1], z], [seatTop[0], seatTop[1], z * 0.3], 0.01, 5),
    bar([front[0], front[1], z], [neck[0] - 0.01, neck[1] + 0.02, z * 0.8], 0.013, 5),
  ]);
  const frame = joined(bar(crank, seatTop, 0.02), bar(seatTop, head, 0.019), bar(crank, neck, 0.023), bar(neck, head, 0.024), ...stays);
  const fender = (at: Vec3, from: number, to: number): Mesh =>
    joined(...Array.from({ length: 9 }, (_, i) => {
      const on = (k: number): Vec3 => [at[0] + (r + 0.035) * Math.cos(from + ((to - from) * k) / 9), at[1] + (r + 0.035) * Math.sin(from + ((to - from) * k) / 9), 0];
      return bar(on(i), on(i + 1), 0.02, 5);
    }));
  const dark = joined(
    bar([-0.24, 0.88, 0], seatTop, 0.014),
    moved(ellipsoid(0.13, 0.035, 0.075, 6, 10), translation(-0.25, 0.93, 0)),
    bar(head, [0.35, 1.03, 0], 0.016),
    bar([0.35, 1.03, -0.28], [0.35, 1.03, 0.28], 0.014),
    bar([0.35, 1.03, -0.28], [0.24, 1.05, -0.29], 0.02),
    bar([0.35, 1.03, 0.28], [0.24, 1.05, 0.29], 0.02),
    fender(back, 0.6, 2.9), fender(front, 0.3, 2.1),
    block([-0.75, 0.76, -0.07], [-0.36, 0.78, 0.07]),
    bar([-0.53, r, 0.06], [-0.62, 0.77, 0.06], 0.008, 4), bar([-0.53, r, -0.06], [-0.62, 0.77, -0.06], 0.008, 4),
  );
  const wire = plain(0x8a7a5c, 0.02);
  const lights: Surface = (p, look) => (p.x > 0 ? shine(look, 1.6, 1.6, 1.5) : shine(look, 1.5, 0.05, 0.05));
  const tyre = plain(0x19191a);
  const metal: Surface = (_, look) => (paint(look, [0.5, 0.5, 0.52]), gloss(look, 0.3, 60, 0.4));
  const pedal = (side: number): Mesh => {
    const a = side > 0 ? 0 : Math.PI;
    const end: Vec3 = [0.17 * Math.cos(a), 0.17 * Math.sin(a), side * 0.1];
    return joined(bar([0, 0, side * 0.06], end, 0.012, 5), block([end[0] - 0.05, end[1] - 0.015, end[2] - (side > 0 ? 0 : 0.09)], [end[0] + 0.05, end[1] + 0.015, end[2] + (side > 0 ? 0.09 : 0)]));
  };
  const ring: Spinning[] = [back, front].flatMap((at) => [
    { mesh: torus(r - 0.02, 0.021, 30, 6), surface: tyre, at, ratio: 1 },
    { mesh: joined(torus(r - 0.05, 0.011, 30, 4), spokes(r - 0.05), bar([0, 0, -0.05], [0, 0, 0.05], 0.025)), surface: metal, at, ratio: 1 },
  ]);
  const gear = 0.42;
  return {
    fixed: [
      { mesh: frame, surface: (_, look) => (paint(look, colour(rgb)), gloss(look, 0.06, 200, 0.2)) },
      { mesh: dark, surface: plain(0x1d1d1f, 0.04, 60) },
      { mesh: joined(moved(ellipsoid(0.03, 0.035, 0.035, 5, 8), translation(0.44, 0.9, 0)), moved(ellipsoid(0.015, 0.03, 0.03, 5, 8), translation(-0.76, 0.72, 0))), surface: lights },
      ...(basket ? [{ mesh: moved(tube([{ y: 0, rx: 0.12, rz: 0.15 }, { y: 0.22, rx: 0.15, rz: 0.19 }], 12), translation(0.56, 0.82, 0)), surface: wire }] : []),
    ],
    spinning: [...ring, { mesh: joined(pedal(1), pedal(-1), torus(0.09, 0.012, 18, 4)), surface: metal, at: crank, ratio: gear }],
    wheelRadius: r,
    rider: new Person(outfit),
    seat: [-0.26, 1.02, 0],
    hands: [0.24, 1.08, 0.27],
    feet: (a) => [-1, 1].map((side) => {
      const turn = a + (side > 0 ? 0 : Math.PI);
      return [crank[0] + 0.17 * Math.cos(turn) - 0.06, crank[1] + 0.17 * Math.sin(turn) + 0.1, 0] as Vec3;
    }) as unknown as readonly [Vec3, Vec3],
    gear,
    lean: 0.34,
  };
};

export const motorcycle = (rgb: number, outfit: Outfit): Cycle => {
  const r = 0.315;
  const c = colour(rgb);
  const back: Vec3 = [-0.68, r, 0];
  const front: Vec3 = [0.72, r, 0];
  const skin: Surface = (_, look) => (paint(look, c), gloss(look, 0.06, 300, 0.05));
  const chrome: Surface = (_, look) => (paint(look, [0.45, 0.45, 0.46]), gloss(look, 0.45, 120, 0.25));
  const body = joined(
    moved(ellipsoid(0.3, 0.16, 0.16, 8, 14), chain(translation(0.16, 0.84, 0), rotationZ(0.14))),
    moved(ellipsoid(0.2, 0.08, 0.1, 8, 12), chain(translation(-0.78, 0.82, 0), rotationZ(-0.25))),
    moved(ellipsoid(0.22, 0.06, 0.09, 8, 12), translation(0.74, 0.66, 0)),
    moved(ellipsoid(0.14, 0.2, 0.15, 8, 12), chain(translation(0.56, 0.98, 0), rotationZ(0.35))),
  );
  const dark = joined(
    moved(ellipsoid(0.36, 0.075, 0.14, 8, 12), translation(-0.36, 0.83, 0)),
    block([-0.2, 0.32, -0.17], [0.3, 0.68, 0.17]),
    bar([-0.68, r, 0.1], [0, 0.45, 0.1], 0.035), bar([-0.68, r, -0.1], [0, 0.45, -0.1], 0.035),
    bar([0.36, 1.06, -0.36], [0.36, 1.06, 0.36], 0.017),
    bar([0.36, 1.06, 0.3], [0.42, 1.24, 0.34], 0.01), bar([0.36, 1.06, -0.3], [0.42, 1.24, -0.34], 0.01),
    moved(ellipsoid(0.03, 0.05, 0.07, 5, 8), translation(0.42, 1.25, 0.35)), moved(ellipsoid(0.03, 0.05, 0.07, 5, 8), translation(0.42, 1.25, -0.35)),
    bar([-0.75, 0.7, 0], [-1.0, 0.5, 0], 0.03),
  );
  const bright = joined(
    bar([0.72, r, 0.1], [0.46, 0.98, 0.1], 0.028), bar([0.72, r, -0.1], [0.46, 0.98, -0.1], 0.028),
    bar([0.15, 0.32, 0.2], [-0.85, 0.42, 0.22], 0.045, 8, 0.06),
  );
  return {
    fixed: [
      { mesh: body, surface: skin },
      { mesh: dark, surface: plain(0x161617, 0.05, 80) },
      { mesh: bright, surface: chrome },
      {
        mesh: joined(moved(ellipsoid(0.05, 0.085, 0.1, 6, 10), translation(0.7, 0.97, 0)), moved(ellipsoid(0.03, 0.035, 0.09, 5, 8), translation(-0.97, 0.8, 0))),
        surface: (p, look) => (p.x > 0 ? shine(look, 2.6, 2.5, 2.2) : shine(look, 1.4, 0.04, 0.05)),
      },
    ],
    spinning: [back, front].flatMap((at) => [
      { mesh: torus(r - 0.07, 0.07, 26, 8), surface: plain(0x19191a), at, ratio: 1 },
      { mesh: wheel(r - 0.12, 0.09, 16), surface: chrome, at, ratio: 1 },
    ]),
    wheelRadius: r,
    rider: new Person(outfit),
    seat: [-0.3, 0.96, 0],
    hands: [0.3, 1.09, 0.3],
    feet: () => [[-0.06, 0.42, 0], [-0.06, 0.42, 0]],
    gear: 0,
    lean: 0.3,
  };
};

/** Angle of the upper and bend of the lower of two bars that reach from a joint to a point; `knee` bends forward, otherwise back. */
const reach = (from: Vec3, to: Vec3, upper: number, lower: number, knee: boolean): [number, number] => {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const d = Math.min(Math.hypot(dx, dy), (upper + lower) * 0.998);
  const aim = Math.atan2(dx, -dy);
  const open = Math.acos((upper * upper + d * d - lower * lower) / (2 * upper * d));
  const bend = Math.PI - Math.acos((upper * upper + lower * lower - d * d) / (2 * upper * lower));
  return knee ? [aim + open, bend] : [aim - open, bend];
};

/** The rider's parts, hands on the bar and feet on the pedals; `crank` in radians. */
export const riding = (cycle: Cycle, place: Placement, crank: number): PersonPart[] => {
  const { seat, hands, lean, rider } = cycle;
  const scale = rider.outfit.height / 1.76;
  const relative = (p: Vec3): Vec3 => [(p[0] - seat[0]) / scale, (p[1] - seat[1]) / scale, 0];
  const feet = cycle.feet(crank).map((foot) => reach([0, 0, 0], relative(foot), THIGH, SHIN, true));
  const shoulder: Vec3 = [0.46 * Math.sin(lean), 0.04 + 0.46 * Math.cos(lean), 0];
  const [arm, elbow] = reach(shoulder, relative(hands), UPPER_ARM, FOREARM + 0.03, false);
  const [left, right] = feet;
  if (!left || !right) throw new RangeError('a rider has two feet');
  const pose: Pose = {
    lean, twist: 0, spread: 0.12, nod: -0.12,
    thighs: [left[0], right[0]], knees: [left[1], right[1]], arms: [arm, arm], elbows: [elbow, elbow],
  };
  return rider.parts(place, pose, seat);
};
