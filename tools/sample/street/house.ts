import { band, cell, cloud, mix, noise, random, smoothstep } from '../math.js';
import { block, joined, quads, type Mesh } from '../mesh.js';
import { colour, glass, gloss, paint, shine, type Surface } from '../surface.js';
import { LAYOUT } from './ground.js';

type HousePlan = {
  readonly from: number;
  readonly to: number;
  readonly storeys: number;
  readonly wall: number;
  readonly trim: number;
  readonly shop: number;
  readonly brick: boolean;
  readonly bay: number;
  readonly seed: number;
};

const GROUND_FLOOR = 4.1;
const STOREY = 3.25;

const brickWork = (u: number, v: number, far: number): number => {
  const row = Math.floor(v / 0.085);
  const along = u / 0.25 + 0.5 * (row & 1);
  const fine = 1 / (1 + far * 0.05);
  const joint = Math.min(along - Math.floor(along), (v / 0.085 - row) * 0.35) < 0.05 ? 0.3 : 0;
  return 1 + (cell(along, row, 5) - 0.5) * 0.35 * fine + joint * fine * 0.6;
};

/** A front along z: `p.wz` runs along it, `p.wy` up. Openings are cut as geometry; this paints wall, shop and what is in the openings. */
const wallSurface = (plan: HousePlan): Surface => {
  const [wall, trim, shop] = [colour(plan.wall), colour(plan.trim), colour(plan.shop)];
  return (p, look) => {
    const [u, v] = [p.wz - plan.from, p.wy];
    const width = plan.to - plan.from;
    const height = GROUND_FLOOR + plan.storeys * STOREY;
    const dirt = 0.86 + 0.28 * cloud(u * 0.35, v * 0.22, plan.seed) - 0.12 * smoothstep(1.2, 0, v);
    paint(look, wall, dirt * (plan.brick ? brickWork(u, v, p.far) : 0.97 + 0.06 * noise(u * 14, v * 14)));
    look.open = 0.62 + 0.38 * smoothstep(0, height, v);
    if (v < GROUND_FLOOR) {
      paint(look, trim, 0.75 * dirt);
      const bay = u % plan.bay;
      if (v > 3.15 && v < 3.85 && u > 0.3 && u < width - 0.3) {
        paint(look, shop, 0.9);
        // A sign board with something like letters.
        const letter = Math.floor((u - 0.8) / 0.3);
        const into = ((u - 0.8) % 0.3) / 0.3;
        if (u > 0.9 && u < Math.min(width - 0.9, 5.2) && v > 3.36 && v < 3.66 && into > 0.2 && cell(letter, plan.seed) > 0.18) {
          const stroke = cell(Math.floor(into * 4), Math.floor((v - 3.36) / 0.075), letter + plan.seed * 7) > 0.42;
          if (stroke) paint(look, [0.75, 0.72, 0.65]);
        }
        return;
      }
      if (v > 0.55 && v < 3.05 && bay > 0.3 && bay < plan.bay - 0.3) {
        const post = Math.abs(bay - plan.bay / 2) < 0.05 || v < 0.6 || v > 3.0 || Math.abs(v - 2.5) < 0.03;
        if (post) return paint(look, shop, 0.5);
        glass(look);
        // Goods and lamps inside the shop.
        const inside = noise(u * 2.3, v * 2.1, plan.seed * 3) * smoothstep(2.7, 0.6, v);
        paint(look, [0.3 * inside + 0.02, 0.22 * inside + 0.02, 0.14 * inside + 0.02]);
        if (v > 2.55 && cell(u * 1.4, 1, plan.seed) > 0.6) shine(look, 0.5, 0.42, 0.28);
        return;
      }
    } else if (v < GROUND_FLOOR + 0.22 || v > height - 0.35) paint(look, trim, dirt);
  };
};

const windowSurface = (plan: HousePlan): Surface => {
  const frame = colour(plan.brick ? 0xd8d5cc : 0x4a4f52);
  return (p, look) => {
    const [i, j] = [Math.floor((p.wz - plan.from) / plan.bay), Math.floor((p.wy - GROUND_FLOOR) / STOREY)];
    const [u, v] = [((p.wz - plan.from) / plan.bay - i) * plan.bay - plan.bay / 2, p.wy - GROUND_FLOOR - j * STOREY];
    if (Math.abs(u) < 0.03 || Math.abs(Math.abs(u) - 0.56) < 0.045 || Math.abs(v - 1.95) < 0.03 || v < 0.8 || v > 2.54) {
      paint(look, frame);
      look.open = 0.7;
      return;
    }
    glass(look);
    const kind = cell(i, j, plan.seed * 11);
    // Curtains, blinds, or the dark of a room.
    if (kind > 0.72) paint(look, [0.45, 0.43, 0.38], Math.abs(u) > 0.22 + 0.2 * cell(i, j, 4) ? 0.7 + 0.3 * Math.sin(u * 60) : 0.06);
    else if (kind > 0.5 && v > 1.3 + cell(i, j, 9)) paint(look, [0.5, 0.48, 0.44], 0.7 + 0.2 * band(0.2, 0.8, 0.1, (v * 16) % 1));
  };
};

/** The wall of one house with its windows set back 16 cm; `x` is where the front stands and `out` points to the street (+1 or -1). */
const house = (plan: HousePlan, x: number, out: 1 | -1): { mesh: Mesh; surface: Surface }[] => {
  const height = GROUND_FLOOR + plan.storeys * STOREY;
  const [a, b] = [plan.from, plan.to];
  type Quad = Parameters<typeof quads>[0][number];
  const front = (z0: number, z1: number, y0: number, y1: number, d = 0): Quad => [[x + d, y0, z0], [x + d, y0, z1], [x + d, y1, z1], [x + d, y1, z0]];
  const wall: Quad[] = [front(a, b, 0, GROUND_FLOOR)];
  const panes: Quad[] = [];
  const sills: Mesh[] = [];
  const back = -0.16 * out;
  const bays = Math.max(1, Math.floor((b - a) / plan.bay));
  for (let j = 0; j < plan.storeys; j++) {
    const y = GROUND_FLOOR + j * STOREY;
    wall.push(front(a, b, y, y + 0.75), front(a, b, y + 2.6, y + STOREY));
    let edge = a;
    for (let i = 0; i < bays; i++) {
      const [z0, z1] = [a + (i + 0.5) * plan.bay - 0.6, a + (i + 0.5) * plan.bay + 0.6];
      wall.push(front(edge, z0, y + 0.75, y + 2.6));
      panes.push(front(z0, z1, y + 0.75, y + 2.6, back));
      wall.push(
        [[x, y + 0.75, z0], [x + back, y + 0.75, z0], [x + back, y + 2.6, z0], [x, y + 2.6, z0]],
        [[x, y + 0.75, z1], [x + back, y + 0.75, z1], [x + back, y + 2.6, z1], [x, y + 2.6, z1]],
        [[x, y + 2.6, z0], [x + back, y + 2.6, z0], [x + back, y + 2.6, z1], [x, y + 2.6, z1]],
      );
      sills.push(block([Math.min(x, x + 0.1 * out), y + 0.68, z0 - 0.08], [Math.max(x, x + 0.1 * out), y + 0.76, z1 + 0.08]));
      edge = z1;
    }
    wall.push(front(edge, b, y + 0.75, y + 2.6));
  }
  for (const z of [a, b]) wall.push([[x, 0, z], [x - 9 * out, 0, z], [x - 9 * out, height, z], [x, height, z]]);
  const ledge = (y: number, d: number, h: number): Mesh => block([Math.min(x - 0.2 * out, x + d * out), y, a], [Math.max(x - 0.2 * out, x + d * out), y + h, b]);
  const trim = colour(plan.trim);
  return [
    { mesh: quads(wall, true), surface: wallSurface(plan) },
    { mesh: quads(panes, true), surface: windowSurface(plan) },
    {
      mesh: joined(...sills, ledge(height - 0.1, 0.4, 0.35), ledge(GROUND_FLOOR - 0.12, 0.16, 0.18)),
      surface: (p, look) => {
        paint(look, trim, 0.85 + 0.2 * cloud(p.wz, p.wy));
        look.open = p.ny < -0.5 ? 0.4 : 0.9;
      },
    },
    {
      mesh: quads([[[x, height + 0.2, a], [x, height + 0.2, b], [x - 5 * out, height + 2.6, b], [x - 5 * out, height + 2.6, a]]], true),
      surface: (p, look) => paint(look, [0.17, 0.08, 0.055], 0.8 + 0.4 * cell(p.wz * 4, p.wx * 4)),
    },
  ];
};

const awning = (x: number, out: 1 | -1, from: number, to: number, rgb: number): { mesh: Mesh; surface: Surface } => {
  const [c, white] = [colour(rgb), colour(0xd9d4c8)];
  const reach = x + 1.25 * out;
  return {
    mesh: quads([[[x, 3.2, from], [x, 3.2, to], [reach, 2.6, to], [reach, 2.6, from]], [[reach, 2.6, from], [reach, 2.6, to], [reach, 2.4, to], [reach, 2.4, from]]], true),
    surface: (p, look) => {
      paint(look, ((p.wz * 2.4) % 1 + 1) % 1 < 0.5 ? c : white);
      look.through = 0.25;
    },
  };
};

const WALLS = [0xb3a48e, 0x7f5a4c, 0xbfb6a2, 0x8a6152, 0xa39d94, 0xb5a88f, 0x745146, 0xc4bdae, 0x8f8272];
const SHOPS = [0x1e3a34, 0x5a1f1e, 0x22304a, 0x2a2a2c, 0x6b4a1f, 0x1f4a52];
const AWNINGS = [0x7c1f22, 0x1f4b38, 0x27406b, 0x8a5a1c];

/** Two rows of houses and one that closes the street. */
export const houses = (seed: number): { mesh: Mesh; surface: Surface }[] => {
  const roll = random(seed ^ 0x51ed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  const parts: { mesh: Mesh; surface: Surface }[] = [];
  for (const [x, out] of [[LAYOUT.leftWall, 1], [LAYOUT.rightWall, -1]] as const) {
    let z = -14;
    let last = -1;
    while (z < LAYOUT.end - 6) {
      const bay = 2.1 + roll() * 0.9;
      const width = bay * (3 + Math.floor(roll() * 4));
      let kind = Math.floor(roll() * WALLS.length);
      if (kind === last) kind = (kind + 1) % WALLS.length;
      last = kind;
      const wall = WALLS[kind] ?? 0xb3a48e;
      const brick = wall === 0x7f5a4c || wall === 0x8a6152 || wall === 0x745146;
      parts.push(...house({ from: z, to: z + width, storeys: 2 + Math.floor(roll() * 3), wall, trim: brick ? 0xb8ab98 : 0xc4b9a6, shop: pick(SHOPS), brick, bay, seed: Math.floor(roll() * 1000) }, x, out));
      if (roll() > 0.35) parts.push(awning(x, out, z + 0.5, z + Math.min(width - 0.5, 3 + roll() * 4), pick(AWNINGS)));
      z += width;
    }
  }
  const end = LAYOUT.end;
  const tone = colour(0xb3a48c);
  parts.push({
    mesh: quads([[[-30, 0, end], [30, 0, end], [30, 15, end], [-30, 15, end]]], true),
    surface: (p, look) => {
      const [u, v] = [((p.wx % 3) + 3) % 3, (p.wy + 0.6) % 3.3];
      paint(look, tone, mix(0.9, 1, noise(p.wx, p.wy)));
      if (u > 0.8 && u < 2.1 && v > 1 && v < 2.7) glass(look);
      else gloss(look, 0, 10, 1, 0);
    },
  });
  return parts;
};
