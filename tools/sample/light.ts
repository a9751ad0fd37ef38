import { clamp, cloud, mix, noise, normalize, smoothstep, type Vec3 } from './math.js';
import { type Look, type Point } from './surface.js';

/** Towards the sun: over the viewer's left shoulder. */
export const SUN: Vec3 = normalize([-0.4, 0.86, -0.66]);
const SUN_COLOUR: Vec3 = [3.2, 2.92, 2.48];
const ZENITH: Vec3 = [0.2, 0.38, 0.78];
const HORIZON: Vec3 = [0.78, 0.88, 0.98];
const BOUNCE: Vec3 = [0.3, 0.27, 0.23];

/** Radiance of the sky in a direction (unit, y >= 0), with thin clouds. */
export const skyAt = (x: number, y: number, z: number, out: [number, number, number]): void => {
  const up = clamp(y, 0.02, 1);
  const t = up ** 0.42;
  const puff = smoothstep(0.48, 0.72, cloud((x / (up + 0.22)) * 1.5 + 3.1, (z / (up + 0.22)) * 1.5)) * smoothstep(0.02, 0.2, up) * 0.8;
  for (const k of [0, 1, 2] as const) out[k] = mix(mix(HORIZON[k], ZENITH[k], t), 1.15, puff) * 1.15;
};

/** What a shiny thing in this street mirrors in a direction: road below, house fronts at the sides, sky above. */
const mirrored = (x: number, y: number, z: number, blur: number, out: [number, number, number]): void => {
  const flat = Math.hypot(x, z) || 1;
  const rise = y / flat;
  // House fronts stand higher to the sides than along the street.
  const eaves = 0.16 + 0.75 * (Math.abs(x) / flat) ** 2 + 0.12 * noise(Math.atan2(x, z) * 6, 3.5);
  const soft = 0.03 + blur * 0.5;
  skyAt(x, Math.max(y, 0.05), z, out);
  const house = smoothstep(eaves + soft, eaves - soft, rise);
  const lit = x > 0 ? 0.34 : 0.15;
  const front = lit * (0.6 + 0.7 * noise(Math.atan2(x, z) * 9, rise * 7));
  const road = smoothstep(0.02 + soft * 0.6, -0.06 - soft * 0.6, rise);
  const asphalt = 0.17 + 0.16 * smoothstep(-0.05, -0.9, rise);
  out[0] = mix(mix(out[0], front, house), asphalt, road);
  out[1] = mix(mix(out[1], front * 0.93, house), asphalt * 0.97, road);
  out[2] = mix(mix(out[2], front * 0.84, house), asphalt * 0.95, road);
};

/** The mirrored street as pictures over (turn, rise) for four degrees of blur; worked out once. */
const MIRROR = { turns: 512, rises: 192, blurs: 4 } as const;
const mirrors = ((): Float32Array => {
  const { turns, rises, blurs } = MIRROR;
  const table = new Float32Array(blurs * rises * turns * 3);
  const out: [number, number, number] = [0, 0, 0];
  for (let b = 0; b < blurs; b++) {
    for (let j = 0; j < rises; j++) {
      for (let i = 0; i < turns; i++) {
        const y = ((j + 0.5) / rises) * 2 - 1;
        const flat = Math.sqrt(1 - y * y);
        const a = ((i + 0.5) / turns) * 2 * Math.PI - Math.PI;
        mirrored(Math.sin(a) * flat, y, Math.cos(a) * flat, b / (blurs - 1), out);
        table.set(out, ((b * rises + j) * turns + i) * 3);
      }
    }
  }
  return table;
})();

/** Place in `mirrors` of what is seen in a direction. */
const mirrorAt = (x: number, y: number, z: number, blur: number): number => {
  const { turns, rises, blurs } = MIRROR;
  const i = Math.min(turns - 1, ((Math.atan2(x, z) / (2 * Math.PI) + 0.5) * turns) | 0);
  const j = Math.min(rises - 1, Math.max(0, ((y * 0.5 + 0.5) * rises) | 0));
  return ((((blur * (blurs - 1) + 0.5) | 0) * rises + j) * turns + i) * 3;
};

/** Light leaving a point towards the eye, the sun's part apart so that a shadow can take it away. */
export type Shade = { skyR: number; skyG: number; skyB: number; sunR: number; sunG: number; sunB: number };

export const newShade = (): Shade => ({ skyR: 0, skyG: 0, skyB: 0, sunR: 0, sunG: 0, sunB: 0 });

/** (nx, ny, nz) is the world normal, (vx, vy, vz) the direction from the point to the eye; both unit length. */
export const lit = (look: Look, nx: number, ny: number, nz: number, vx: number, vy: number, vz: number, out: Shade): void => {
  const up = ny * 0.5 + 0.5;
  const facing = nx * SUN[0] + ny * SUN[1] + nz * SUN[2];
  const direct = Math.max(facing, 0) + look.through * Math.max(-facing, 0);
  const open = look.open;
  // Streets get less sky from the side than from above.
  const ambient = open * (0.32 + 0.68 * up);
  const skyR = mix(BOUNCE[0], 0.62, up) * ambient;
  const skyG = mix(BOUNCE[1], 0.72, up) * ambient;
  const skyB = mix(BOUNCE[2], 0.9, up) * ambient;
  const cosine = clamp(nx * vx + ny * vy + nz * vz, 0, 1);
  const fresnel = look.mirror + (look.grazing - look.mirror) * (1 - cosine) ** 5;
  const body = 1 - fresnel;
  out.skyR = look.r * skyR * body + look.glow;
  out.skyG = look.g * skyG * body + look.glowG;
  out.skyB = look.b * skyB * body + look.glowB;
  out.sunR = look.r * SUN_COLOUR[0] * direct * body;
  out.sunG = look.g * SUN_COLOUR[1] * direct * body;
  out.sunB = look.b * SUN_COLOUR[2] * direct * body;
  if (fresnel < 0.004) return;
  const d = 2 * (nx * vx + ny * vy + nz * vz);
  const at = mirrorAt(d * nx - vx, d * ny - vy, d * nz - vz, look.blur);
  const dim = fresnel * mix(open, 1, 0.35);
  out.skyR += (mirrors[at] ?? 0) * dim;
  out.skyG += (mirrors[at + 1] ?? 0) * dim;
  out.skyB += (mirrors[at + 2] ?? 0) * dim;
  if (facing <= 0) return;
  const hx = SUN[0] + vx;
  const hy = SUN[1] + vy;
  const hz = SUN[2] + vz;
  const half = (nx * hx + ny * hy + nz * hz) / (Math.hypot(hx, hy, hz) || 1);
  const spark = Math.min(Math.max(half, 0) ** look.sharp * (look.sharp + 8) * 0.04 * fresnel * facing, 9);
  out.sunR += spark * SUN_COLOUR[0];
  out.sunG += spark * SUN_COLOUR[1];
  out.sunB += spark * SUN_COLOUR[2];
};

/** Takes light on its way through the air: far things turn pale and bluish. */
export const haze = (distance: number): number => 1 - Math.exp(-Math.max(0, distance - 12) / 420);

export const AIR: Vec3 = [0.72, 0.82, 0.95];

export const newPoint = (): Point => ({ x: 0, y: 0, z: 0, nx: 0, ny: 1, nz: 0, wx: 0, wy: 0, wz: 0, far: 1 });
