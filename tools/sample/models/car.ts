import { band, noise, smoothstep } from '../math.js';
import { block, ellipsoid, joined, moved, wheel, type Mesh } from '../mesh.js';
import { translation } from '../math.js';
import { colour, glass, gloss, paint, shine, type Surface } from '../surface.js';
import { shapeBody, type Body, type BodyShape } from './body.js';

export type CarKind = 'saloon' | 'hatchback' | 'estate' | 'offroad';

type CarPlan = BodyShape & {
  readonly axles: readonly [number, number];
  readonly wheelRadius: number;
  /** Side windows: x ranges between the pillars. */
  readonly panes: readonly (readonly [number, number])[];
  readonly screen: readonly [number, number];
  readonly rear: readonly [number, number];
  /** Height of lamps, front and back, and of the grille's middle. */
  readonly lamps: readonly [number, number];
};

const PLANS: Readonly<Record<CarKind, CarPlan>> = {
  saloon: {
    length: 4.7, width: 1.82, lean: 0.38, edge: 0.09,
    top: [[-2.35, 0.72], [-2.3, 0.93], [-2.15, 1.0], [-1.72, 1.04], [-1.05, 1.35], [-0.55, 1.44], [0.0, 1.46], [0.4, 1.42], [0.75, 1.26], [1.22, 1.0], [1.7, 0.93], [2.12, 0.83], [2.3, 0.7], [2.35, 0.6]],
    bottom: [[-2.35, 0.42], [-2.2, 0.28], [-1.9, 0.2], [1.95, 0.19], [2.25, 0.22], [2.35, 0.3]],
    belt: [[-2.35, 0.66], [-2.2, 0.9], [-1.4, 0.96], [0, 0.93], [1.1, 0.9], [2.0, 0.76], [2.35, 0.52]],
    plan: [[-2.35, 0.74], [-2.25, 0.88], [-1.9, 0.97], [-1, 1], [1, 1], [1.75, 0.97], [2.15, 0.87], [2.3, 0.72], [2.35, 0.62]],
    axles: [1.42, -1.36], wheelRadius: 0.325,
    panes: [[-1.62, -1.12], [-1.05, -0.22], [-0.14, 1.05]],
    screen: [0.5, 1.22], rear: [-1.75, -0.95], lamps: [0.66, 0.83],
  },
  hatchback: {
    length: 4.0, width: 1.74, lean: 0.34, edge: 0.1,
    top: [[-2.0, 0.8], [-1.96, 1.0], [-1.85, 1.16], [-1.55, 1.42], [-1.1, 1.49], [-0.3, 1.52], [0.15, 1.48], [0.55, 1.3], [1.05, 1.03], [1.5, 0.94], [1.82, 0.82], [1.97, 0.68], [2, 0.6]],
    bottom: [[-2, 0.42], [-1.85, 0.28], [-1.6, 0.2], [1.6, 0.19], [1.9, 0.23], [2, 0.32]],
    belt: [[-2, 0.74], [-1.85, 1.0], [-1.2, 1.0], [0, 0.95], [0.95, 0.91], [1.7, 0.77], [2, 0.52]],
    plan: [[-2, 0.8], [-1.9, 0.91], [-1.5, 0.98], [-0.8, 1], [0.8, 1], [1.45, 0.97], [1.8, 0.87], [1.95, 0.73], [2, 0.64]],
    axles: [1.24, -1.2], wheelRadius: 0.31,
    panes: [[-1.5, -1.12], [-1.04, -0.2], [-0.12, 0.9]],
    screen: [0.25, 1.05], rear: [-1.93, -1.5], lamps: [0.68, 0.92],
  },
  estate: {
    length: 4.75, width: 1.84, lean: 0.34, edge: 0.1,
    top: [[-2.37, 0.78], [-2.33, 1.0], [-2.2, 1.16], [-1.85, 1.43], [-1.2, 1.49], [-0.3, 1.51], [0.25, 1.48], [0.7, 1.29], [1.22, 1.02], [1.75, 0.95], [2.14, 0.84], [2.33, 0.7], [2.37, 0.6]],
    bottom: [[-2.37, 0.42], [-2.2, 0.28], [-1.9, 0.21], [1.95, 0.2], [2.27, 0.23], [2.37, 0.32]],
    belt: [[-2.37, 0.7], [-2.2, 0.97], [-1.4, 0.99], [0, 0.95], [1.1, 0.92], [2.0, 0.78], [2.37, 0.54]],
    plan: [[-2.37, 0.78], [-2.25, 0.9], [-1.9, 0.97], [-1, 1], [1, 1], [1.75, 0.97], [2.15, 0.87], [2.32, 0.73], [2.37, 0.64]],
    axles: [1.43, -1.38], wheelRadius: 0.33,
    panes: [[-1.95, -1.22], [-1.14, -0.24], [-0.16, 1.06]],
    screen: [0.35, 1.22], rear: [-2.3, -1.8], lamps: [0.7, 0.9],
  },
  offroad: {
    length: 4.5, width: 1.9, lean: 0.26, edge: 0.11,
    top: [[-2.25, 0.95], [-2.22, 1.15], [-2.12, 1.35], [-1.9, 1.62], [-1.3, 1.7], [-0.3, 1.72], [0.2, 1.69], [0.6, 1.5], [1.05, 1.18], [1.6, 1.1], [2.05, 1.0], [2.22, 0.84], [2.25, 0.7]],
    bottom: [[-2.25, 0.5], [-2.1, 0.36], [-1.8, 0.27], [1.8, 0.26], [2.1, 0.32], [2.25, 0.42]],
    belt: [[-2.25, 0.85], [-2.1, 1.13], [-1.2, 1.12], [0, 1.08], [1, 1.05], [1.9, 0.92], [2.25, 0.66]],
    plan: [[-2.25, 0.84], [-2.15, 0.93], [-1.8, 0.98], [-1, 1], [1, 1], [1.7, 0.98], [2.05, 0.9], [2.2, 0.78], [2.25, 0.7]],
    axles: [1.36, -1.34], wheelRadius: 0.37,
    panes: [[-1.9, -1.2], [-1.12, -0.22], [-0.14, 0.92]],
    screen: [0.28, 1.05], rear: [-2.22, -1.85], lamps: [0.84, 1.02],
  },
};

/** Lamps that change while a vehicle drives. */
export type Lamps = { brake: number; head: number };

const RUBBER = colour(0x1c1c1e);
const TRIM = colour(0x141516);

export const wheelSurface = (radius: number, rim: number, spokes = 5): Surface => {
  const metal = colour(rim);
  return (p, look) => {
    const r = Math.hypot(p.x, p.y) / radius;
    if (r > 0.66) {
      paint(look, RUBBER, 0.8 + 0.4 * noise(p.x * 60, p.y * 60));
      look.open = 0.7;
      return;
    }
    const angle = (Math.atan2(p.y, p.x) / (2 * Math.PI)) * spokes;
    const spoke = Math.abs(angle - Math.round(angle)) < 0.2 + 0.1 * (1 - r);
    if (r > 0.6 || r < 0.18 || spoke) {
      paint(look, metal);
      gloss(look, 0.35, 60, 0.4);
    } else {
      paint(look, TRIM, 0.7);
      look.open = 0.3;
    }
  };
};

const carSurface = (plan: CarPlan, body: Body, rgb: number, lamps: Lamps): Surface => {
  const [base, red, plate, clear, silver] = [colour(rgb), colour(0x9c0a10), colour(0xd9d9d2), colour(0xcfd6da), colour(0x9a9da0)];
  const half = plan.length / 2;
  const [lampY, tailY] = plan.lamps;
  const glassFrom = (plan.panes[0]?.[0] ?? -1) - 0.12;
  const glassTo = (plan.panes[2]?.[1] ?? 1) + 0.08;
  return (p, look) => {
    const side = Math.abs(p.z);
    const [top, belt, low] = [body.top(p.x), body.belt(p.x), body.bottom(p.x)];
    const wide = body.half(p.x);
    paint(look, base);
    gloss(look, 0.05, 350, 0.04, 0.8);
    // Light comes less and less under the sills.
    look.open = 0.35 + 0.65 * smoothstep(0.1, 0.75, p.y);
    for (const axle of plan.axles) {
      const d = Math.hypot(p.x - axle, p.y - plan.wheelRadius);
      if (d < plan.wheelRadius + 0.055 && side > wide * 0.6) {
        paint(look, TRIM, 0.25);
        gloss(look, 0, 20, 1, 0);
        look.open = 0.15;
        return;
      }
    }
    if (p.y < low + 0.1) {
      paint(look, TRIM, 0.7);
      gloss(look, 0.02, 20, 0.8);
      return;
    }
    const upright = Math.abs(p.nz) > 0.4 && side > wide * 0.55;
    const roofline = top - 0.085;
    if (upright && p.y > belt + 0.015 && roofline > belt + 0.08 && p.x > glassFrom && p.x < glassTo) {
      const pane = plan.panes.some(([from, to]) => p.x > from + (p.y - belt) * 0.12 && p.x < to);
      if (p.y < roofline && pane && p.y > belt + 0.04) return glass(look);
      if (p.y < roofline + 0.03) {
        paint(look, TRIM, 0.6);
        gloss(look, 0.04, 80, 0.2);
        return;
      }
    }
    const roof = wide - (top - belt) * plan.lean;
    const [s0, s1] = plan.screen;
    const [r0, r1] = plan.rear;
    if (p.nx > 0.22 && p.x > s0 && p.x < s1 + 0.03 && p.y > belt + 0.02) {
      if (side < roof - 0.1 && p.y > belt + 0.07) {
        glass(look);
        if (p.y < belt + 0.11) paint(look, TRIM, 0.6);
        return;
      }
      if (side < roof - 0.06) return paint(look, TRIM, 0.6);
    }
    if (p.nx < -0.2 && p.x > r0 && p.x < r1 && p.y > belt + 0.08 && side < roof - 0.12) return glass(look);
    if (p.nx > 0.25 && p.x > half - 0.75) {
      if (side > wide * 0.5 && Math.abs(p.y - lampY - (side - 0.5) * 0.1) < 0.085) {
        paint(look, clear, 0.75);
        gloss(look, 0.12, 400, 0.1);
        const core = smoothstep(0.13, 0.03, Math.hypot(p.y - lampY - 0.015, side - wide * 0.72));
        shine(look, core * lamps.head * 3, core * lamps.head * 2.9, core * lamps.head * 2.6);
        return;
      }
      if (side < wide * 0.5 && Math.abs(p.y - lampY + 0.02) < 0.065) {
        paint(look, TRIM, 0.5 + 1.2 * band(0.3, 0.7, 0.1, (p.y * 45) % 1));
        return gloss(look, 0.1, 60, 0.5);
      }
      if (side < 0.26 && Math.abs(p.y - lampY + 0.2) < 0.06) return paint(look, plate, 0.7 - 0.5 * (noise(p.z * 40, p.y * 9) > 0.55 && side < 0.22 && Math.abs(p.y - lampY + 0.2) < 0.035 ? 1 : 0));
      if (side < wide * 0.72 && p.y < lampY - 0.24 && p.y > low + 0.07) return paint(look, TRIM, 0.6);
    }
    if (p.nx < -0.25 && p.x < -half + 0.7) {
      if (side > wide * 0.58 && Math.abs(p.y - tailY) < 0.1) {
        paint(look, red);
        gloss(look, 0.08, 300, 0.1);
        return shine(look, 0.12 + lamps.brake * 2.2, 0.004 + lamps.brake * 0.12, 0.006 + lamps.brake * 0.08);
      }
      if (side < 0.26 && Math.abs(p.y - tailY + 0.16) < 0.06) return paint(look, plate, 0.8 - 0.6 * (noise(p.z * 40, p.y * 9) > 0.55 && side < 0.22 && Math.abs(p.y - tailY + 0.16) < 0.035 ? 1 : 0));
    }
    if (p.x < 0.5 - half && p.y < low + 0.16) return paint(look, TRIM, 0.8);
    if (upright && p.y < belt) {
      const seams = [plan.panes[2]?.[1] ?? 1, (plan.panes[2]?.[0] ?? 0) - 0.04, (plan.panes[1]?.[0] ?? -1) - 0.04];
      for (const seam of seams) if (Math.abs(p.x - seam) < 0.012 && p.y > low + 0.14) return paint(look, base, 0.15);
      for (const seam of seams.slice(1)) {
        if (p.y > belt - 0.15 && p.y < belt - 0.11 && p.x > seam + 0.05 && p.x < seam + 0.24) return paint(look, silver, 0.7);
      }
      // A crease along the doors catches the light.
      look.by = 0.35 * band(belt - 0.24, belt - 0.2, 0.03, p.y) - 0.3 * band(belt - 0.3, belt - 0.26, 0.03, p.y);
    }
    if (p.ny > 0.5 && p.x > s1 && side < wide * 0.9 && Math.abs(p.x - s1 - 0.1) < 0.05) paint(look, TRIM, 0.6);
  };
};

export type CarModel = {
  readonly parts: readonly { mesh: Mesh; surface: Surface }[];
  readonly wheels: { mesh: Mesh; surface: Surface; radius: number; at: readonly (readonly [number, number])[] };
  readonly lamps: Lamps;
  readonly length: number;
  readonly width: number;
};

/** A private car; x forward, the road at y = 0. */
export const car = (kind: CarKind, rgb: number, rim = 0xa8abad): CarModel => {
  const plan = PLANS[kind];
  const body = shapeBody(plan);
  const lamps: Lamps = { brake: 0, head: 0.35 };
  const mirror = ellipsoid(0.07, 0.075, 0.1, 6, 8);
  const mirrorX = plan.screen[1] - 0.28;
  const mirrorZ = plan.width / 2 + 0.06;
  const mirrors = joined(
    moved(mirror, translation(mirrorX, body.belt(mirrorX) + 0.07, mirrorZ)),
    moved(mirror, translation(mirrorX, body.belt(mirrorX) + 0.07, -mirrorZ)),
  );
  const paintOf = colour(rgb);
  const under = block([-plan.length / 2 + 0.3, 0.2, -plan.width / 2 + 0.25], [plan.length / 2 - 0.3, 0.4, plan.width / 2 - 0.25]);
  const track = plan.width / 2 - 0.115;
  return {
    parts: [
      { mesh: body.mesh, surface: carSurface(plan, body, rgb, lamps) },
      { mesh: mirrors, surface: (_, look) => (paint(look, paintOf), gloss(look, 0.05, 300, 0.1)) },
      { mesh: under, surface: (_, look) => (paint(look, TRIM, 0.4), (look.open = 0.1)) },
    ],
    wheels: {
      mesh: wheel(plan.wheelRadius, 0.22),
      surface: wheelSurface(plan.wheelRadius, rim),
      radius: plan.wheelRadius,
      at: plan.axles.flatMap((x) => [[x, track], [x, -track]] as const),
    },
    lamps,
    length: plan.length,
    width: plan.width,
  };
};
