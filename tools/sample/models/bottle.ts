import { band, clamp, mix, noise, smoothstep, type Vec3 } from '../math.js';
import { tube, type Mesh } from '../mesh.js';
import { colour, gloss, paint, shine, type Point, type Surface } from '../surface.js';

/** Light of what stands still behind a place, seen past it `right` and `up` metres aside. */
export type Behind = (place: Point, right: number, up: number, out: [number, number, number]) => void;

/** Where bottles are seen from, and what is seen through them; `behind` is known once the still part is drawn. */
export type Glazing = { readonly eye: Vec3; behind: Behind };

export type BottleShape = 'water' | 'ribbed' | 'wine' | 'beer' | 'juice' | 'thermos' | 'jug';

/** (height, radius) as parts of the height, from the floor to below the cap; the cap follows on top. */
const PROFILES: Readonly<Record<BottleShape, readonly (readonly [y: number, r: number])[]>> = {
  water: [[0, 0.1], [0.015, 0.125], [0.08, 0.13], [0.3, 0.128], [0.42, 0.12], [0.56, 0.13], [0.66, 0.128], [0.74, 0.108], [0.82, 0.072], [0.88, 0.052], [0.925, 0.05]],
  ribbed: [[0, 0.115], [0.02, 0.145], [0.2, 0.145], [0.4, 0.135], [0.45, 0.145], [0.66, 0.145], [0.74, 0.13], [0.84, 0.075], [0.88, 0.055], [0.92, 0.055]],
  wine: [[0, 0.11], [0.015, 0.12], [0.3, 0.122], [0.56, 0.12], [0.62, 0.108], [0.68, 0.07], [0.74, 0.048], [0.86, 0.044], [0.9, 0.05]],
  beer: [[0, 0.12], [0.02, 0.135], [0.3, 0.135], [0.5, 0.132], [0.6, 0.11], [0.72, 0.075], [0.85, 0.056], [0.93, 0.052], [0.955, 0.06]],
  juice: [[0, 0.18], [0.03, 0.21], [0.3, 0.205], [0.5, 0.21], [0.68, 0.2], [0.78, 0.15], [0.84, 0.11], [0.88, 0.105]],
  thermos: [[0, 0.13], [0.015, 0.14], [0.4, 0.14], [0.74, 0.14], [0.78, 0.125], [0.8, 0.11]],
  jug: [[0, 0.15], [0.02, 0.17], [0.15, 0.172], [0.36, 0.165], [0.5, 0.172], [0.6, 0.168], [0.75, 0.12], [0.85, 0.06], [0.91, 0.058]],
};

export type BottlePlan = {
  readonly shape: BottleShape;
  /** Metres to the top of the cap. */
  readonly height: number;
  /** `clear` lets the background through, tinted; `opaque` does not. */
  readonly material: 'clear' | 'opaque';
  /** Tint of what is seen through, or the paint of an opaque one; linear 0..1. */
  readonly tint: Vec3;
  /** Part of the height that the liquid reaches, and its own tint. */
  readonly level: number;
  readonly liquid: Vec3;
  readonly cap: number | undefined;
  readonly label: { readonly from: number; readonly to: number; readonly colours: readonly [number, number]; readonly pattern: 0 | 1 | 2 } | undefined;
  readonly seed: number;
};

type Part = { readonly mesh: Mesh; readonly surface: Surface };

const SIDES = 28;

/** Radius at a height, both as parts of the height. */
const radiusAt = (profile: readonly (readonly [number, number])[], y: number): number => {
  const after = profile.findIndex(([at]) => at >= y);
  const [a, b] = [profile[Math.max(0, after - 1)], profile[after < 0 ? profile.length - 1 : after]];
  if (!a || !b || a === b) return b?.[1] ?? 0;
  return mix(a[1], b[1], clamp((y - a[0]) / (b[0] - a[0]), 0, 1));
};

/** How far a normal points to the right as the eye sees it, -1..1, and how squarely it faces the eye, 0..1. */
const facing = (p: Point, eye: Vec3): { side: number; square: number } => {
  const [ex, ey, ez] = [eye[0] - p.wx, eye[1] - p.wy, eye[2] - p.wz];
  const [far, flat] = [Math.hypot(ex, ey, ez) || 1, Math.hypot(ex, ez) || 1];
  return { side: (p.nz * ex - p.nx * ez) / flat, square: clamp((p.nx * ex + p.ny * ey + p.nz * ez) / far, 0, 1) };
};

/** Upright streaks that windows and lamps leave on a round wall. */
const streaks = (seed: number): ((side: number, y: number) => number) => {
  const lights = [0, 1, 2].map((k) => ({
    at: mix(-0.85, 0.85, noise(seed * 3.1 + k * 7.7, 0.5)), wide: mix(0.03, 0.12, noise(seed * 1.7 + k, 9.5)),
    from: mix(0.05, 0.5, noise(seed + k, 4.5)), power: 0.8 * noise(seed * 2.3 + k, 6.5) ** 2,
  }));
  return (side, y) => lights.reduce((sum, l) => sum + l.power * band(l.at - l.wide / 2, l.at + l.wide / 2, 0.05, side) * band(l.from, l.from + 0.45, 0.06, y), 0);
};

/** Clear walls without rays through them: the background, shifted as by a lens, tinted the more the longer the way through. */
const clearWall = (plan: BottlePlan, glazing: Glazing): Surface => {
  const { height, tint, liquid, level, seed, shape } = plan;
  const streak = streaks(seed);
  const seen: [number, number, number] = [0, 0, 0];
  const [wide, rim, milk] = [height * 0.12, mix(0.35, 0.8, noise(seed * 5.3, 1.5)), mix(0.02, 0.09, noise(seed * 4.1, 2.5))];
  return (p, look) => {
    const { side, square } = facing(p, glazing.eye);
    const y = p.y / height;
    const filled = smoothstep(level + 0.004, level - 0.004, y);
    const ribs = shape === 'ribbed' ? Math.sin(y * 95) * 0.25 * band(0.1, 0.66, 0.03, y) : (noise(p.x * 3, p.y * 3, p.z * 3) - 0.5) * 0.18;
    glazing.behind(p, wide * side * mix(0.35, -1.6, filled), wide * (p.ny + ribs) * 0.8, seen);
    const way = 0.5 + 0.5 / Math.max(square, 0.22);
    const edge = 1 - rim * smoothstep(0.5, 0.05, square) + 0.35 * band(0.3, 0.38, 0.05, square);
    // The thick foot of a bottle breaks light into dark and bright patches.
    const foot = smoothstep(0.09, 0.03, y) * (noise(Math.atan2(p.nz, p.nx) * 4 + seed, y * 40) - 0.45) * 1.6;
    const line = 1 + 0.5 * band(level - 0.006, level + 0.002, 0.003, y) - 0.3 * band(level + 0.004, level + 0.01, 0.003, y);
    const glint = streak(side, y);
    const through = ([0, 1, 2] as const).map((k) =>
      seen[k] * tint[k] ** way * mix(1, liquid[k] ** way, filled) * edge * line * Math.max(0.15, 1 + foot) + glint * (0.35 + seen[k]));
    paint(look, tint, milk * (1 + ribs));
    gloss(look, 0.035, 500, 0.25, 0.4);
    look.open = 0.5;
    shine(look, through[0] ?? 0, through[1] ?? 0, through[2] ?? 0);
    look.by = ribs * 0.6;
  };
};

const opaqueWall = ({ tint, height, seed }: BottlePlan): Surface => {
  const [second, at] = [mix(0.5, 1.2, noise(seed, 3.5)), mix(0.1, 0.7, noise(seed * 2.1, 8.5))];
  return (p, look) => {
    paint(look, tint, p.y / height > at ? 1 : second);
    gloss(look, 0.05, 120, 0.4, 0.5);
  };
};

const labelPaper = ({ height, seed, label }: BottlePlan): Surface => {
  if (!label) throw new RangeError('this bottle has no label');
  const [first, second] = label.colours.map(colour) as [Vec3, Vec3];
  return (p, look) => {
    const v = (p.y / height - label.from) / (label.to - label.from);
    const turn = Math.atan2(p.nz, p.nx);
    let other = label.pattern === 0 ? band(0.12, 0.3, 0.02, v) + band(0.74, 0.86, 0.02, v) : label.pattern === 1 ? smoothstep(0.45, 0.55, v + 0.22 * Math.sin(turn * 2 + seed)) : band(0.3, 0.7, 0.02, Math.abs((turn * 1.3 + seed) % 1));
    // Rows of something like letters.
    if (v > 0.36 && v < 0.68 && noise(turn * 16 + seed, Math.floor(v * 9) * 5.5) > 0.52 && (v * 9) % 1 > 0.35) other = 1 - other;
    const k = clamp(other, 0, 1);
    paint(look, [mix(first[0], second[0], k), mix(first[1], second[1], k), mix(first[2], second[2], k)]);
    gloss(look, 0.03, 60, 0.6, 0.3);
  };
};

const capStuff = (rgb: number): Surface => {
  const c = colour(rgb);
  return (p, look) => {
    paint(look, c, Math.abs(p.ny) > 0.7 ? 1 : 0.8 + 0.4 * band(0.2, 0.6, 0.2, Math.abs((Math.atan2(p.nz, p.nx) * 5.7) % 1)));
    gloss(look, 0.04, 80, 0.5, 0.4);
  };
};

/** A bottle standing on y = 0 about the y axis: wall, label and cap. It may be moved but not turned. */
export const bottle = (plan: BottlePlan, glazing: Glazing): { readonly parts: readonly Part[]; readonly radius: number } => {
  const { shape, height, label, cap } = plan;
  const profile = PROFILES[shape];
  const ring = (y: number, r: number) => ({ y: y * height, rx: r * height, rz: r * height });
  // Finer rings than the profile has, so that shoulders are round.
  const steps = profile.flatMap(([y], i) => {
    const next = profile[i + 1];
    return next ? [0, 1, 2].map((k) => mix(y, next[0], k / 3)) : [y];
  });
  const soft = (y: number): number => (y < 0.03 ? radiusAt(profile, y) : (radiusAt(profile, y - 0.015) + radiusAt(profile, y) * 2 + radiusAt(profile, y + 0.015)) / 4);
  const parts: Part[] = [{ mesh: tube(steps.map((y) => ring(y, soft(y))), SIDES), surface: plan.material === 'clear' ? clearWall(plan, glazing) : opaqueWall(plan) }];
  if (label) {
    const rows = Array.from({ length: 7 }, (_, i) => mix(label.from, label.to, i / 6));
    parts.push({ mesh: tube(rows.map((y) => ring(y, soft(y) + 0.002)), SIDES), surface: labelPaper(plan) });
  }
  const top = profile[profile.length - 1] ?? [1, 0.05];
  if (cap !== undefined) {
    const r = top[1] * (shape === 'thermos' ? 1.05 : 1.18);
    parts.push({ mesh: tube([ring(top[0] - 0.012, r * 0.98), ring(top[0] - 0.01, r), ring(0.99, r), ring(1, r * 0.9)], SIDES), surface: capStuff(cap) });
  }
  return { parts, radius: Math.max(...profile.map(([, r]) => r)) * height };
};
