/* eslint-disable @typescript-eslint/no-non-null-assertion -- the inner loops index typed arrays within their own lengths */
import { type Mesh } from './mesh.js';
import { type Placement, type Vec3 } from './math.js';
import { type Surface } from './surface.js';

/** A rigid part of something: its shape, where it is, what it is made of, and which object it belongs to (0 = the street). */
export type Piece = { readonly mesh: Mesh; readonly placement: Placement; readonly surface: Surface; readonly object: number };

/** A looking direction: a pinhole (`focal` in pixels) or, for shadows, parallel rays (`focal` 0, `scale` pixels a metre). */
export type View = {
  readonly eye: Vec3;
  readonly right: Vec3;
  readonly up: Vec3;
  readonly forward: Vec3;
  readonly focal: number;
  readonly scale: number;
  /** Pixel position of the optical axis; sub-pixel jitter is added here. */
  readonly centre: readonly [number, number];
};

/** What is nearest at every pixel. Depth is 1/z for a pinhole and -distance for parallel rays: larger is nearer. */
export class Picture {
  readonly depth: Float32Array;
  readonly piece: Int32Array;
  readonly triangle: Int32Array;
  /** Pixels that may have been drawn since the last clearing: first and last column and row. */
  readonly drawn = { x0: 0, x1: -1, y0: 0, y1: -1 };
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.depth = new Float32Array(width * height);
    this.piece = new Int32Array(width * height);
    this.triangle = new Int32Array(width * height);
  }

  clear(depth: number): void {
    this.depth.fill(depth);
    this.piece.fill(-1);
    Object.assign(this.drawn, { x0: this.width, x1: -1, y0: this.height, y1: -1 });
  }

  /** Undoes what was drawn since the last clearing and counts it, touching no other pixel. */
  countAndClear(depth: number): number {
    const { x0, x1, y0, y1 } = this.drawn;
    let count = 0;
    for (let y = y0; y <= y1; y++) {
      for (let i = y * this.width + x0; i <= y * this.width + x1; i++) {
        if (this.piece[i]! >= 0) count++;
        this.piece[i] = -1;
        this.depth[i] = depth;
      }
    }
    Object.assign(this.drawn, { x0: this.width, x1: -1, y0: this.height, y1: -1 });
    return count;
  }
}

/** World positions of drawn pieces, kept for shading: piece i starts at `start[i]`. */
export class Placed {
  world = new Float32Array(1 << 16);
  readonly start: number[] = [];
  private used = 0;
  constructor(readonly pieces: readonly Piece[]) {
    for (const piece of pieces) this.place(piece);
  }

  private place({ mesh, placement: m }: Piece): void {
    const { position } = mesh;
    if (this.used + position.length > this.world.length) {
      const larger = new Float32Array((this.used + position.length) * 2);
      larger.set(this.world);
      this.world = larger;
    }
    const { world } = this;
    this.start.push(this.used);
    let o = this.used;
    for (let i = 0; i < position.length; i += 3, o += 3) {
      const x = position[i]!;
      const y = position[i + 1]!;
      const z = position[i + 2]!;
      world[o] = m[0] * x + m[1] * y + m[2] * z + m[3];
      world[o + 1] = m[4] * x + m[5] * y + m[6] * z + m[7];
      world[o + 2] = m[8] * x + m[9] * y + m[10] * z + m[11];
    }
    this.used = o;
  }
}

const fill = (
  out: Picture,
  ax: number, ay: number, az: number,
  bx: number, by: number, bz: number,
  cx: number, cy: number, cz: number,
  piece: number, triangle: number,
): void => {
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const dzdx = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area;
  const dzdy = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area;
  const base = az - dzdx * ax - dzdy * ay;
  let t;
  if (by < ay) { t = ax; ax = bx; bx = t; t = ay; ay = by; by = t; }
  if (cy < ay) { t = ax; ax = cx; cx = t; t = ay; ay = cy; cy = t; }
  if (cy < by) { t = bx; bx = cx; cx = t; t = by; by = cy; cy = t; }
  const first = Math.max(0, Math.ceil(ay - 0.5));
  const last = Math.min(out.height - 1, Math.ceil(cy - 0.5) - 1);
  const { depth, width } = out;
  const long = (cx - ax) / (cy - ay);
  const upper = by > ay ? (bx - ax) / (by - ay) : 0;
  const lower = cy > by ? (cx - bx) / (cy - by) : 0;
  for (let y = first; y <= last; y++) {
    const yc = y + 0.5;
    let left = ax + long * (yc - ay);
    let right = yc < by ? ax + upper * (yc - ay) : bx + lower * (yc - by);
    if (left > right) { t = left; left = right; right = t; }
    const from = Math.max(0, Math.ceil(left - 0.5));
    const to = Math.min(width - 1, Math.ceil(right - 0.5) - 1);
    const row = y * width;
    const rowBase = base + dzdy * yc + dzdx * 0.5;
    for (let x = from; x <= to; x++) {
      const z = rowBase + dzdx * x;
      if (z > depth[row + x]!) {
        depth[row + x] = z;
        out.piece[row + x] = piece;
        out.triangle[row + x] = triangle;
      }
    }
  }
};

const NEAR = 0.12;
let camera = new Float32Array(1 << 14);

/** Draws every piece, keeping the nearest; pieces listed in `only` alone where given. */
export const draw = (out: Picture, view: View, placed: Placed, only?: (piece: number) => boolean): void => {
  const { eye, right, up, forward, focal, scale, centre } = view;
  const pinhole = focal > 0;
  const { world } = placed;
  for (let p = 0; p < placed.pieces.length; p++) {
    const piece = placed.pieces[p]!;
    if (only && !only(p)) continue;
    const start = placed.start[p]!;
    const { index, position, twoSided } = piece.mesh;
    if (camera.length < position.length) camera = new Float32Array(position.length * 2);
    let nearest = -Infinity;
    let lowX = Infinity;
    let highX = -Infinity;
    let lowY = Infinity;
    let highY = -Infinity;
    for (let i = 0; i < position.length; i += 3) {
      const x = world[start + i]! - eye[0];
      const y = world[start + i + 1]! - eye[1];
      const z = world[start + i + 2]! - eye[2];
      const depth = x * forward[0] + y * forward[1] + z * forward[2];
      let sx = x * right[0] + y * right[1] + z * right[2];
      let sy = x * up[0] + y * up[1] + z * up[2];
      nearest = depth > nearest ? depth : nearest;
      if (!pinhole || depth >= NEAR) {
        const k = pinhole ? focal / depth : scale;
        sx = centre[0] + sx * k;
        sy = centre[1] - sy * k;
        lowX = sx < lowX ? sx : lowX;
        highX = sx > highX ? sx : highX;
        lowY = sy < lowY ? sy : lowY;
        highY = sy > highY ? sy : highY;
      } else {
        lowX = lowY = -Infinity;
        highX = highY = Infinity;
      }
      camera[i] = sx;
      camera[i + 1] = sy;
      camera[i + 2] = depth;
    }
    if (highX < 0 || lowX > out.width || highY < 0 || lowY > out.height || (pinhole && nearest < NEAR)) continue;
    const { drawn } = out;
    drawn.x0 = Math.min(drawn.x0, Math.max(0, Math.floor(lowX)));
    drawn.x1 = Math.max(drawn.x1, Math.min(out.width - 1, Math.ceil(highX)));
    drawn.y0 = Math.min(drawn.y0, Math.max(0, Math.floor(lowY)));
    drawn.y1 = Math.max(drawn.y1, Math.min(out.height - 1, Math.ceil(highY)));
    for (let t = 0; t < index.length; t += 3) {
      const a = index[t]! * 3;
      const b = index[t + 1]! * 3;
      const c = index[t + 2]! * 3;
      if (!twoSided && facesAway(world, start + a, start + b, start + c, pinhole ? eye : undefined, forward)) continue;
      const za = camera[a + 2]!;
      const zb = camera[b + 2]!;
      const zc = camera[c + 2]!;
      if (!pinhole) {
        fill(out, camera[a]!, camera[a + 1]!, -za, camera[b]!, camera[b + 1]!, -zb, camera[c]!, camera[c + 1]!, -zc, p, t);
      } else if (za >= NEAR && zb >= NEAR && zc >= NEAR) {
        fill(out, camera[a]!, camera[a + 1]!, 1 / za, camera[b]!, camera[b + 1]!, 1 / zb, camera[c]!, camera[c + 1]!, 1 / zc, p, t);
      } else if (za >= NEAR || zb >= NEAR || zc >= NEAR) {
        clipped(out, view, [a, b, c], p, t);
      }
    }
  }
};

const facesAway = (w: Float32Array, a: number, b: number, c: number, eye: Vec3 | undefined, forward: Vec3): boolean => {
  const ax = w[a]!;
  const ay = w[a + 1]!;
  const az = w[a + 2]!;
  const ux = w[b]! - ax;
  const uy = w[b + 1]! - ay;
  const uz = w[b + 2]! - az;
  const vx = w[c]! - ax;
  const vy = w[c + 1]! - ay;
  const vz = w[c + 2]! - az;
  const nx = uy * vz - uz * vy;
  const ny = uz * vx - ux * vz;
  const nz = ux * vy - uy * vx;
  if (!eye) return nx * forward[0] + ny * forward[1] + nz * forward[2] >= 0;
  return nx * (ax - eye[0]) + ny * (ay - eye[1]) + nz * (az - eye[2]) >= 0;
};

/** Cuts a triangle that reaches behind the eye at the near plane and draws what is left as a fan. */
const clipped = (out: Picture, view: View, corners: readonly number[], piece: number, triangle: number): void => {
  // A corner in front of the near plane is already on the picture; bring it back to camera space.
  const space = corners.map((i) => {
    const z = camera[i + 2]!;
    if (z < NEAR) return [camera[i]!, camera[i + 1]!, z] as const;
    return [((camera[i]! - view.centre[0]) * z) / view.focal, ((view.centre[1] - camera[i + 1]!) * z) / view.focal, z] as const;
  });
  const kept: [number, number, number][] = [];
  for (let i = 0; i < 3; i++) {
    const a = space[i]!;
    const b = space[(i + 1) % 3]!;
    if (a[2] >= NEAR) kept.push([a[0], a[1], a[2]]);
    if (a[2] >= NEAR !== b[2] >= NEAR) {
      const k = (NEAR - a[2]) / (b[2] - a[2]);
      kept.push([a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k, NEAR]);
    }
  }
  const [x0, y0] = view.centre;
  const on = kept.map(([x, y, z]) => [x0 + (x * view.focal) / z, y0 - (y * view.focal) / z, 1 / z] as const);
  for (let i = 1; i + 1 < on.length; i++) {
    const a = on[0]!;
    const b = on[i]!;
    const c = on[i + 1]!;
    fill(out, a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2], piece, triangle);
  }
};
