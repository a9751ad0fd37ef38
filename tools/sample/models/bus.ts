import { band, cell, noise, smoothstep, translation } from '../math.js';
import { block, ellipsoid, joined, moved, wheel } from '../mesh.js';
import { colour, glass, gloss, paint, shine } from '../surface.js';
import { shapeBody } from './body.js';
import { wheelSurface, type CarModel, type Lamps } from './car.js';

const LENGTH = 11.6;
const HALF = LENGTH / 2;
const WIDTH = 2.52;
const AXLES = [HALF - 2.6, -HALF + 3.2] as const;
const RADIUS = 0.48;

/** A 3x5 dot letter for the destination board, bits from the top left. */
const DOTS: Readonly<Record<string, number>> = { '4': 0b101101111001001, '2': 0b111001111100111, C: 0b111100100100111, E: 0b111100111100111, N: 0b111101101101101, T: 0b111010010010010, R: 0b111101110101101, ' ': 0 };

const dotAt = (text: string, u: number, v: number): boolean => {
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const letter = text[Math.floor(column / 4)];
  if (letter === undefined || column % 4 === 3 || row < 0 || row > 4 || column < 0) return false;
  return (((DOTS[letter] ?? 0) >> (14 - row * 3 - (column % 4))) & 1) === 1;
};

/** A city bus; doors on its right side (-z), x forward. */
export const bus = (rgb: number, stripe: number): CarModel => {
  const body = shapeBody(
    {
      length: LENGTH, width: WIDTH, lean: 0.05, edge: 0.2,
      top: [[-HALF, 2.75], [-HALF + 0.12, 3.0], [-HALF + 0.4, 3.08], [HALF - 0.7, 3.08], [HALF - 0.3, 3.04], [HALF - 0.08, 2.9], [HALF, 2.7]],
      bottom: [[-HALF, 0.5], [-HALF + 0.3, 0.34], [HALF - 0.4, 0.3], [HALF, 0.38]],
      belt: [[-HALF, 1.15], [HALF, 1.15]],
      plan: [[-HALF, 0.9], [-HALF + 0.15, 0.98], [-HALF + 0.5, 1], [HALF - 0.8, 1], [HALF - 0.25, 0.96], [HALF - 0.06, 0.88], [HALF, 0.82]],
    },
    40,
  );
  const [base, second, dark, red, white, seat] = [colour(rgb), colour(stripe), colour(0x17191b), colour(0xa00a10), colour(0xd8dcdd), colour(0x2c3340)];
  const lamps: Lamps = { brake: 0, head: 0.8 };
  const doors = [HALF - 1.15, 0.2] as const;
  const surface: CarModel['parts'][number]['surface'] = (p, look) => {
    paint(look, base);
    gloss(look, 0.045, 250, 0.08, 0.7);
    look.open = 0.4 + 0.6 * smoothstep(0.1, 1.2, p.y);
    const side = Math.abs(p.z);
    for (const axle of AXLES) {
      if (Math.hypot(p.x - axle, p.y - RADIUS) < RADIUS + 0.07 && side > 0.8) {
        paint(look, dark, 0.3);
        look.open = 0.15;
        return gloss(look, 0, 20, 1, 0);
      }
    }
    const windows = p.y > 1.18 && p.y < 2.52;
    if (p.nx > 0.5) {
      if (p.y > 2.46 && p.y < 2.8 && side < 0.95) {
        paint(look, dark, 0.5);
        gloss(look, 0.05, 400, 0);
        if (dotAt('42 CENTER', (0.8 + p.z) / 0.046 - 0.5, (2.75 - p.y) / 0.046)) shine(look, 2.4, 1.25, 0.12);
        return;
      }
      if (p.y > 1.02 && p.y < 2.46 && side < 1.14) {
        glass(look);
        // The driver's place and the front seats show through.
        if (p.y < 1.7) paint(look, seat, 0.35 * noise(p.z * 3, p.y * 3));
        if (side < 0.012) paint(look, dark);
        return;
      }
      if (Math.abs(p.y - 0.72) < 0.1 && side > 0.72) {
        paint(look, white, 0.8);
        const core = smoothstep(0.13, 0.04, Math.hypot(p.y - 0.72, side - 0.92));
        return shine(look, core * lamps.head * 2.4, core * lamps.head * 2.3, core * lamps.head * 2.1);
      }
      if (p.y < 0.56 || (side < 0.5 && Math.abs(p.y - 0.72) < 0.07)) paint(look, dark, 0.9);
      if (side < 0.27 && Math.abs(p.y - 0.5) < 0.06) paint(look, white, 0.7);
      return;
    }
    if (p.nx < -0.5) {
      if (p.y > 1.75 && p.y < 2.5 && side < 0.98) return glass(look);
      if (side > 0.92 && p.y > 0.85 && p.y < 1.5) {
        paint(look, red);
        return shine(look, 0.1 + lamps.brake * 2.4, 0.01 + lamps.brake * 0.1, 0.01 + lamps.brake * 0.08);
      }
      if (p.y > 0.75 && p.y < 1.6 && side < 0.8) return paint(look, dark, 0.5 + 0.8 * band(0.3, 0.7, 0.1, (p.y * 16) % 1));
      return;
    }
    if (Math.abs(p.nz) > 0.5) {
      const door = p.z < 0 && doors.some((x) => Math.abs(p.x - x) < 0.62);
      if (door && p.y > 0.42 && p.y < 2.52) {
        const leaf = Math.abs(doors.reduce((near, x) => (Math.abs(p.x - x) < Math.abs(near) ? p.x - x : near), 9));
        if (leaf < 0.025 || leaf > 0.575 || p.y < 0.55) return paint(look, dark, 0.8);
        return glass(look);
      }
      if (windows && p.x > -HALF + 0.35 && p.x < HALF - 0.18) {
        const pane = (p.x + HALF) / 1.42;
        glass(look);
        if (Math.abs(pane - Math.round(pane)) < 0.025 || p.y > 2.47 || p.y < 1.22) return paint(look, dark, 0.7);
        if (Math.abs(p.y - 2.12) < 0.012) return paint(look, dark, 1);
        // Heads and seat backs behind the glass.
        const row = (p.x + HALF) / 0.78;
        if (p.y < 1.62 && Math.abs(row - Math.round(row)) < 0.3) paint(look, seat, 0.5);
        if (p.y < 1.8 && cell(Math.round(row), p.z > 0 ? 1 : 2) > 0.55 && Math.hypot(row - Math.round(row), (p.y - 1.66) * 1.3) < 0.16) paint(look, [0.1, 0.07, 0.05]);
        return;
      }
      if (p.y > 0.86 && p.y < 1.06) return paint(look, second);
      const panel = p.x / 1.42;
      if (p.y < 0.84 && Math.abs(panel - Math.round(panel)) < 0.006) return paint(look, base, 0.3);
      if (p.y < 0.4) return paint(look, dark, 0.8);
    }
  };
  const mirror = ellipsoid(0.09, 0.2, 0.1, 6, 8);
  const fittings = joined(
    moved(mirror, translation(HALF + 0.18, 2.2, WIDTH / 2 + 0.08)),
    moved(mirror, translation(HALF + 0.18, 2.2, -WIDTH / 2 - 0.08)),
    block([-3.6, 3.05, -0.8], [-0.6, 3.3, 0.8]),
    block([-HALF + 0.5, 0.34, -0.95], [HALF - 0.5, 0.5, 0.95]),
  );
  const track = WIDTH / 2 - 0.17;
  return {
    parts: [
      { mesh: body.mesh, surface },
      { mesh: fittings, surface: (p, look) => (paint(look, p.y > 3 ? base : dark), gloss(look, 0.03, 60, 0.5), (look.open = p.y < 0.6 ? 0.15 : 1)) },
    ],
    wheels: {
      mesh: wheel(RADIUS, 0.3, 30), surface: wheelSurface(RADIUS, 0x8f9294, 10), radius: RADIUS,
      at: AXLES.flatMap((x) => [[x, track], [x, -track]] as const),
    },
    lamps,
    length: LENGTH,
    width: WIDTH,
  };
};
