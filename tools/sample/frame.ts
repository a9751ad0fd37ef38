/* eslint-disable @typescript-eslint/no-non-null-assertion -- whole-picture loops over buffers of one size */
import { CLASSES, type Actor, type Footprint, type Moment } from './actors.js';
import { AIR, haze, newShade, skyAt, SUN } from './light.js';
import { clamp, normalize, type Vec3 } from './math.js';
import { draw, Picture, Placed, type Piece, type View } from './raster.js';
import { lastPlace, ShadowMap, shadePixel } from './shader.js';
import { type Point } from './surface.js';

/** What one frame shows of an object: its visible extent in pixels, class, track, and the part of its silhouette not hidden. */
export type TrueBox = readonly [x1: number, y1: number, x2: number, y2: number, classId: number, track: number, visible: number];

export type Camera = { readonly eye: Vec3; readonly yaw: number; readonly pitch: number; readonly focal: number };

/** Pixels a side of the squares in which a frame is redone where something moves. */
const TILE_BITS = 4;
const TILE = 1 << TILE_BITS;

/** Sub-pixel and shutter offsets of the passes that make one frame. */
const PASSES = 8;
/** Every pass, and half of them spread as evenly: enough for small pictures that nobody looks at closely. */
export const ALL_PASSES: readonly number[] = Array.from({ length: PASSES }, (_, s) => s);
export const HALF_PASSES: readonly number[] = ALL_PASSES.filter((s) => s % 2 === 0);
const offset = (s: number): { x: number; y: number; time: number; sunA: number; sunB: number } => ({
  x: ((s * 5 + 2) % PASSES) / PASSES - 0.4375,
  y: ((s * 3 + 1) % PASSES) / PASSES - 0.4375,
  time: (s + 0.5) / PASSES - 0.5,
  sunA: 0.016 * Math.cos(s * 2.4),
  sunB: 0.016 * Math.sin(s * 2.4),
});

/** One pass over the still street: light with and without the sun, and how far everything is. */
type Plate = { readonly sky: Float32Array; readonly sun: Float32Array; readonly picture: Picture; readonly view: View };

/** Renders the street with its actors. Deterministic: the same scene, camera and time give the same picture. */
export class Renderer {
  private readonly plates: Plate[] = [];
  private readonly streetShadow = new ShadowMap([-2, 0, 32], 28, 2600);
  private readonly actorShadow = new ShadowMap([-2, 0, 30], 26, 1800);
  private readonly still: Float32Array;
  private readonly straight: View;
  private readonly picture: Picture;
  private readonly scratch: Picture;
  private readonly groundShade = new Float32Array(GRID.columns * GRID.rows);

  constructor(
    readonly width: number,
    readonly height: number,
    private readonly camera: Camera,
    street: readonly Piece[],
    private readonly actors: readonly Actor[],
    private readonly passes: readonly number[] = ALL_PASSES,
  ) {
    this.straight = this.view(0, 0);
    this.picture = new Picture(width, height);
    this.scratch = new Picture(width, height);
    this.scratch.clear(0);
    const placed = new Placed(street);
    this.still = new Float32Array(width * height * 3);
    for (const s of passes) {
      const plate = this.developPlate(placed, s);
      this.plates.push(plate);
      for (let i = 0; i < this.still.length; i++) this.still[i]! += (plate.sky[i]! + plate.sun[i]!) / passes.length;
    }
  }

  private view(x: number, y: number): View {
    const { eye, yaw, pitch, focal } = this.camera;
    const forward = normalize([Math.sin(yaw) * Math.cos(pitch), -Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)]);
    const right: Vec3 = normalize([forward[2], 0, -forward[0]]);
    const up: Vec3 = [forward[1] * right[2] - forward[2] * right[1], forward[2] * right[0] - forward[0] * right[2], forward[0] * right[1] - forward[1] * right[0]];
    return { eye, right, up, forward, focal: focal * this.width, scale: 0, centre: [this.width / 2 + x, this.height / 2 + y] };
  }

  private developPlate(street: Placed, s: number): Plate {
    const { width, height } = this;
    const o = offset(s);
    const view = this.view(o.x, o.y);
    const picture = new Picture(width, height);
    picture.clear(0);
    draw(picture, view, street);
    this.streetShadow.render(street, o.sunA, o.sunB);
    const [skyLight, sun, shade] = [new Float32Array(width * height * 3), new Float32Array(width * height * 3), newShade()];
    const out: [number, number, number] = [0, 0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = (y * width + x) * 3;
        if (!shadePixel(picture, view, street, x, y, shade)) {
          const [kx, ky] = [(x + 0.5 - view.centre[0]) / view.focal, (view.centre[1] - y - 0.5) / view.focal];
          const d = normalize([0, 1, 2].map((k) => view.forward[k as 0] + view.right[k as 0] * kx + view.up[k as 0] * ky) as unknown as Vec3);
          skyAt(d[0], d[1], d[2], out);
          skyLight.set(out, i);
          continue;
        }
        const reach = this.streetShadow.reach(lastPlace.wx, lastPlace.wy, lastPlace.wz, 0.08);
        const air = haze(lastPlace.far);
        skyLight[i] = shade.skyR * (1 - air) + AIR[0] * air;
        skyLight[i + 1] = shade.skyG * (1 - air) + AIR[1] * air;
        skyLight[i + 2] = shade.skyB * (1 - air) + AIR[2] * air;
        const k = reach * (1 - air);
        sun[i] = shade.sunR * k;
        sun[i + 1] = shade.sunG * k;
        sun[i + 2] = shade.sunB * k;
      }
    }
    return { sky: skyLight, sun, picture, view };
  }

  /** Light of the still street, without actors, where a place shifted `right` and `up` metres is seen; at the edge beyond it. */
  behind({ wx, wy, wz }: Point, right: number, up: number, out: [number, number, number]): void {
    const v = this.straight;
    const [dx, dy, dz] = [wx - v.eye[0], wy - v.eye[1], wz - v.eye[2]];
    const k = v.focal / Math.max(0.3, dx * v.forward[0] + dy * v.forward[1] + dz * v.forward[2]);
    const x = clamp(v.centre[0] + (dx * v.right[0] + dy * v.right[1] + dz * v.right[2] + right) * k, 0, this.width - 1) | 0;
    const y = clamp(v.centre[1] - (dx * v.up[0] + dy * v.up[1] + dz * v.up[2] + up) * k, 0, this.height - 1) | 0;
    for (const c of [0, 1, 2] as const) out[c] = this.still[(y * this.width + x) * 3 + c]!;
  }

  private moment(time: number): Moment {
    const out: Moment = { pieces: [], footprints: [] };
    for (const actor of this.actors) actor.at(time, out);
    return out;
  }

  /** Linear light of a frame (RGB float) exposed for `shutter` seconds around `time`, and the true boxes at its middle. */
  frame(time: number, shutter: number): { light: Float32Array; boxes: TrueBox[] } {
    const { width, height, picture } = this;
    const part = this.passes.length;
    const light = Float32Array.from(this.still);
    const touched = this.touchedTiles(time, shutter);
    const across = Math.ceil(width / TILE);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x += TILE) {
        const from = y * width + x;
        if (touched[(y >> TILE_BITS) * across + (x >> TILE_BITS)]) light.fill(0, from * 3, (from + Math.min(TILE, width - x)) * 3);
      }
    }
    const shade = newShade();
    const left = { sun: 1, sky: 1 };
    for (const [at, s] of this.passes.entries()) {
      const o = offset(s);
      const plate = this.plates[at]!;
      const { pieces, footprints } = this.moment(time + o.time * shutter);
      const placed = new Placed(pieces);
      this.actorShadow.render(placed, o.sunA, o.sunB);
      if (at === 0) this.darkenGround(footprints);
      picture.piece.fill(-1);
      picture.depth.set(plate.picture.depth);
      draw(picture, plate.view, placed);
      for (let y = 0; y < height; y++) {
        const tiles = (y >> TILE_BITS) * across;
        for (let x = 0; x < width; x++) {
          if (!touched[tiles + (x >> TILE_BITS)]) {
            x += TILE - 1;
            continue;
          }
          const i = (y * width + x) * 3;
          if (shadePixel(picture, plate.view, placed, x, y, shade)) {
            const { wx, wy, wz } = lastPlace;
            const reach = Math.min(this.streetShadow.reach(wx, wy, wz, 0.1), this.actorShadow.reach(wx, wy, wz, 0.07));
            const air = haze(lastPlace.far);
            light[i]! += ((shade.skyR + shade.sunR * reach) * (1 - air) + AIR[0] * air) / part;
            light[i + 1]! += ((shade.skyG + shade.sunG * reach) * (1 - air) + AIR[1] * air) / part;
            light[i + 2]! += ((shade.skyB + shade.sunB * reach) * (1 - air) + AIR[2] * air) / part;
          } else {
            this.overStreet(plate, x, y, left);
            light[i]! += (plate.sky[i]! * left.sky + plate.sun[i]! * left.sun) / part;
            light[i + 1]! += (plate.sky[i + 1]! * left.sky + plate.sun[i + 1]! * left.sun) / part;
            light[i + 2]! += (plate.sky[i + 2]! * left.sky + plate.sun[i + 2]! * left.sun) / part;
          }
        }
      }
    }
    return { light, boxes: this.boxes(time) };
  }

  /** How much of the sun and of the sky actors leave to a point of the street. */
  private overStreet({ picture, view, sun }: Plate, x: number, y: number, out: { sun: number; sky: number }): void {
    const i = y * this.width + x;
    const depth = picture.depth[i]!;
    out.sun = out.sky = 1;
    if (depth <= 0) return;
    const far = 1 / depth;
    const kx = ((x + 0.5 - view.centre[0]) / view.focal) * far;
    const ky = ((view.centre[1] - y - 0.5) / view.focal) * far;
    const wy = view.eye[1] + view.right[1] * kx + view.up[1] * ky + view.forward[1] * far;
    const wx = view.eye[0] + view.right[0] * kx + view.up[0] * ky + view.forward[0] * far;
    const wz = view.eye[2] + view.right[2] * kx + view.up[2] * ky + view.forward[2] * far;
    if (sun[i * 3]! > 1e-4) out.sun = this.actorShadow.reach(wx, wy, wz, 0.04);
    if (wy < 0.3) out.sky = 1 - this.shadeAt(wx, wz);
  }

  private shadeAt(x: number, z: number): number {
    const u = (x - GRID.x) / GRID.step - 0.5;
    const v = (z - GRID.z) / GRID.step - 0.5;
    const i = Math.floor(u);
    const j = Math.floor(v);
    if (i < 0 || j < 0 || i + 1 >= GRID.columns || j + 1 >= GRID.rows) return 0;
    const at = j * GRID.columns + i;
    const g = this.groundShade;
    const fu = u - i;
    const fv = v - j;
    return (g[at]! * (1 - fu) + g[at + 1]! * fu) * (1 - fv) + (g[at + GRID.columns]! * (1 - fu) + g[at + GRID.columns + 1]! * fu) * fv;
  }

  private darkenGround(footprints: readonly Footprint[]): void {
    const g = this.groundShade.fill(0);
    for (const f of footprints) {
      const reach = Math.hypot(f.along, f.across) / 2 + 1;
      const [cos, sin] = [Math.cos(f.heading), Math.sin(f.heading)];
      const [i0, i1] = [(f.x - reach - GRID.x) / GRID.step, (f.x + reach - GRID.x) / GRID.step].map((v) => clamp(Math.floor(v), 0, GRID.columns - 1)) as [number, number];
      const [j0, j1] = [(f.z - reach - GRID.z) / GRID.step, (f.z + reach - GRID.z) / GRID.step].map((v) => clamp(Math.floor(v), 0, GRID.rows - 1)) as [number, number];
      const soft = f.across > 1 ? 0.42 : 0.22;
      for (let j = j0; j <= j1; j++) {
        for (let i = i0; i <= i1; i++) {
          const [dx, dz] = [GRID.x + (i + 0.5) * GRID.step - f.x, GRID.z + (j + 0.5) * GRID.step - f.z];
          const [a, b] = [Math.abs(dx * cos - dz * sin) - f.along / 2 + soft / 2, Math.abs(dx * sin + dz * cos) - f.across / 2 + soft / 2];
          const d = Math.hypot(Math.max(a, 0), Math.max(b, 0));
          const dark = f.weight * Math.exp(-((d / soft) ** 2));
          const at = j * GRID.columns + i;
          g[at] = Math.max(g[at]!, dark);
        }
      }
    }
  }

  /** Marks the tiles that actors or their shadows may touch while the shutter is open. */
  private touchedTiles(time: number, shutter: number): Uint8Array {
    const { width, height } = this;
    const across = Math.ceil(width / TILE);
    const tiles = new Uint8Array(across * Math.ceil(height / TILE));
    const view = this.view(0, 0);
    const touch = (points: readonly Vec3[]): void => {
      let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
      for (const p of points) {
        const d: Vec3 = [p[0] - view.eye[0], p[1] - view.eye[1], p[2] - view.eye[2]];
        const along = (v: Vec3): number => d[0] * v[0] + d[1] * v[1] + d[2] * v[2];
        const z = along(view.forward);
        if (z < 0.3) [x0, x1, y0, y1] = [-Infinity, Infinity, -Infinity, Infinity];
        else {
          const [sx, sy] = [view.centre[0] + (along(view.right) * view.focal) / z, view.centre[1] - (along(view.up) * view.focal) / z];
          [x0, x1, y0, y1] = [Math.min(x0, sx), Math.max(x1, sx), Math.min(y0, sy), Math.max(y1, sy)];
        }
      }
      if (x1 < -3 || x0 > width + 3 || y1 < -3 || y0 > height + 3) return;
      const [from, to] = [clamp(x0 - 3, 0, width - 1) >> TILE_BITS, clamp(x1 + 3, 0, width - 1) >> TILE_BITS];
      const bottom = clamp(y1 + 3, 0, height - 1) >> TILE_BITS;
      for (let y = clamp(y0 - 3, 0, height - 1) >> TILE_BITS; y <= bottom; y++) tiles.fill(1, y * across + from, y * across + to + 1);
    };
    for (const t of [time - shutter / 2, time + shutter / 2]) {
      const { pieces, footprints } = this.moment(t);
      const placed = new Placed(pieces);
      placed.pieces.forEach((piece, p) => {
        const at = placed.start[p]!;
        const [low, high]: [number[], number[]] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
        for (let i = 0; i < piece.mesh.position.length; i++) {
          const v = placed.world[at + i]!;
          low[i % 3] = Math.min(low[i % 3]!, v);
          high[i % 3] = Math.max(high[i % 3]!, v);
        }
        const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c): Vec3 => [c & 1 ? low[0]! : high[0]!, c & 2 ? low[1]! : high[1]!, c & 4 ? low[2]! : high[2]!]);
        touch([...corners, ...corners.map((c): Vec3 => [c[0] - (SUN[0] / SUN[1]) * c[1], 0, c[2] - (SUN[2] / SUN[1]) * c[1]])]);
      });
      for (const f of footprints) {
        const r = Math.hypot(f.along, f.across) / 2 + 0.9;
        touch([[f.x - r, 0, f.z - r], [f.x + r, 0, f.z - r], [f.x - r, 0, f.z + r], [f.x + r, 0, f.z + r]]);
      }
    }
    return tiles;
  }

  /** Object ids at the middle of the exposure (0 = street), without sub-pixel offsets; for boxes and their tests. */
  identities(time: number): Int32Array {
    const { pieces } = this.moment(time);
    const placed = new Placed(pieces);
    const { picture } = this;
    picture.piece.fill(-1);
    picture.depth.set(this.plates[0]!.picture.depth);
    draw(picture, this.view(0, 0), placed);
    return Int32Array.from(picture.piece, (p) => (p < 0 ? 0 : pieces[p]!.object));
  }

  private boxes(time: number): TrueBox[] {
    const seen = extents(this.identities(time), this.width);
    const { pieces } = this.moment(time);
    const placed = new Placed(pieces);
    const kinds = new Map(this.actors.flatMap((actor) => actor.labels.map((label) => [label.track, CLASSES.indexOf(label.kind)] as const)));
    const out: TrueBox[] = [];
    for (const [track, e] of [...seen].sort(([a], [b]) => a - b)) {
      draw(this.scratch, this.view(0, 0), placed, (p) => pieces[p]!.object === track);
      const whole = this.scratch.countAndClear(0);
      if (track > 0 && e.count >= 12) out.push([e.x1, e.y1, e.x2 + 1, e.y2 + 1, kinds.get(track) ?? 0, track, Math.round((e.count / whole) * 1000) / 1000]);
    }
    return out;
  }
}

/** The ground's sky-light grid, metres. */
const GRID = { x: -14, z: -2, step: 0.1, columns: 260, rows: 900 } as const;

type Extent = { x1: number; y1: number; x2: number; y2: number; count: number };

/** Pixel extent (inclusive) and count of every id in a picture of ids; 0 is skipped. */
export const extents = (ids: Int32Array, width: number): Map<number, Extent> => {
  const seen = new Map<number, Extent>();
  ids.forEach((id, i) => {
    if (id === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    const e = seen.get(id);
    if (!e) seen.set(id, { x1: x, y1: y, x2: x, y2: y, count: 1 });
    else {
      e.x1 = Math.min(e.x1, x);
      e.x2 = Math.max(e.x2, x);
      e.y2 = y;
      e.count++;
    }
  });
  return seen;
};
