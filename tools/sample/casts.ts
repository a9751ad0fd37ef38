import { cyclist, vehicle, walker, type Actor, type ClassName, type Timing } from './actors.js';
import { type Camera } from './frame.js';
import { apply, between, chain, pick, random, rotationY, translation, type Placement, type Roll } from './math.js';
import { bus } from './models/bus.js';
import { car, type CarKind, type CarModel } from './models/car.js';
import { bicycle, motorcycle, type Cycle } from './models/cycle.js';
import { type Person } from './models/person.js';
import { truck } from './models/truck.js';
import { groundSeen, overhead, type Ground } from './overhead.js';
import { CAMERA, signals, wardrobe } from './scene.js';

/** Seconds from one cast to the next on the clock of a scene. */
export const CAST_SECONDS = 1000;

/** Down the street, or (`facing` -1) back and against the sun; or from high `above` a part of the road. */
export type Place = Camera & { readonly facing: 1 | -1; readonly above?: Ground };

/** Where the clip was not filmed from: less than half a metre and 0.05 rad from its camera is too near. */
export const nearSample = ({ eye, yaw }: Camera): boolean =>
  Math.hypot(...eye.map((v, k) => v - (CAMERA.eye[k] ?? 0))) < 0.5 && Math.abs(yaw - CAMERA.yaw) < 0.05;

/** Crowns of trees and the shelter, which would fill the picture. */
const blocked = (x: number, y: number, z: number): boolean =>
  (y > 2.6 && ((x < -5.5 && z > 14) || (x > 2 && z > 36))) || (x > 3.2 && x < 6.2 && z > 20 && z < 35);

const HIGH_SHARE = 0.25;

/** A camera on a pavement or the road, from breast height to a first floor, wide or long; a quarter of them high above the road. */
export const anyCamera = (roll: Roll): Place => {
  if (roll() < HIGH_SHARE) {
    const camera = overhead(roll);
    return { ...camera, facing: Math.cos(camera.yaw) < 0 ? -1 : 1, above: groundSeen(camera) };
  }
  for (;;) {
    const facing = roll() < 0.2 ? -1 : 1;
    const side = roll();
    const x = side < 0.45 ? between(roll, 3.5, 7.6) : side < 0.75 ? between(roll, -10.4, -7.6) : between(roll, -2, 2.4);
    const y = roll() < 0.7 ? between(roll, 1.2, 2.8) : between(roll, 2.8, 6);
    const z = facing === 1 ? between(roll, -6, 40) : between(roll, 36, 66);
    const [dx, dz] = [between(roll, -6.5, 4) - x, facing * between(roll, 8, 30)];
    const pitch = Math.atan2(y - between(roll, 0.2, 1.9), Math.hypot(dx, dz));
    const camera: Place = { eye: [x, y, z], yaw: Math.atan2(dx, dz), pitch, focal: between(roll, 0.75, 1.7), facing };
    if (!blocked(x, y, z) && !nearSample(camera)) return camera;
  }
};

/** A thing that can be cast: its class, half its length and width, and what it does at a place. */
type Role = {
  readonly half: readonly [along: number, across: number];
  readonly tracks: 1 | 2;
  readonly act: (track: number, x: number, z: number, dir: 1 | -1, roll: Roll) => Actor;
};

/** Steadily, so that it is at its place at 0 seconds. */
const steady = (speed: number): Timing => [[-1, -speed], [1, speed]];

const driving = (kind: ClassName, model: CarModel): Role => ({
  half: [model.length / 2, model.width / 2],
  tracks: 1,
  act: (track, x, z, dir, roll) => vehicle(track, kind, model, { x, from: z, dir }, steady(roll() < 0.4 ? 0 : between(roll, 2, 12))),
});

const riding = (kind: 'bicycle' | 'motorcycle', cycle: Cycle): Role => ({
  half: [0.95, 0.4],
  tracks: 2,
  act: (track, x, z, dir, roll) => cyclist(track, track + 1, kind, cycle, { x, from: z, dir }, steady(roll() < 0.25 ? 0 : between(roll, 2, 7))),
});

const onFoot = (person: Person): Role => ({
  half: [0.4, 0.4],
  tracks: 1,
  act: (track, x, z, _, roll) => {
    const speed = between(roll, 1.1, 1.7);
    const still = roll() < 0.3;
    const way = roll() < 0.5 ? pick(roll, [Math.PI / 2, -Math.PI / 2]) + between(roll, -0.3, 0.3) : between(roll, -Math.PI, Math.PI);
    const [dx, dz] = [Math.cos(way), Math.sin(way)];
    // Three metres on their way at 0 seconds, or about to go.
    const walk = still
      ? { from: [x, z], to: [x + dx, z + dz], speed, start: 60 } as const
      : { from: [x - 3 * dx, z - 3 * dz], to: [x + 9 * dx, z + 9 * dz], speed, start: -3 / speed - 0.3 } as const;
    return walker(track, person, walk, between(roll, 0, 2 * Math.PI), still && roll() < 0.5);
  },
});

/** An actor turned about the vertical through (x, z), as on a bend or a turn. */
const turned = (actor: Actor, x: number, z: number, angle: number): Actor => {
  const turn: Placement = chain(translation(x, 0, z), rotationY(angle), translation(-x, 0, -z));
  return {
    labels: actor.labels,
    at: (time, out) => {
      const [piece, print] = [out.pieces.length, out.footprints.length];
      actor.at(time, out);
      out.pieces.splice(piece, Infinity, ...out.pieces.slice(piece).map((each) => ({ ...each, placement: chain(turn, each.placement) })));
      out.footprints.splice(print, Infinity, ...out.footprints.slice(print).map((each) => {
        const [px, , pz] = apply(turn, [each.x, 0, each.z]);
        return { ...each, x: px, z: pz, heading: each.heading + angle };
      }));
    },
  };
};

const CAR_KINDS: readonly CarKind[] = ['saloon', 'hatchback', 'estate', 'offroad'];

/** Car colours as they are bought: mostly greys, sometimes bright. */
const lacquer = (roll: Roll): number => {
  const grey = roll() < 0.55;
  const base = between(roll, 0x14, 0xe4);
  const [r, g, b] = [0, 1, 2].map(() => Math.round(grey ? Math.min(255, base + between(roll, -10, 10)) : between(roll, 12, 215)));
  return ((r ?? 0) << 16) | ((g ?? 0) << 8) | (b ?? 0);
};

/** Everything that may appear in a scene, made once. */
const troupe = (roll: Roll, seed: number) => {
  const dress = wardrobe(seed);
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const rider = (helmet: number) => dress(roll() < helmet ? { hairStyle: 'helmet', hair: lacquer(roll) } : {}).outfit;
  return {
    cars: many(9, () => driving('car', car(pick(roll, CAR_KINDS), lacquer(roll)))),
    buses: many(2, () => driving('bus', bus(lacquer(roll), lacquer(roll)))),
    trucks: many(2, () => driving('truck', truck(lacquer(roll), roll() < 0.5 ? 0xdadad4 : lacquer(roll)))),
    bicycles: many(4, () => riding('bicycle', bicycle(lacquer(roll), rider(0.4), roll() < 0.4))),
    motorcycles: many(2, () => riding('motorcycle', motorcycle(lacquer(roll), rider(0.95)))),
    people: many(16, () => onFoot(dress({ ...(roll() < 0.2 ? { legStyle: 'shorts' as const } : roll() < 0.2 ? { legStyle: 'skirt' as const } : {}), ...(roll() < 0.25 ? { sleeves: 'short' as const } : {}) }))),
  };
};

const LANES: readonly { readonly x: number; readonly dir: 1 | -1 }[] = [{ x: -3.4, dir: -1 }, { x: 0.2, dir: 1 }, { x: -6.25, dir: -1 }, { x: -6.25, dir: 1 }];

/** One cast: who of the troupe is there and where, nobody inside another or the camera. */
const cast = (roll: Roll, company: ReturnType<typeof troupe>, { eye, facing, above }: Place, first: number): { actors: Actor[]; next: number } => {
  const taken: { x: number; z: number; along: number; across: number }[] = [];
  const actors: Actor[] = [];
  let next = first;
  const free = (x: number, z: number, along: number, across: number): boolean =>
    (above !== undefined || Math.abs(eye[0] - x) > across + 1.2 || Math.abs(eye[2] - z) > along + 1.6) &&
    taken.every((t) => Math.abs(t.x - x) > t.across + across + 0.15 || Math.abs(t.z - z) > t.along + along + 0.25);
  const place = (role: Role, where: () => { x: number; dir: 1 | -1 }, reach: number, turns: number): void => {
    for (let attempt = 0; attempt < 12; attempt++) {
      const { x, dir } = where();
      const angle = roll() < turns ? between(roll, -Math.PI, Math.PI) : between(roll, -0.05, 0.05);
      const [along, across] = role.half;
      const [c, s] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
      const [deep, wide] = [along * c + across * s, along * s + across * c];
      // More of them near than far, where they are small and soon hidden; but none that fills the picture.
      const z = above ? between(roll, above.z[0] - 0.3 * deep, above.z[1] + 0.3 * deep) : eye[2] + facing * (2.2 + 1.4 * deep + reach * roll() ** 1.6);
      if (!free(x, z, deep, wide)) continue;
      taken.push({ x, z, along: deep, across: wide });
      actors.push(turned(role.act(next, x, z, dir, roll), x, z, angle));
      next += role.tracks;
      return;
    }
  };
  const some = <T>(list: readonly T[], most: number): T[] =>
    [...list].map((each) => ({ each, key: roll() })).sort((a, b) => a.key - b.key).slice(0, Math.floor(roll() * (most + 1))).map(({ each }) => each);
  const onLane = () => pick(roll, LANES);
  const onRoad = () => ({ x: roll() < 0.5 ? 2.5 : between(roll, -4, 3), dir: pick(roll, [1, -1] as const) });
  const anywhere = () => {
    const side = roll();
    return { x: side < 0.4 ? between(roll, 4.6, 7.8) : side < 0.7 ? between(roll, -10.6, -8.9) : between(roll, -7, 3.2), dir: 1 as const };
  };
  if (above) {
    const [low, high] = [Math.max(-6.4, above.x[0]), Math.min(2.4, above.x[1])];
    const inView = () => ({ x: between(roll, low, high), dir: pick(roll, [1, -1] as const) });
    // Cars first: a bus would leave them no room where so little is seen.
    for (const role of some(company.cars, 7)) place(role, inView, 0, 0.35);
    for (const role of some([...company.buses, ...company.trucks], 1)) place(role, inView, 0, 0.2);
    for (const role of some(company.motorcycles, 1)) place(role, inView, 0, 0.5);
    for (const role of some(company.bicycles, 2)) place(role, inView, 0, 0.5);
    for (const role of some(company.people, 4)) place(role, inView, 0, 0);
    return { actors, next };
  }
  for (const role of some(company.buses, 2)) place(role, onLane, 34, 0.12);
  for (const role of some(company.trucks, 2)) place(role, onLane, 34, 0.12);
  for (const role of some(company.motorcycles, 2)) place(role, onRoad, 26, 0.35);
  for (const role of some(company.bicycles, 4)) place(role, onRoad, 26, 0.35);
  for (const role of some(company.cars, 8)) place(role, onLane, 48, 0.12);
  for (const role of some(company.people, 15)) place(role, anywhere, 34, 0);
  return { actors, next };
};

/** `count` casts for one camera, each for the moment `n * CAST_SECONDS`; between them nobody is there. */
export const casts = (seed: number, camera: Place, count: number): Actor[] => {
  const roll = random(seed ^ 0x3ac7);
  const company = troupe(roll, seed);
  let next = 1;
  const shows = Array.from({ length: count }, () => {
    const made = cast(roll, company, camera, next);
    next = made.next;
    return made.actors;
  });
  const players: Actor = {
    labels: shows.flat().flatMap(({ labels }) => labels),
    at: (time, out) => {
      const n = Math.round(time / CAST_SECONDS);
      for (const actor of shows[n] ?? []) actor.at(time - n * CAST_SECONDS, out);
    },
  };
  return [players, signals()];
};
