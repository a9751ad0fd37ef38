import { band, cell, cloud, mix, noise, smoothstep, type Vec3 } from '../math.js';
import { block, joined, quads } from '../mesh.js';
import { colour, gloss, paint, type Surface } from '../surface.js';

/** Across the street, metres: kerbs, lane edges, walls. The viewer looks along +z from the right pavement. */
export const LAYOUT = {
  leftWall: -11.4,
  leftKerb: -7.4,
  parking: -5.1,
  middle: -1.7,
  cycleLane: 1.7,
  rightKerb: 3.4,
  rightWall: 8.6,
  crossing: [9.7, 13.1],
  stopLine: 14.3,
  end: 150,
} as const;

const KERB = 0.13;
const WHITE = colour(0xd6d6d0);
const YELLOW = colour(0xb7383a);

/** How much road paint lies at a point, 0..1, worn by tyres. */
const markings = (x: number, z: number): number => {
  const { parking, middle, cycleLane, crossing, stopLine, leftKerb, rightKerb } = LAYOUT;
  const soft = 0.012 + z * 0.0006;
  let on = 0;
  const inCrossing = z > crossing[0] - 1.2 && z < stopLine + 0.4;
  if (!inCrossing) {
    const dash = (z + 100) % 6;
    on = Math.max(on, band(middle - 0.06, middle + 0.06, soft, x) * band(0, 3, 0.02, dash));
    on = Math.max(on, band(cycleLane - 0.06, cycleLane + 0.06, soft, x));
    const bay = (z + 100.5) % 6.2;
    if (z > stopLine + 4) {
      on = Math.max(on, band(parking - 0.05, parking + 0.05, soft, x) * band(0, 0.6, 0.02, (z + 100) % 1.2));
      if (x < parking) on = Math.max(on, band(0, 0.1, 0.02, bay));
    }
  }
  if (z > crossing[0] && z < crossing[1]) {
    const bar = (x + 100.2) % 1;
    on = Math.max(on, band(0, 0.5, soft, bar) * band(leftKerb + 0.4, rightKerb - 0.3, 0.05, x));
  }
  on = Math.max(on, band(stopLine, stopLine + 0.4, 0.02, z) * band(leftKerb + 2.3, middle - 0.15, 0.02, x));
  on = Math.max(on, band(crossing[0] - 1.5, crossing[0] - 1.1, 0.02, z) * band(middle + 0.15, rightKerb - 0.1, 0.02, x));
  const wear = smoothstep(0.25, 0.6, cloud(x * 1.7, z * 1.7)) * 0.55 + 0.45;
  return on * wear;
};

const road: Surface = (p, look) => {
  const [x, z] = [p.wx, p.wz];
  // Grain fades with distance so that it does not sparkle.
  const fine = 1 / (1 + p.far * 0.09);
  const grain = (noise(x * 55, z * 55) - 0.5) * 0.5 * fine + (noise(x * 17, z * 17) - 0.5) * 0.25 * fine;
  const patch = cloud(x * 0.33, z * 0.16);
  let tone = 0.105 * (0.75 + 0.5 * patch) * (1 + grain);
  // Wheel tracks are polished, the middle of a lane is dark with oil.
  for (const lane of [-3.4, 0]) {
    const d = Math.abs(x - lane);
    tone *= 1 - 0.16 * Math.exp(-d * d * 5) + 0.07 * Math.exp(-((d - 0.8) ** 2) * 14);
  }
  // A newer strip where pipes were laid, and sealed cracks.
  if (x > -0.2 && x < 1.0 && z > 22 && z < 61) tone *= 0.8;
  const crack = Math.abs(noise(x * 0.7 + 9, z * 0.28) - 0.5) + Math.abs(noise(x * 4, z * 3) - 0.5) * 0.03;
  tone *= 1 - 0.55 * smoothstep(0.011, 0.004, crack) * smoothstep(60, 20, z);
  const tint: Vec3 = x > LAYOUT.cycleLane && x < LAYOUT.rightKerb && (z > LAYOUT.stopLine || z < LAYOUT.crossing[0] - 1.5) ? YELLOW : [1, 0.98, 0.95];
  const k = tint === YELLOW ? 2.1 * (0.8 + 0.4 * patch) : 1;
  look.r = tone * tint[0] * k + (tint === YELLOW ? tone * 0.4 : 0);
  look.g = tone * tint[1] * k + (tint === YELLOW ? tone * 0.5 : 0);
  look.b = tone * tint[2] * k + (tint === YELLOW ? tone * 0.5 : 0);
  const white = markings(x, z);
  look.r = mix(look.r, WHITE[0] * (0.85 + grain * 0.4), white * 0.9);
  look.g = mix(look.g, WHITE[1] * (0.85 + grain * 0.4), white * 0.9);
  look.b = mix(look.b, WHITE[2] * (0.85 + grain * 0.4), white * 0.9);
  for (const [mx, mz] of [[-2.2, 7.6], [0.7, 20.5], [-3.9, 31], [0.6, 44]] as const) {
    const r = Math.hypot(x - mx, z - mz);
    if (r < 0.34) paint(look, [0.05, 0.048, 0.046], r > 0.3 ? 0.5 : 0.8 + 0.5 * band(0.3, 0.7, 0.1, (x * 11) % 1) * band(0.3, 0.7, 0.1, (z * 11) % 1));
  }
  gloss(look, 0.015, 12, 0.95, 0.35);
  look.open = 0.96 * mix(0.7, 1, smoothstep(0, 0.5, Math.min(x - LAYOUT.leftKerb, LAYOUT.rightKerb - x)));
  look.bx = (noise(x * 60, z * 60) - 0.5) * 0.25 * fine;
  look.bz = (noise(x * 60 + 5, z * 60) - 0.5) * 0.25 * fine;
};

const pavement: Surface = (p, look) => {
  const [x, z] = [p.wx, p.wz];
  if (p.ny < 0.5) {
    paint(look, [0.3, 0.29, 0.28], 0.8 + 0.3 * noise(x * 9, z * 3));
    look.open = 0.75;
    return;
  }
  const [u, v] = [x / 0.5, z / 0.5 + 0.5 * (Math.floor(x / 0.5) & 1)];
  const tile = cell(u, v, 3);
  const gap = Math.min(u - Math.floor(u), 1 - u + Math.floor(u), v - Math.floor(v), 1 - v + Math.floor(v)) * 0.5;
  const fine = 1 / (1 + p.far * 0.06);
  const joint = 1 - 0.4 * smoothstep(0.014, 0.004, gap) * fine;
  const stain = 0.82 + 0.36 * cloud(x * 0.6, z * 0.6);
  const grain = 1 + (noise(x * 50, z * 50) - 0.5) * 0.25 * fine;
  const edge = Math.min(Math.abs(x - LAYOUT.leftKerb), Math.abs(x - LAYOUT.rightKerb));
  const tone = edge < 0.18 ? 0.36 : 0.27 * (0.88 + 0.24 * tile);
  paint(look, [tone, tone * 0.96, tone * 0.9], joint * stain * grain);
  const gum = cell(x * 5, z * 5, 8) > 0.97 && Math.hypot((x * 5) % 1 - 0.5, (z * 5) % 1 - 0.5) < 0.16;
  if (gum) paint(look, [tone, tone, tone], 0.55);
  gloss(look, 0.012, 10, 1, 0.25);
  look.open = mix(0.55, 1, smoothstep(0, 1.6, Math.min(x - LAYOUT.leftWall, LAYOUT.rightWall - x, 99)));
};

export const groundParts = (): { mesh: ReturnType<typeof quads>; surface: Surface }[] => {
  const { leftWall, leftKerb, rightKerb, rightWall, end } = LAYOUT;
  return [
    { mesh: quads([[[leftKerb, 0, -15], [rightKerb, 0, -15], [rightKerb, 0, end], [leftKerb, 0, end]]], true), surface: road },
    {
      mesh: joined(block([leftWall - 40, -0.2, -15], [leftKerb, KERB, end]), block([rightKerb, -0.2, -15], [rightWall + 40, KERB, end])),
      surface: pavement,
    },
  ];
};
