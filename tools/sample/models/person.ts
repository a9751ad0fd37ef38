import { chain, noise, rotationX, rotationZ, smoothstep, translation, type Placement, type Vec3 } from '../math.js';
import { bar, block, ellipsoid, joined, moved, tube, type Mesh, type Ring } from '../mesh.js';
import { colour, gloss, paint, type Surface } from '../surface.js';

/** What somebody wears and carries; colours as 0xrrggbb. */
export type Outfit = {
  readonly height: number;
  readonly build: number;
  readonly skin: number;
  readonly hair: number;
  readonly hairStyle: 'short' | 'long' | 'bun' | 'cap' | 'helmet';
  readonly top: number;
  readonly topStyle: 'shirt' | 'jacket' | 'coat';
  readonly sleeves: 'long' | 'short';
  readonly legs: number;
  readonly legStyle: 'trousers' | 'shorts' | 'skirt';
  readonly shoes: number;
  readonly carries: 'nothing' | 'backpack' | 'bag';
  readonly bag: number;
};

/** Joint angles in radians; forward is positive for thighs and arms, flexion for knees and elbows. Index 0 is the right. */
export type Pose = {
  readonly lean: number;
  readonly twist: number;
  readonly thighs: readonly [number, number];
  readonly knees: readonly [number, number];
  readonly arms: readonly [number, number];
  readonly elbows: readonly [number, number];
  /** How far thighs and arms point outwards. */
  readonly spread: number;
  readonly nod: number;
};

export const THIGH = 0.455;
export const SHIN = 0.44;
export const UPPER_ARM = 0.29;
export const FOREARM = 0.27;
const SOLE = 0.085;
const HIP = 0.095;
const SHOULDER: Vec3 = [0, 0.455, 0.178];

export type PersonPart = { readonly mesh: Mesh; readonly surface: Surface; readonly placement: Placement };

const cloth = (rgb: number, folds: number, detail?: (p: { x: number; y: number; z: number }) => number): Surface => {
  const c = colour(rgb);
  return (p, look) => {
    const weave = 0.9 + 0.2 * noise(p.x * 45, p.y * 45, p.z * 45);
    paint(look, c, weave * (detail?.(p) ?? 1));
    gloss(look, 0.02, 8, 1, 0.12);
    const [u, v, w] = [p.x * 9, p.y * 13 + p.z * 5, p.z * 9];
    const here = noise(u, v, w);
    look.bx = folds * (noise(u + 0.35, v, w) - here);
    look.by = folds * (noise(u, v + 0.35, w) - here) * 1.3;
    look.bz = folds * (noise(u, v, w + 0.35) - here);
  };
};

const flesh = (rgb: number): Surface => {
  const c = colour(rgb);
  return (_, look) => {
    paint(look, c);
    gloss(look, 0.03, 14, 0.9, 0.2);
  };
};

const headSurface = (outfit: Outfit): Surface => {
  const [skin, hair] = [colour(outfit.skin), colour(outfit.hair)];
  return (p, look) => {
    paint(look, skin);
    gloss(look, 0.03, 16, 0.9, 0.2);
    // Eyes, brows and mouth as the small dark marks they are from afar.
    if (p.nx > 0.5) {
      const eye = Math.min(Math.hypot(p.y - 0.015, p.z - 0.032), Math.hypot(p.y - 0.015, p.z + 0.032));
      if (eye < 0.011) paint(look, [0.03, 0.02, 0.02]);
      else if (Math.abs(p.y - 0.037) < 0.006 && Math.abs(Math.abs(p.z) - 0.032) < 0.018) paint(look, hair, 0.8);
      else if (Math.abs(p.y + 0.062) < 0.006 && Math.abs(p.z) < 0.022) paint(look, [0.25, 0.07, 0.06]);
      else look.open = 1 - 0.35 * smoothstep(0.03, 0.012, eye);
    }
    if (p.y < -0.08) look.open = 0.5;
  };
};

const torsoRings = (style: Outfit['topStyle']): Ring[] => [
  ...(style === 'coat'
    ? [{ y: -0.44, rx: 0.21, rz: 0.215 }, { y: -0.2, rx: 0.165, rz: 0.195 }]
    : [{ y: -0.11, rx: style === 'jacket' ? 0.13 : 0.1, rz: style === 'jacket' ? 0.17 : 0.14 }]),
  { y: -0.02, rx: 0.125, rz: 0.17 },
  { y: 0.12, rx: 0.108, rz: 0.15 },
  { y: 0.26, rx: 0.12, rz: 0.168 },
  { y: 0.38, rx: 0.122, rz: 0.186 },
  { y: 0.45, rx: 0.1, rz: 0.192 },
  { y: 0.5, rx: 0.08, rz: 0.15 },
  { y: 0.535, rx: 0.06, rz: 0.085 },
  { y: 0.56, rx: 0.055, rz: 0.06 },
];

const limb = (length: number, top: number, middle: number, bottom: number): Mesh =>
  tube(
    [
      { y: top * 0.75, rx: top * 0.55, rz: top * 0.55 },
      { y: top * 0.25, rx: top, rz: top },
      { y: -length * 0.35, rx: middle, rz: middle },
      { y: -length * 0.9, rx: bottom, rz: bottom },
      { y: -length - bottom * 0.6, rx: bottom * 0.8, rz: bottom * 0.8 },
    ],
    10,
  );

/** Somebody, ready to be put into any pose. */
export class Person {
  private readonly meshes;
  private readonly surfaces;
  constructor(readonly outfit: Outfit) {
    const b = outfit.build;
    const loose = outfit.legStyle === 'trousers' ? 1.12 : 1;
    const sleeve = outfit.topStyle === 'shirt' ? 1 : 1.18;
    this.meshes = {
      torso: tube(torsoRings(outfit.topStyle).map((r) => ({ ...r, rx: r.rx * b, rz: r.rz * b })), 18),
      pelvis: ellipsoid(0.118 * b, 0.13, 0.158 * b, 7, 14),
      skirt: tube([{ y: -0.42, rx: 0.2 * b, rz: 0.22 * b }, { y: -0.15, rx: 0.15 * b, rz: 0.19 * b }, { y: 0.06, rx: 0.115 * b, rz: 0.155 * b }], 18),
      neck: tube([{ y: 0, rx: 0.05, rz: 0.052 }, { y: 0.12, rx: 0.047, rz: 0.05 }], 10),
      head: ellipsoid(0.098, 0.121, 0.077, 10, 16),
      hair: hairMesh(outfit.hairStyle),
      thigh: limb(THIGH, 0.083 * b * loose, 0.07 * b * loose, 0.059 * loose),
      shin: limb(SHIN, 0.06 * loose, 0.056 * loose, 0.04 * loose * (outfit.legStyle === 'trousers' ? 1.3 : 1)),
      shoe: moved(
        tube([{ y: -0.1, rx: 0.03, rz: 0.028 }, { y: -0.09, rx: 0.045, rz: 0.04 }, { y: 0, rx: 0.042, rz: 0.043 }, { y: 0.1, rx: 0.034, rz: 0.047 }, { y: 0.165, rx: 0.022, rz: 0.035 }], 10),
        chain(translation(0.03, -0.045, 0), rotationZ(-Math.PI / 2)),
      ),
      arm: limb(UPPER_ARM, 0.052 * b * sleeve, 0.046 * b * sleeve, 0.041 * sleeve),
      forearm: limb(FOREARM, 0.042 * sleeve, 0.04 * sleeve, 0.029 * sleeve),
      hand: moved(ellipsoid(0.042, 0.075, 0.022, 6, 8), translation(0.01, -0.06, 0)),
      backpack: moved(ellipsoid(0.11, 0.25, 0.16, 8, 12), translation(-0.2, 0.26, 0)),
      bag: joined(block([-0.16, -0.36, -0.05], [0.18, -0.1, 0.05]), bar([-0.1, -0.1, 0], [0.01, 0.02, 0], 0.008, 4), bar([0.12, -0.1, 0], [0.01, 0.02, 0], 0.008, 4)),
    };
    const zip = outfit.topStyle === 'shirt' ? undefined : (p: { x: number; y: number; z: number }) => (p.x > 0.03 && Math.abs(p.z) < 0.008 ? 0.4 : p.y > 0.52 ? 0.75 : 1);
    this.surfaces = {
      skin: flesh(outfit.skin),
      head: headSurface(outfit),
      hair: outfit.hairStyle === 'helmet' ? shell(outfit.hair) : cloth(outfit.hair, 0.5),
      top: cloth(outfit.top, outfit.topStyle === 'shirt' ? 0.45 : 0.65, zip),
      legs: cloth(outfit.legs, 0.6),
      shoes: cloth(outfit.shoes, 0.1, (p) => (p.y < -0.075 ? 2.2 : 1)),
      bag: cloth(outfit.bag, 0.4),
    };
  }

  /** `ground` places the feet's ground point with x forward; the pelvis is lowered until the lower foot stands, or put at `seat`. */
  parts(ground: Placement, pose: Pose, seat?: Vec3): PersonPart[] {
    const { meshes: m, surfaces: s, outfit } = this;
    const scale = outfit.height / 1.76;
    const reach = ([0, 1] as const).map((i) => THIGH * Math.cos(pose.thighs[i]) + SHIN * Math.cos(pose.thighs[i] - pose.knees[i]) + SOLE);
    const size: Placement = [scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, scale, 0];
    const pelvis = seat ? chain(ground, translation(...seat), size) : chain(ground, size, translation(0, Math.max(...reach), 0));
    const spine = chain(pelvis, rotationZ(-pose.lean), translation(0, 0.04, 0));
    const turn = (a: number): Placement => [Math.cos(a), 0, Math.sin(a), 0, 0, 1, 0, 0, -Math.sin(a), 0, Math.cos(a), 0];
    const chest = chain(spine, turn(pose.twist));
    const head = chain(chest, translation(0.018, 0.672, 0), rotationZ(pose.lean * 0.8 - pose.nod));
    const out: PersonPart[] = [
      { mesh: m.torso, surface: s.top, placement: chest },
      { mesh: m.pelvis, surface: s.legs, placement: pelvis },
      { mesh: m.neck, surface: s.skin, placement: chain(chest, translation(0, 0.5, 0)) },
      { mesh: m.head, surface: s.head, placement: head },
      { mesh: m.hair, surface: s.hair, placement: head },
    ];
    if (outfit.legStyle === 'skirt') out.push({ mesh: m.skirt, surface: s.legs, placement: chain(pelvis, rotationZ((pose.thighs[0] + pose.thighs[1]) * 0.4)) });
    for (const i of [0, 1] as const) {
      const side = i === 0 ? -1 : 1;
      const hip = chain(pelvis, translation(0, 0, side * HIP), rotationX(side * -pose.spread * 0.4), rotationZ(pose.thighs[i]));
      const knee = chain(hip, translation(0, -THIGH, 0), rotationZ(-pose.knees[i]));
      const ankle = chain(knee, translation(0, -SHIN, 0), rotationZ(-(pose.thighs[i] - pose.knees[i]) * 0.75));
      const shoulder = chain(chest, translation(SHOULDER[0], SHOULDER[1], side * SHOULDER[2]), rotationX(side * -pose.spread), rotationZ(pose.arms[i] + pose.lean));
      const elbow = chain(shoulder, translation(0, -UPPER_ARM, 0), rotationZ(pose.elbows[i]));
      const bare = outfit.legStyle !== 'trousers';
      out.push(
        { mesh: m.thigh, surface: outfit.legStyle === 'skirt' ? s.skin : s.legs, placement: hip },
        { mesh: m.shin, surface: bare ? s.skin : s.legs, placement: knee },
        { mesh: m.shoe, surface: s.shoes, placement: ankle },
        { mesh: m.arm, surface: s.top, placement: shoulder },
        { mesh: m.forearm, surface: outfit.sleeves === 'short' ? s.skin : s.top, placement: elbow },
        { mesh: m.hand, surface: s.skin, placement: chain(elbow, translation(0, -FOREARM, 0)) },
      );
      if (outfit.carries === 'bag' && i === 1) out.push({ mesh: m.bag, surface: s.bag, placement: chain(elbow, translation(0, -FOREARM - 0.02, 0), rotationZ(-pose.arms[i] - pose.elbows[i])) });
    }
    if (outfit.carries === 'backpack') out.push({ mesh: m.backpack, surface: s.bag, placement: chest });
    return out;
  }
}

const shell = (rgb: number): Surface => {
  const c = colour(rgb);
  return (p, look) => {
    paint(look, Math.abs((Math.atan2(p.z, p.y) * 4) % 1) < 0.25 ? [0.02, 0.02, 0.02] : c);
    gloss(look, 0.06, 120, 0.3);
  };
};

const hairMesh = (style: Outfit['hairStyle']): Mesh => {
  const crown = moved(ellipsoid(0.1, 0.104, 0.086, 8, 14), translation(-0.026, 0.042, 0));
  if (style === 'long') return joined(crown, moved(ellipsoid(0.06, 0.16, 0.085, 7, 12), translation(-0.07, -0.06, 0)));
  if (style === 'bun') return joined(crown, moved(ellipsoid(0.05, 0.05, 0.05, 6, 10), translation(-0.13, 0.07, 0)));
  if (style === 'cap') return joined(moved(ellipsoid(0.112, 0.085, 0.092, 8, 14), translation(-0.005, 0.075, 0)), moved(ellipsoid(0.07, 0.01, 0.07, 4, 12), translation(0.12, 0.075, 0)));
  if (style === 'helmet') return moved(ellipsoid(0.138, 0.1, 0.105, 8, 16), translation(-0.01, 0.075, 0));
  return crown;
};

/** A step cycle: `phase` in radians, 2 pi a double step; `stride` 1 is a brisk walk, 0 stands still. */
export const walking = (phase: number, stride: number, busyHand = false): Pose => {
  const leg = (a: number): [number, number] => {
    const swing = Math.max(0, Math.cos(a));
    return [stride * (0.42 * Math.sin(a) + 0.05), 0.05 + stride * (0.95 * swing ** 1.4 * (Math.sin(a) < 0.6 ? 1 : 0.75) + 0.08)];
  };
  const [left, right] = [leg(phase), leg(phase + Math.PI)];
  const arm = (a: number): number => -0.42 * stride * Math.sin(a) + 0.03;
  return {
    lean: 0.03 + 0.05 * stride,
    twist: 0.12 * stride * Math.sin(phase),
    thighs: [left[0], right[0]],
    knees: [left[1], right[1]],
    arms: [busyHand ? 0.55 : arm(phase), arm(phase + Math.PI)],
    elbows: [busyHand ? 1.75 : 0.25 + 0.2 * stride, 0.25 + 0.2 * stride],
    spread: 0.09,
    nod: busyHand ? 0.35 : 0.02,
  };
};
