import { band, noise, smoothstep, translation } from '../math.js';
import { block, ellipsoid, joined, moved, wheel } from '../mesh.js';
import { colour, glass, gloss, paint, shine } from '../surface.js';
import { shapeBody } from './body.js';
import { wheelSurface, type CarModel, type Lamps } from './car.js';

const RADIUS = 0.42;
const AXLES = [2.55, -2.1] as const;
const NOSE = 3.75;

/** A box lorry: a cab over the engine and a tall load box behind it; x forward. */
export const truck = (rgb: number, box: number): CarModel => {
  const cab = shapeBody(
    {
      length: 2.1, width: 2.2, lean: 0.1, edge: 0.16,
      top: [[-1.05, 2.5], [-0.7, 2.56], [0.3, 2.52], [0.6, 2.38], [0.8, 2.0], [0.98, 1.42], [1.02, 1.0], [1.05, 0.8]],
      bottom: [[-1.05, 0.5], [0.8, 0.42], [1.05, 0.5]],
      belt: [[-1.05, 1.5], [0.9, 1.42], [1.05, 0.75]],
      plan: [[-1.05, 1], [0.5, 1], [0.9, 0.94], [1.05, 0.82]],
    },
    26,
  );
  const [base, load, dark, white, red, grey] = [colour(rgb), colour(box), colour(0x17191b), colour(0xd8dcdd), colour(0xa00a10), colour(0x555a5e)];
  const lamps: Lamps = { brake: 0, head: 0.5 };
  const shift = NOSE - 1.05;
  const track = 0.94;
  const mirror = ellipsoid(0.07, 0.2, 0.1, 6, 8);
  return {
    parts: [
      {
        mesh: moved(cab.mesh, translation(shift, 0, 0)),
        surface: (p, look) => {
          const [x, side] = [p.x - shift, Math.abs(p.z)];
          paint(look, base);
          gloss(look, 0.045, 250, 0.08);
          look.open = 0.4 + 0.6 * smoothstep(0.1, 1.1, p.y);
          if (Math.hypot(p.x - AXLES[0], p.y - RADIUS) < RADIUS + 0.08 && side > 0.7) {
            paint(look, dark, 0.3);
            look.open = 0.15;
            return;
          }
          if (p.nx > 0.2 && p.y > 1.47 && p.y < 2.38 && side < 0.95) return glass(look);
          if (Math.abs(p.nz) > 0.5 && p.y > 1.52 && p.y < 2.28 && x > -0.55 && x < 0.95 - (p.y - 1.45) * 0.4) return glass(look);
          if (p.nx > 0.3) {
            if (side > 0.68 && Math.abs(p.y - 0.85) < 0.11) {
              paint(look, white, 0.8);
              const core = smoothstep(0.13, 0.04, Math.hypot(p.y - 0.85, side - 0.85)) * lamps.head;
              return shine(look, core * 2.4, core * 2.3, core * 2.1);
            }
            if (side < 0.66 && p.y > 0.8 && p.y < 1.25) return paint(look, dark, 0.6 + band(0.3, 0.7, 0.1, (p.y * 14) % 1));
            if (p.y < 0.66) paint(look, grey, 0.7);
            if (side < 0.26 && Math.abs(p.y - 0.58) < 0.06) paint(look, white, 0.8);
          }
          if (Math.abs(p.nz) > 0.6 && Math.abs(x + 0.6) < 0.012 && p.y > 0.8) paint(look, base, 0.2);
        },
      },
      {
        mesh: block([-3.65, 0.95, -1.16], [1.55, 3.35, 1.16]),
        surface: (p, look) => {
          paint(look, load, 0.93 + 0.1 * noise(p.x * 2, p.y * 2, p.z * 2));
          gloss(look, 0.03, 60, 0.5);
          const edge = Math.max(band(1.52, 1.6, 0.005, p.x), band(-3.7, -3.61, 0.005, p.x)) + band(0.9, 1.06, 0.005, p.y) + band(3.29, 3.4, 0.005, p.y);
          if (edge > 0.5) return paint(look, grey, 1.3);
          if (Math.abs(p.nz) > 0.5) {
            const rib = p.x / 0.65;
            look.bx = 0.25 * (band(-0.02, 0.02, 0.01, rib - Math.round(rib) + 0.02) - band(-0.02, 0.02, 0.01, rib - Math.round(rib) - 0.02));
            // A coloured sweep as a carrier's mark.
            if (Math.abs(p.y - 2.2 - 0.35 * Math.sin(p.x * 0.9)) < 0.22) paint(look, base);
          }
          if (p.nx < -0.5) {
            if (Math.abs(p.z) < 0.012) paint(look, dark);
            if (Math.abs(Math.abs(p.z) - 0.35) < 0.02) paint(look, grey);
          }
        },
      },
      {
        mesh: joined(
          block([-3.6, 0.62, -0.5], [2.2, 0.95, 0.5]),
          block([-3.65, 0.42, -1.1], [-3.55, 0.6, 1.1]),
          block([-0.9, 0.5, -1.12], [1.3, 0.9, -1.06]),
          block([-0.9, 0.5, 1.06], [1.3, 0.9, 1.12]),
          moved(mirror, translation(NOSE - 0.25, 1.95, 1.28)),
          moved(mirror, translation(NOSE - 0.25, 1.95, -1.28)),
        ),
        surface: (p, look) => {
          paint(look, dark);
          look.open = 0.4;
          if (p.x < -3.5 && p.nx < -0.5 && Math.abs(p.z) > 0.75) {
            paint(look, red);
            shine(look, 0.1 + lamps.brake * 2.2, 0.01 + lamps.brake * 0.1, 0.01);
          }
        },
      },
    ],
    wheels: {
      mesh: wheel(RADIUS, 0.28), surface: wheelSurface(RADIUS, 0x9a9da0, 8), radius: RADIUS,
      at: AXLES.flatMap((x) => [[x, track], [x, -track]] as const),
    },
    lamps,
    length: 7.4,
    width: 2.32,
  };
};
