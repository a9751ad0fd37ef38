import { type Actor } from './actors.js';
import { CAST_SECONDS } from './casts.js';
import { type Camera } from './frame.js';
import { apply, between, chain, pick, random, rotationY, translation, type Placement, type Roll, type Vec3 } from './math.js';
import { block, ellipsoid, moved, tube, type Mesh } from './mesh.js';
import { bottle, type BottlePlan, type BottleShape, type Glazing } from './models/bottle.js';
import { type Piece } from './raster.js';
import { anyColour, wallpaper, worktop } from './room.js';
import { street } from './scene.js';
import { colour, type Surface } from './surface.js';

/** Bottles on a table, ten times as large as life, so that the street's shadows and near plane suit them. */
export type Table = {
  readonly camera: Camera;
  readonly still: readonly Piece[];
  readonly actors: readonly Actor[];
  /** To be told what is behind before the first picture. */
  readonly glazing: Glazing;
  /** The sun does not come in: only dull light from all around. */
  readonly indoors: boolean;
};

/** Places in a scene: x to the right, y up from the table's top, z away from the viewer; the camera's turn about y is `turn`. */
type Room = { readonly origin: Vec3; readonly turn: number; readonly frame: Placement };

const GLASSES: readonly Vec3[] = [[0.62, 0.82, 0.9], [0.9, 0.94, 0.95], [0.76, 0.9, 0.86], [0.5, 0.72, 0.84], [0.56, 0.74, 0.82], [0.16, 0.42, 0.15], [0.42, 0.18, 0.05], [0.3, 0.5, 0.24]];
const LIQUIDS: readonly Vec3[] = [[0.95, 0.99, 1], [0.9, 0.97, 1], [0.97, 0.99, 0.98], [0.85, 0.45, 0.06], [0.4, 0.04, 0.05], [0.12, 0.05, 0.03], [0.9, 0.85, 0.45]];
const CAPS = [0x1226c8, 0x1a48d8, 0xf0f0ee, 0xc81d1d, 0x1c8a3c, 0x141414, 0xe8b11c, 0x3aa0d8, 0xb8b8b4] as const;

const anyBottle = (roll: Roll): BottlePlan => {
  const shape = pick<BottleShape>(roll, ['water', 'water', 'water', 'ribbed', 'ribbed', 'wine', 'beer', 'juice', 'thermos', 'jug']);
  const glass = shape === 'wine' || shape === 'beer';
  const opaque = shape === 'thermos' || roll() < 0.1;
  const still = !glass && shape !== 'juice' && roll() < 0.85;
  const from = between(roll, 0.2, 0.38);
  const labelled = !opaque && roll() < (glass || shape === 'juice' ? 0.75 : 0.4);
  return {
    shape, material: opaque ? 'opaque' : 'clear', seed: Math.floor(roll() * 1e4),
    height: shape === 'juice' ? between(roll, 1.6, 2.2) : shape === 'wine' ? between(roll, 2.8, 3.3) : between(roll, 2, 3),
    tint: opaque ? colour(anyColour(roll)) : glass ? pick(roll, GLASSES.slice(4)) : pick(roll, GLASSES.slice(0, 5)),
    level: roll() < 0.15 ? 0 : between(roll, 0.2, 0.86), liquid: still ? pick(roll, LIQUIDS.slice(0, 3)) : pick(roll, LIQUIDS),
    cap: shape === 'thermos' || roll() < 0.88 ? pick(roll, CAPS) : undefined,
    label: labelled ? { from, to: from + between(roll, 0.1, 0.28), colours: [anyColour(roll), pick(roll, [0xffffff, 0xf4f0e0, anyColour(roll)])], pattern: pick(roll, [0, 1, 2] as const) } : undefined,
  };
};

/** Something that is no bottle and has no box: a carton, a bowl, a ball. */
const anyThing = (roll: Roll): { mesh: Mesh; surface: Surface; radius: number } => {
  const surface = wallpaper(roll);
  const kind = roll();
  if (kind < 0.5) {
    const [x, y, z] = [between(roll, 0.3, 1.1), between(roll, 0.2, 2), between(roll, 0.3, 0.9)];
    return { mesh: moved(block([-x, 0, -z], [x, y, z]), rotationY(between(roll, -0.6, 0.6))), surface, radius: Math.hypot(x, z) };
  }
  const r = between(roll, 0.35, 0.95);
  if (kind < 0.8) return { mesh: tube([{ y: 0, rx: r * 0.5, rz: r * 0.5 }, { y: r * 0.3, rx: r * 0.85, rz: r * 0.85 }, { y: r * 0.75, rx: r, rz: r }, { y: r * 0.74, rx: r * 0.93, rz: r * 0.93 }, { y: r * 0.3, rx: r * 0.7, rz: r * 0.7 }], 24), surface, radius: r };
  return { mesh: moved(ellipsoid(r * 0.6, r * 0.6, r * 0.6, 12, 18), translation(0, r * 0.6, 0)), surface, radius: r * 0.6 };
};

/** Table, wall and what else stands still in a room. */
const furnishing = (roll: Roll, room: Room, indoors: boolean): Piece[] => {
  const add = (mesh: Mesh, surface: Surface): Piece => ({ mesh, surface, placement: room.frame, object: 0 });
  const wall = between(roll, 1.5, 5);
  const near = -between(roll, 1.8, 14);
  const slope = between(roll, -0.03, 0.03);
  const side = roll() < 0.5 ? 40 : between(roll, 4, 9);
  const pieces = [
    add(block([-side, -0.35, near], [side, 0, wall]), worktop(roll)),
    add(moved(block([-60, -12, wall + 0.05], [60, 30, wall + 1]), rotationY(slope)), wallpaper(roll)),
    add(block([-60, -9, -40], [60, -8, 30]), worktop(roll)),
  ];
  if (roll() < 0.25) {
    // A shelf: another board above, sometimes one beside.
    const board = between(roll, 3.5, 6);
    pieces.push(add(block([-side, board, -1.5], [side, board + 0.3, wall]), pieces[0]?.surface ?? worktop(roll)));
  }
  if (roll() < 0.3) {
    const [x, dark] = [(roll() < 0.5 ? -1 : 1) * between(roll, 3.2, 6), worktop(roll)];
    pieces.push(add(block([Math.min(x, x * 3), -0.4, wall - 0.3], [Math.max(x, x * 3), 20, wall + 0.1]), dark));
  }
  if (indoors) pieces.push(add(block([-90, 40, -90], [90, 41, 90]), worktop(roll)));
  return pieces;
};

/** Where the table of a scene and its camera stand: in a room, or on a slab in the street. */
const setting = (roll: Roll, outdoors: boolean): { room: Room; camera: Camera; distance: number } => {
  const turn = outdoors ? between(roll, -0.35, 0.35) : between(roll, -1.1, 1.1);
  const origin: Vec3 = outdoors ? [between(roll, -3, 4), between(roll, 0.8, 1.6), between(roll, 14, 40)] : [-2, 0, 30];
  const distance = outdoors ? between(roll, 5, 12) : between(roll, 5, 18);
  const focal = between(roll, 0.8, 1.5);
  const aim = between(roll, 0.7, 2.1);
  const pitch = roll() < 0.6 ? between(roll, -0.02, 0.22) : between(roll, 0.15, outdoors ? 0.4 : 0.9);
  const frame = chain(translation(...origin), rotationY(turn));
  const eye = apply(frame, [between(roll, -1, 1), aim + distance * Math.sin(pitch), -distance * Math.cos(pitch)]);
  return { room: { origin, turn, frame }, camera: { eye, yaw: turn + between(roll, -0.1, 0.1), pitch: pitch + between(roll, -0.05, 0.05), focal }, distance: distance / focal };
};

/** One picture's worth of bottles and other things; `wide` metres of the table are seen. */
const laid = (roll: Roll, room: Room, glazing: Glazing, wide: number, first: number): { actor: Actor; next: number } => {
  const taken: { x: number; z: number; r: number }[] = [];
  const pieces: Piece[] = [];
  const labels: { track: number; kind: 'bottle' }[] = [];
  const prints: { x: number; z: number; r: number }[] = [];
  const depth = between(roll, 0.1, 1.4);
  const row = roll() < 0.3;
  const spot = (r: number, gap: number): Vec3 | undefined => {
    for (let attempt = 0; attempt < 30; attempt++) {
      const [x, z] = [between(roll, -0.5, 0.5) * wide, between(roll, -1, 1) * (row ? 0.05 : depth)];
      if (taken.some((t) => Math.hypot(t.x - x, t.z - z) < t.r + r + gap)) continue;
      taken.push({ x, z, r });
      const [wx, wy, wz] = apply(room.frame, [x, 0, z]);
      prints.push({ x: wx, z: wz, r });
      return [wx, wy, wz];
    }
    return undefined;
  };
  let next = first;
  const twins = roll() < 0.4 ? anyBottle(roll) : undefined;
  for (let n = roll() < 0.06 ? 0 : 1 + Math.floor(7 * roll() ** 1.3); n > 0; n--) {
    const { parts, radius } = bottle(twins ?? anyBottle(roll), glazing);
    const at = spot(radius, 0.03);
    if (!at) continue;
    labels.push({ track: next, kind: 'bottle' });
    for (const part of parts) pieces.push({ ...part, placement: translation(...at), object: next });
    next++;
  }
  for (let n = roll() < 0.5 ? 0 : Math.floor(4 * roll()); n > 0; n--) {
    const { mesh, surface, radius } = anyThing(roll);
    const at = spot(radius, 0.1);
    if (at) pieces.push({ mesh, surface, placement: translation(...at), object: 0 });
  }
  const footprints = room.origin[1] === 0 ? prints.map(({ x, z, r }) => ({ x, z, along: 1.5 * r, across: 1.5 * r, heading: 0, weight: 0.55 })) : [];
  const actor: Actor = {
    labels,
    at: (_, out) => {
      out.pieces.push(...pieces);
      out.footprints.push(...footprints);
    },
  };
  return { actor, next };
};

/** A table, a camera before it, and `count` ways of laying it, each for the moment `n * CAST_SECONDS`. */
export const table = (seed: number, count: number): Table => {
  const roll = random(seed ^ 0x7ab1e);
  const outdoors = roll() < 0.2;
  const indoors = !outdoors && roll() < 0.65;
  const { room, camera, distance } = setting(roll, outdoors);
  const glazing: Glazing = { eye: camera.eye, behind: (_p, _r, _u, out) => { out.fill(0.4); } };
  const still = outdoors
    ? [...street(seed), { mesh: block([-between(roll, 3, 9), -0.3, -between(roll, 1.5, 4)], [between(roll, 3, 9), 0, between(roll, 1.5, 3)]), surface: worktop(roll), placement: room.frame, object: 0 }]
    : furnishing(roll, room, indoors);
  let next = 1;
  const layings = Array.from({ length: count }, () => {
    const made = laid(roll, room, glazing, Math.min(9, distance * 0.92), next);
    next = made.next;
    return made.actor;
  });
  const players: Actor = {
    labels: layings.flatMap(({ labels }) => labels),
    at: (time, out) => { layings[Math.round(time / CAST_SECONDS)]?.at(time, out); },
  };
  return { camera, still, actors: [players], glazing, indoors };
};
