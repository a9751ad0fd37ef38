import { cyclist, vehicle, walker, type Actor, type Timing } from './actors.js';
import { type Camera } from './frame.js';
import { IDENTITY, random } from './math.js';
import { bus } from './models/bus.js';
import { car } from './models/car.js';
import { bicycle, motorcycle } from './models/cycle.js';
import { Person, type Outfit } from './models/person.js';
import { truck } from './models/truck.js';
import { type Piece } from './raster.js';
import { furniture, SIGNALS, signalLamps } from './street/furniture.js';
import { groundParts } from './street/ground.js';
import { houses } from './street/house.js';

/** Seconds of the clip. */
export const DURATION = 11;

/** A camera on the right pavement, a little above the heads; `focal` in picture widths. */
export const CAMERA: Camera = { eye: [3.6, 2.55, -0.6], yaw: -0.185, pitch: 0.085, focal: 1.08 };

export const street = (seed: number): Piece[] =>
  [...groundParts(), ...houses(seed), ...furniture(seed)].map((part) => ({ ...part, placement: IDENTITY, object: 0 }));

const SKINS = [0xe0b090, 0xc98f6b, 0x8d5a3c, 0xe8c1a4, 0x6b4530, 0xd6a27e] as const;
const HAIRS = [0x1c1410, 0x3a261a, 0x6a4a2c, 0x0f0d0c, 0x8b8680, 0xa67c45] as const;
const TOPS = [0x27364f, 0x7a2a2a, 0xd8d4c8, 0x2f2f33, 0x4f6b4a, 0xb8873a, 0x5c7fa3, 0xa34d2e, 0x6d6f73] as const;
const LEGS = [0x1f2a3d, 0x26262a, 0x3d4a63, 0x6b6152, 0x2e3a33, 0x4a4f57] as const;
const SHOES = [0x1a1a1c, 0xcfcac2, 0x4a3324, 0x2c3446] as const;

/** Dresses somebody at random; `wish` settles what matters. */
export const wardrobe = (seed: number): ((wish?: Partial<Outfit>) => Person) => {
  const roll = random(seed ^ 0xc0a7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  return (wish = {}) =>
    new Person({
      height: 1.62 + roll() * 0.24, build: 0.94 + roll() * 0.16, skin: pick(SKINS), hair: pick(HAIRS),
      hairStyle: pick(['short', 'short', 'long', 'bun'] as const), top: pick(TOPS), topStyle: pick(['shirt', 'jacket', 'jacket', 'coat'] as const),
      sleeves: 'long', legs: pick(LEGS), legStyle: 'trousers', shoes: pick(SHOES), carries: pick(['nothing', 'nothing', 'backpack', 'bag'] as const), bag: pick(TOPS),
      ...wish,
    });
};

const ONCOMING = -3.4;
const AWAY = 0.2;
/** Seconds at which traffic gets amber and green. */
const [AMBER, GREEN] = [3.9, 4.7];

/** The lamps for traffic: part of the street, but they change. */
export const signals = (): Actor => {
  let lamp: 'red' | 'amber' | 'green' = 'red';
  const parts = SIGNALS.map(([x, z]) => signalLamps(x, z, () => lamp));
  return {
    labels: [],
    at: (time, out) => {
      lamp = time < AMBER ? 'red' : time < GREEN ? 'amber' : 'green';
      for (const part of parts) out.pieces.push({ ...part, placement: IDENTITY, object: 0 });
    },
  };
};

/** Everybody and everything that moves, or could: people cross while traffic waits, then it flows. */
export const actors = (seed: number): Actor[] => {
  const dress = wardrobe(seed);
  const towards = (x: number, from: number) => ({ x, from, dir: -1 as const });
  const off = (x: number, from: number) => ({ x, from, dir: 1 as const });
  const still: Timing = [[0, 0], [100, 0]];
  let track = 0;
  const next = (): number => ++track;
  const go = (start: number, speed: number, reach: number): Timing => [[-1, 0], [start, 0], [start + reach, speed * reach * 0.5], [start + reach + 1, speed * (reach * 0.5 + 1)], [start + reach + 2, speed * (reach * 0.5 + 2)]];
  const list: Actor[] = [
    vehicle(next(), 'car', car('saloon', 0x8e1b1f), towards(ONCOMING, 17), go(4.9, 7.5, 2.6)),
    vehicle(next(), 'bus', bus(0xd9dcd8, 0x2462a8), towards(ONCOMING, 27.2), go(5.6, 6.6, 3)),
    vehicle(next(), 'truck', truck(0x1f6a55, 0xdadad4), towards(ONCOMING, 39.2), go(6.3, 7, 2.8)),
    vehicle(next(), 'car', car('offroad', 0x35393d), towards(ONCOMING, 50), go(7, 6.5, 3)),
    vehicle(next(), 'car', car('hatchback', 0x2f62a8), off(AWAY, 18.5), [[-1, -7], [12, 90]], 0.1),
    vehicle(next(), 'car', car('estate', 0xd6d8d9), off(AWAY, 33), [[-1, -8], [12, 100]]),
    vehicle(next(), 'car', car('hatchback', 0x9fa6ab), off(AWAY, 5.2), [[0, -34], [3.2, -13], [4.4, -6], [5.4, -2], [6.4, 3], [7.6, 11], [8.6, 18.5], [9.6, 26.5]]),
    vehicle(next(), 'car', car('saloon', 0xd9a514), off(AWAY, -9), [[0, -40], [6, -8], [8.2, 6], [10, 18], [12, 32]]),
    vehicle(next(), 'car', car('estate', 0x203f33), towards(-6.3, 25), still),
    vehicle(next(), 'car', car('hatchback', 0xc9c4b8), towards(-6.25, 31.2), still),
    vehicle(next(), 'car', car('saloon', 0x27406b), towards(-6.3, 37.6), still),
  ];
  const bikes: Actor[] = [
    cyclist(next(), next(), 'bicycle', bicycle(0x1f5f8a, dress({ hairStyle: 'helmet', hair: 0xd8d8d4, top: 0xb8873a, topStyle: 'jacket', carries: 'backpack' }).outfit, false), off(2.5, 7.2), [[-1, -3], [0.8, 0], [4.6, 0.2], [6.6, 4.2], [7.6, 8.4], [8.6, 13]]),
    cyclist(next(), next(), 'bicycle', bicycle(0x8a2323, dress({ hairStyle: 'long', top: 0xd8d4c8, topStyle: 'shirt', legStyle: 'trousers', carries: 'nothing' }).outfit, true), towards(-1.4, 31), [[-1, -5], [3, 11], [5, 16], [6.2, 19.6], [8, 27.5], [9, 32]]),
    cyclist(next(), next(), 'motorcycle', motorcycle(0x16324f, dress({ hairStyle: 'helmet', hair: 0x1b1b1d, top: 0x2a2a2c, topStyle: 'jacket', carries: 'nothing' }).outfit), towards(-1.7, 75), [[-1, -7.5], [12, 84]]),
    cyclist(next(), next(), 'bicycle', bicycle(0x2e7a4a, dress({ hairStyle: 'short', sleeves: 'short', top: 0xa33a2e, topStyle: 'shirt', legStyle: 'shorts', carries: 'nothing' }).outfit, false), off(2.5, -2), [[0, -26], [6.4, 0], [7.4, 4.2], [12, 25]]),
  ];
  const stroll = (person: Person, from: readonly [number, number], to: readonly [number, number], speed: number, start: number, busy = false): Actor =>
    walker(next(), person, { from, to, speed, start }, track * 1.7, busy);
  const people: Actor[] = [
    stroll(dress({ top: 0x27364f, topStyle: 'coat', hairStyle: 'long', carries: 'bag' }), [-7.9, 10.4], [9, 10.8], 1.42, -3.6),
    stroll(dress({ top: 0xd8d4c8, topStyle: 'shirt', sleeves: 'short', carries: 'backpack', bag: 0x7a2a2a }), [-7.9, 12.1], [9, 12.3], 1.38, -2.5),
    stroll(dress({ legStyle: 'skirt', topStyle: 'jacket', top: 0xa34d2e, hairStyle: 'bun' }), [4.4, 11.1], [-10, 11.3], 1.46, -2.2),
    stroll(dress({ height: 1.84, top: 0x2f2f33, topStyle: 'jacket' }), [4.4, 12.5], [-10, 12.2], 1.5, -3.4),
    stroll(dress({ top: 0x5c7fa3, topStyle: 'shirt', hairStyle: 'cap', hair: 0x22304a }), [4.6, 9.2], [5.0, 40], 1.2, -1),
    stroll(dress({ top: 0x4f6b4a, topStyle: 'jacket', hairStyle: 'long' }), [6.6, 16], [6.4, 50], 1.28, -1),
    stroll(dress({ top: 0x8a6a3c, topStyle: 'coat' }), [5.9, 24], [4.9, 2], 1.35, -1.5),
    stroll(dress({ top: 0x7a2a2a, sleeves: 'short', topStyle: 'shirt', legStyle: 'shorts' }), [6.9, 31], [5.6, 2], 1.6, -1),
    stroll(dress({ carries: 'bag' }), [4.7, 26.6], [4.7, 27], 1, 60, true),
    stroll(dress({ carries: 'backpack' }), [-9.6, 34], [-9.4, 2], 1.3, -2),
    stroll(dress(), [-8.1, 11], [-8.1, 14], 1, 60, true),
    stroll(dress({ topStyle: 'coat', hairStyle: 'short' }), [-8.3, 18.6], [-8.2, 12.4], 1.2, 3),
    stroll(dress({ height: 1.7, topStyle: 'jacket', top: 0xd8d4c8 }), [4.9, 1.2], [4.6, 40], 1.5, 5.6),
  ];
  return [...list, ...bikes, ...people, signals()];
};
