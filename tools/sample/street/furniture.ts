import { cell, cloud, noise, random, translation, type Vec3 } from '../math.js';
import { bar, block, ellipsoid, joined, moved, quads, tube, type Mesh } from '../mesh.js';
import { colour, glass, gloss, paint, plain, shine, type Surface } from '../surface.js';
import { LAYOUT } from './ground.js';

type Part = { mesh: Mesh; surface: Surface };

const bark: Surface = (p, look) => {
  const ridge = noise(p.x * 26, p.y * 4, p.z * 26);
  paint(look, [0.11, 0.085, 0.065], 0.6 + 0.8 * ridge);
  look.bx = (ridge - 0.5) * 0.8;
};

/** A street tree: trunk, boughs, and leaves in clumps whose normals point out of the crown. */
const tree = (at: Vec3, height: number, seed: number): Part[] => {
  const roll = random(seed);
  const bole = height * 0.42;
  const wood: Mesh[] = [bar([0, 0, 0], [0.06, bole, 0.03], 0.17, 9, 0.12)];
  const clumps: { c: Vec3; r: number }[] = [];
  for (let i = 0; i < 15; i++) {
    const a = i * 2.4 + roll();
    const up = bole + (height - bole) * (0.12 + 0.8 * (i / 14));
    const out = (height * 0.27) * Math.sqrt(1 - Math.abs((i / 14) * 2 - 0.85) ** 2 * 0.55) * (0.55 + 0.5 * roll());
    const c: Vec3 = [out * Math.cos(a), up, out * Math.sin(a)];
    clumps.push({ c, r: height * (0.11 + 0.06 * roll()) });
    wood.push(bar([0.05, bole * (0.75 + 0.25 * roll()), 0.02], [c[0] * 0.85, c[1] - 0.1, c[2] * 0.85], 0.07, 6, 0.02));
  }
  const corners: [Vec3, Vec3, Vec3, Vec3][] = [];
  const normals: Vec3[] = [];
  for (const { c, r } of clumps) {
    for (let k = 0; k < 420; k++) {
      const [u, w, d] = [roll() * 2 - 1, roll() * 2 * Math.PI, r * (0.45 + 0.6 * roll() ** 0.6)];
      const s = Math.sqrt(1 - u * u);
      const n: Vec3 = [s * Math.cos(w), u, s * Math.sin(w)];
      const p: Vec3 = [c[0] + n[0] * d, c[1] + n[1] * d * 0.85, c[2] + n[2] * d];
      const size = 0.055 + 0.055 * roll();
      const [e, f] = [roll() * 6.28, roll() * 6.28];
      const ax: Vec3 = [Math.cos(e) * size, Math.sin(f) * size * 0.7, Math.sin(e) * size];
      const ay: Vec3 = [-Math.sin(e) * Math.sin(f) * size, Math.cos(f) * size, Math.cos(e) * Math.sin(f) * size];
      const k4 = (i: number, j: number): Vec3 => [p[0] + ax[0] * i + ay[0] * j, p[1] + ax[1] * i + ay[1] * j, p[2] + ax[2] * i + ay[2] * j];
      corners.push([k4(-1.3, 0), k4(0, -0.8), k4(1.3, 0), k4(0, 0.8)]);
      normals.push([n[0] * 0.8, n[1] * 0.8 + 0.35, n[2] * 0.8]);
    }
  }
  const leaves = quads(corners, true);
  normals.forEach((n, i) => {
    for (let k = 0; k < 4; k++) leaves.normal.set(n, i * 12 + k * 3);
  });
  const place = translation(...at);
  const hue = roll();
  return [
    { mesh: moved(joined(...wood), place), surface: bark },
    {
      mesh: moved(leaves, place),
      surface: (p, look) => {
        const shade = 0.55 + 0.75 * cell(p.x * 9, p.y * 9, p.z * 9);
        paint(look, [0.075 + 0.03 * hue, 0.145, 0.03], shade);
        gloss(look, 0.02, 20, 1, 0.1);
        look.through = 0.35;
        // The crown is darker inside and below.
        const depth = (p.y - at[1] - bole) / (height - bole);
        look.open = 0.3 + 0.7 * Math.max(0, Math.min(1, depth * 0.7 + 0.3));
      },
    },
    {
      mesh: moved(block([-0.6, 0, -0.6], [0.6, 0.02, 0.6]), place),
      surface: (p, look) => paint(look, [0.09, 0.065, 0.045], 0.6 + 0.8 * noise(p.x * 20, p.z * 20)),
    },
  ];
};

const lantern = (x: number, z: number, arm: number): Part[] => [
  {
    mesh: joined(bar([x, 0.1, z], [x, 7.2, z], 0.09, 10, 0.055), bar([x, 7.1, z], [x + arm, 7.5, z], 0.04), bar([x, 0.1, z], [x, 1, z], 0.13, 10)),
    surface: plain(0x3a4043, 0.04, 50),
  },
  { mesh: moved(ellipsoid(0.4, 0.07, 0.16, 6, 10), translation(x + arm, 7.5, z)), surface: plain(0x8f9598, 0.05, 50) },
];

/** Where signals stand (x, z). */
export const SIGNALS = [[LAYOUT.rightKerb + 0.45, LAYOUT.crossing[1] + 1.2], [LAYOUT.leftKerb - 0.4, LAYOUT.stopLine + 0.6]] as const;

const signal = (x: number, z: number): Part => ({
  mesh: joined(bar([x, 0.1, z], [x, 3.1, z], 0.06, 8), block([x - 0.15, 2.35, z - 0.28], [x + 0.15, 3.25, z - 0.06])),
  surface: plain(0x1f2224, 0.03, 40),
});

/** The three lamps of a signal; `now` tells which shines. */
export const signalLamps = (x: number, z: number, now: () => 'red' | 'amber' | 'green'): Part => ({
  mesh: joined(...[3.1, 2.8, 2.5].map((y) => moved(ellipsoid(0.1, 0.1, 0.05, 8, 12), translation(x, y, z - 0.28)))),
  surface: (p, look) => {
    paint(look, [0.02, 0.02, 0.02]);
    const lamp = p.y > 2.95 ? 'red' : p.y > 2.65 ? 'amber' : 'green';
    if (lamp !== now()) return;
    if (lamp === 'red') shine(look, 2.6, 0.14, 0.08);
    else if (lamp === 'amber') shine(look, 2.4, 1.1, 0.08);
    else shine(look, 0.1, 2.1, 0.7);
  },
});

const shelter = (z: number): Part[] => {
  const x = LAYOUT.rightKerb + 1.9;
  const frame = joined(
    ...[z, z + 2, z + 4].map((at) => bar([x, 0.1, at], [x, 2.5, at], 0.045, 8)),
    block([x - 1.5, 2.48, z - 0.2], [x + 0.1, 2.58, z + 4.2]),
    block([x - 0.5, 0.5, z + 0.5], [x - 0.1, 0.56, z + 3.2]),
    bar([x - 0.3, 0.1, z + 0.8], [x - 0.3, 0.5, z + 0.8], 0.03), bar([x - 0.3, 0.1, z + 2.9], [x - 0.3, 0.5, z + 2.9], 0.03),
  );
  return [
    { mesh: frame, surface: plain(0x3d4548, 0.05, 60) },
    {
      mesh: block([x - 1.3, 0.35, z + 4.0], [x - 0.05, 2.3, z + 4.14]),
      surface: (p, look) => {
        paint(look, [0.05, 0.05, 0.055]);
        if (p.nz < -0.5 && p.y > 0.5 && p.y < 2.2 && p.x > x - 1.2 && p.x < x - 0.15) {
          const v = cloud(p.x * 2.2, p.y * 2.2);
          paint(look, [0.2 + 0.5 * v, 0.35 * v + 0.05, 0.5 - 0.35 * v], 0.9);
          if (p.y < 0.9) paint(look, [0.7, 0.7, 0.68]);
        }
        gloss(look, 0.04, 300, 0.05);
      },
    },
  ];
};

const planter = (x: number, z: number, seed: number): Part[] => {
  const roll = random(seed);
  const corners = Array.from({ length: 320 }, (): [Vec3, Vec3, Vec3, Vec3] => {
    const [a, r, y] = [roll() * 6.28, Math.sqrt(roll()) * 0.48, 0.62 + roll() * 0.38];
    const [px, pz, s, e] = [x + r * Math.cos(a), z + r * Math.sin(a), 0.045 + 0.05 * roll(), roll() * 6.28];
    return [[px - s, y, pz], [px, y - s * 0.6, pz + s * Math.cos(e)], [px + s, y + s * 0.5, pz], [px, y + s, pz - s * Math.cos(e)]];
  });
  return [
    { mesh: tube([{ y: 0.1, rx: 0.36, rz: 0.36 }, { y: 0.62, rx: 0.47, rz: 0.47 }, { y: 0.68, rx: 0.5, rz: 0.5 }, { y: 0.69, rx: 0.44, rz: 0.44 }].map((r) => ({ ...r, x, z })), 16), surface: plain(0x77706a) },
    { mesh: quads(corners, true), surface: (p, look) => (paint(look, cell(p.x * 8, p.z * 8, p.y * 8) > 0.86 ? [0.55, 0.07, 0.1] : [0.06, 0.15, 0.03], 0.6 + 0.6 * cell(p.x * 14, p.y * 14)), (look.through = 0.3)) },
  ];
};

const sign = (x: number, z: number): Part[] => [
  { mesh: bar([x, 0.1, z], [x, 2.7, z], 0.03, 8), surface: plain(0x7d8385, 0.1, 60) },
  {
    mesh: quads([[[x - 0.32, 2.1, z - 0.04], [x + 0.32, 2.1, z - 0.04], [x + 0.32, 2.74, z - 0.04], [x - 0.32, 2.74, z - 0.04]]], true),
    surface: (p, look) => {
      const r = Math.hypot(p.x - x, p.y - 2.42);
      paint(look, Math.abs(p.x - x) < 0.29 && Math.abs(p.y - 2.42) < 0.29 ? colour(0x1d57a8) : [0.8, 0.8, 0.8]);
      if (r < 0.2 && p.y < 2.42 + 0.17 && Math.abs(p.x - x) < 0.16 && Math.abs(p.y - 2.36) < 0.13) paint(look, [0.8, 0.8, 0.8]);
      if (Math.abs(p.x - x) < 0.12 && p.y > 2.38 && p.y < 2.45) glass(look);
    },
  },
];

/** All that stands still on the pavements. */
export const furniture = (seed: number): Part[] => {
  const roll = random(seed ^ 0x7ee5);
  const parts: Part[] = [];
  for (let z = 18; z < 120; z += 10.5) parts.push(...tree([LAYOUT.leftKerb - 0.75, 0.12, z + roll() * 2], 7 + roll() * 2.2, Math.floor(roll() * 1e6)));
  for (let z = 40; z < 120; z += 12) parts.push(...tree([LAYOUT.rightKerb + 0.85, 0.12, z + roll() * 2], 6.2 + roll() * 2, Math.floor(roll() * 1e6)));
  for (let z = 26; z < 130; z += 27) parts.push(...lantern(LAYOUT.leftKerb - 0.5, z + 5, 1.6), ...lantern(LAYOUT.rightKerb + 0.5, z + 17, -1.6));
  parts.push(...SIGNALS.map(([x, z]) => signal(x, z)));
  parts.push(...shelter(25), ...sign(LAYOUT.rightKerb + 0.4, 24));
  for (const [x, z] of [[7.6, 13.2], [7.6, 20.6], [-10.6, 14], [-10.6, 18.4], [7.6, 34.5]] as const) parts.push(...planter(x, z, Math.floor(roll() * 1e6)));
  const posts = [8, 9.2, 13.6, 15, 16.4].flatMap((z) => [bar([LAYOUT.leftKerb - 0.35, 0.1, z], [LAYOUT.leftKerb - 0.35, 1, z], 0.06, 8)]);
  parts.push({ mesh: joined(...posts), surface: (p, look) => (paint(look, p.y > 0.8 && p.y < 0.9 ? [0.7, 0.7, 0.7] : [0.03, 0.032, 0.034]), gloss(look, 0.04, 60, 0.4)) });
  return parts;
};
