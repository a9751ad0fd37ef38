/** Metres, seconds, radians. World axes: x right, y up, z away from the camera. */
export type Vec3 = readonly [number, number, number];

/** Rigid placement: three rows of a rotation and a translation, row-major 3x4. */
export type Placement = readonly [number, number, number, number, number, number, number, number, number, number, number, number];

export const clamp = (value: number, low: number, high: number): number => (value < low ? low : value > high ? high : value);

export const mix = (from: number, to: number, amount: number): number => from + (to - from) * amount;

/** 0 below `low`, 1 above `high`, smooth between; also falls when `low > high`. */
export const smoothstep = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
};

/** 1 inside [low, high], falling to 0 over `soft` outside. */
export const band = (low: number, high: number, soft: number, value: number): number =>
  smoothstep(low - soft, low, value) * smoothstep(high + soft, high, value);

/** Uniform numbers in [0, 1). */
export type Roll = () => number;

/** Repeatable uniform numbers in [0, 1) (mulberry32). */
export const random = (seed: number): Roll => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

export const between = (roll: Roll, low: number, high: number): number => low + (high - low) * roll();

export const pick = <T>(roll: Roll, list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;

const lattice = (x: number, y: number, z: number): number => {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(z, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
};

/** A number in [0, 1) that belongs to a cell. */
export const cell = (x: number, y = 0, z = 0): number => lattice(Math.floor(x), Math.floor(y), Math.floor(z));

/** Smooth value noise in [0, 1), one lattice point a unit. */
export const noise = (x: number, y: number, z = 0): number => {
  const xi = Math.floor(x);
  const yi = Math.floor(y);
  const zi = Math.floor(z);
  const fx = x - xi;
  const fy = y - yi;
  const fz = z - zi;
  const u = fx * fx * (3 - 2 * fx);
  const v = fy * fy * (3 - 2 * fy);
  const near = mix(
    mix(lattice(xi, yi, zi), lattice(xi + 1, yi, zi), u),
    mix(lattice(xi, yi + 1, zi), lattice(xi + 1, yi + 1, zi), u),
    v,
  );
  if (fz === 0) return near;
  const far = mix(
    mix(lattice(xi, yi, zi + 1), lattice(xi + 1, yi, zi + 1), u),
    mix(lattice(xi, yi + 1, zi + 1), lattice(xi + 1, yi + 1, zi + 1), u),
    v,
  );
  return mix(near, far, fz * fz * (3 - 2 * fz));
};

/** Four octaves of noise, in [0, 1). */
export const cloud = (x: number, y: number, z = 0): number =>
  noise(x, y, z) * 0.5 + noise(x * 2.03, y * 2.03, z + 7) * 0.27 + noise(x * 4.1, y * 4.1, z + 13) * 0.15 + noise(x * 8.3, y * 8.3, z + 29) * 0.08;

export const normalize = (v: Vec3): Vec3 => {
  const length = Math.hypot(v[0], v[1], v[2]) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
};

export const IDENTITY: Placement = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export const translation = (x: number, y: number, z: number): Placement => [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z];

/** Turns about x: positive takes +y towards +z. */
export const rotationX = (a: number): Placement => {
  const c = Math.cos(a);
  const s = Math.sin(a);
  return [1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0];
};

/** Turns about y: positive takes +x towards -z. */
export const rotationY = (a: number): Placement => {
  const c = Math.cos(a);
  const s = Math.sin(a);
  return [c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0];
};

/** Turns about z: positive takes +x towards +y. */
export const rotationZ = (a: number): Placement => {
  const c = Math.cos(a);
  const s = Math.sin(a);
  return [c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0];
};

const pair = (a: Placement, b: Placement): Placement => [
  a[0] * b[0] + a[1] * b[4] + a[2] * b[8],
  a[0] * b[1] + a[1] * b[5] + a[2] * b[9],
  a[0] * b[2] + a[1] * b[6] + a[2] * b[10],
  a[0] * b[3] + a[1] * b[7] + a[2] * b[11] + a[3],
  a[4] * b[0] + a[5] * b[4] + a[6] * b[8],
  a[4] * b[1] + a[5] * b[5] + a[6] * b[9],
  a[4] * b[2] + a[5] * b[6] + a[6] * b[10],
  a[4] * b[3] + a[5] * b[7] + a[6] * b[11] + a[7],
  a[8] * b[0] + a[9] * b[4] + a[10] * b[8],
  a[8] * b[1] + a[9] * b[5] + a[10] * b[9],
  a[8] * b[2] + a[9] * b[6] + a[10] * b[10],
  a[8] * b[3] + a[9] * b[7] + a[10] * b[11] + a[11],
];

/** The placement that applies the last one first. */
export const chain = (...placements: readonly Placement[]): Placement => placements.reduce(pair, IDENTITY);

export const apply = (m: Placement, [x, y, z]: Vec3): Vec3 => [
  m[0] * x + m[1] * y + m[2] * z + m[3],
  m[4] * x + m[5] * y + m[6] * z + m[7],
  m[8] * x + m[9] * y + m[10] * z + m[11],
];

/** Piecewise curve through (x, y) points with rising x, rounded by a monotone cubic; constant outside. */
export const curve = (points: readonly (readonly [number, number])[]): ((x: number) => number) => {
  const n = points.length;
  const at = (i: number): readonly [number, number] => points[clamp(i, 0, n - 1)] ?? [0, 0];
  const step = (i: number): number => (at(i + 1)[1] - at(i)[1]) / Math.max(1e-9, at(i + 1)[0] - at(i)[0]);
  const slope = (i: number): number => {
    if (i === 0 || i === n - 1) return 0;
    const [before, after] = [step(i - 1), step(i)];
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  };
  return (x) => {
    if (x <= at(0)[0]) return at(0)[1];
    if (x >= at(n - 1)[0]) return at(n - 1)[1];
    let i = 0;
    while (x > at(i + 1)[0]) i++;
    const [x0, y0] = at(i);
    const [x1, y1] = at(i + 1);
    const w = x1 - x0;
    const t = (x - x0) / w;
    const [t2, t3] = [t * t, t * t * t];
    return (2 * t3 - 3 * t2 + 1) * y0 + (t3 - 2 * t2 + t) * w * slope(i) + (3 * t2 - 2 * t3) * y1 + (t3 - t2) * w * slope(i + 1);
  };
};
