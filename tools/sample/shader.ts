/* eslint-disable @typescript-eslint/no-non-null-assertion -- per-pixel reads of buffers the rasteriser has filled */
import { newPoint, lit, SUN, type Shade } from './light.js';
import { normalize, type Vec3 } from './math.js';
import { draw, Picture, type Placed, type View } from './raster.js';
import { newLook, resetLook } from './surface.js';

/** A depth picture seen from the sun over a rectangle of the street; lifted by a small bias against self-shadowing. */
export class ShadowMap {
  readonly picture: Picture;
  private view: View;
  constructor(private readonly centre: Vec3, private readonly scale: number, size: number) {
    this.picture = new Picture(size, size);
    this.view = this.looking(0, 0);
  }

  /** Looks along the sun's rays, turned by small angles: the sun has a width, so shadows have a soft edge. */
  private looking(a: number, b: number): View {
    const back: Vec3 = normalize([SUN[0] + a, SUN[1], SUN[2] + b]);
    const forward: Vec3 = [-back[0], -back[1], -back[2]];
    const right = normalize([forward[2], 0, -forward[0]]);
    const up: Vec3 = [forward[1] * right[2] - forward[2] * right[1], forward[2] * right[0] - forward[0] * right[2], forward[0] * right[1] - forward[1] * right[0]];
    const half = this.picture.width / 2;
    return { eye: this.centre, right, up, forward, focal: 0, scale: this.scale, centre: [half, half] };
  }

  render(placed: Placed, a: number, b: number): void {
    this.view = this.looking(a, b);
    this.picture.clear(-1e9);
    draw(this.picture, this.view, placed);
  }

  /** Part of the sun that reaches a point, 0..1, filtered over four texels. */
  reach(x: number, y: number, z: number, bias = 0.05): number {
    const { eye, right, up, forward, centre } = this.view;
    const dx = x - eye[0];
    const dy = y - eye[1];
    const dz = z - eye[2];
    const sx = centre[0] + (dx * right[0] + dy * right[1] + dz * right[2]) * this.scale - 0.5;
    const sy = centre[1] - (dx * up[0] + dy * up[1] + dz * up[2]) * this.scale - 0.5;
    const { width, height, depth } = this.picture;
    const ix = Math.floor(sx);
    const iy = Math.floor(sy);
    if (ix < 0 || iy < 0 || ix + 1 >= width || iy + 1 >= height) return 1;
    const here = -(dx * forward[0] + dy * forward[1] + dz * forward[2]) + bias;
    const fx = sx - ix;
    const fy = sy - iy;
    const at = iy * width + ix;
    let sum = 0;
    if (depth[at]! <= here) sum += (1 - fx) * (1 - fy);
    if (depth[at + 1]! <= here) sum += fx * (1 - fy);
    if (depth[at + width]! <= here) sum += (1 - fx) * fy;
    if (depth[at + width + 1]! <= here) sum += fx * fy;
    return sum;
  }
}

const point = newPoint();
const look = newLook();

/** World place of the last shaded pixel. */
export const lastPlace = point;

/** Shades what `picture` holds at a pixel; the sun's part is without shadows. False where nothing was drawn. */
export const shadePixel = (picture: Picture, view: View, placed: Placed, x: number, y: number, out: Shade): boolean => {
  const i = y * picture.width + x;
  const p = picture.piece[i]!;
  if (p < 0) return false;
  const far = 1 / picture.depth[i]!;
  const kx = ((x + 0.5 - view.centre[0]) / view.focal) * far;
  const ky = ((view.centre[1] - y - 0.5) / view.focal) * far;
  const { eye, right, up, forward } = view;
  const wx = eye[0] + right[0] * kx + up[0] * ky + forward[0] * far;
  const wy = eye[1] + right[1] * kx + up[1] * ky + forward[1] * far;
  const wz = eye[2] + right[2] * kx + up[2] * ky + forward[2] * far;
  const piece = placed.pieces[p]!;
  const { mesh, placement: m } = piece;
  const t = picture.triangle[i]!;
  const ia = mesh.index[t]! * 3;
  const ib = mesh.index[t + 1]! * 3;
  const ic = mesh.index[t + 2]! * 3;
  const { world } = placed;
  const s = placed.start[p]!;
  // Where the point lies within its triangle.
  const ax = world[s + ia]!;
  const ay = world[s + ia + 1]!;
  const az = world[s + ia + 2]!;
  const ux = world[s + ib]! - ax;
  const uy = world[s + ib + 1]! - ay;
  const uz = world[s + ib + 2]! - az;
  const vx = world[s + ic]! - ax;
  const vy = world[s + ic + 1]! - ay;
  const vz = world[s + ic + 2]! - az;
  const qx = wx - ax;
  const qy = wy - ay;
  const qz = wz - az;
  const uu = ux * ux + uy * uy + uz * uz;
  const uv = ux * vx + uy * vy + uz * vz;
  const vv = vx * vx + vy * vy + vz * vz;
  const qu = qx * ux + qy * uy + qz * uz;
  const qv = qx * vx + qy * vy + qz * vz;
  const d = 1 / (uu * vv - uv * uv || 1e-12);
  const kb = Math.min(1, Math.max(0, (vv * qu - uv * qv) * d));
  const kc = Math.min(1 - kb, Math.max(0, (uu * qv - uv * qu) * d));
  const ka = 1 - kb - kc;
  const { position, normal } = mesh;
  point.x = position[ia]! * ka + position[ib]! * kb + position[ic]! * kc;
  point.y = position[ia + 1]! * ka + position[ib + 1]! * kb + position[ic + 1]! * kc;
  point.z = position[ia + 2]! * ka + position[ib + 2]! * kb + position[ic + 2]! * kc;
  let nx = normal[ia]! * ka + normal[ib]! * kb + normal[ic]! * kc;
  let ny = normal[ia + 1]! * ka + normal[ib + 1]! * kb + normal[ic + 1]! * kc;
  let nz = normal[ia + 2]! * ka + normal[ib + 2]! * kb + normal[ic + 2]! * kc;
  let length = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || 1);
  point.nx = nx * length;
  point.ny = ny * length;
  point.nz = nz * length;
  point.wx = wx;
  point.wy = wy;
  point.wz = wz;
  point.far = far;
  resetLook(look);
  piece.surface(point, look);
  nx = point.nx + look.bx;
  ny = point.ny + look.by;
  nz = point.nz + look.bz;
  let gx = m[0] * nx + m[1] * ny + m[2] * nz;
  let gy = m[4] * nx + m[5] * ny + m[6] * nz;
  let gz = m[8] * nx + m[9] * ny + m[10] * nz;
  length = 1 / (Math.sqrt(gx * gx + gy * gy + gz * gz) || 1);
  let ex = eye[0] - wx;
  let ey = eye[1] - wy;
  let ez = eye[2] - wz;
  const near = 1 / Math.sqrt(ex * ex + ey * ey + ez * ez);
  ex *= near;
  ey *= near;
  ez *= near;
  if (mesh.twoSided && gx * ex + gy * ey + gz * ez < 0) length = -length;
  gx *= length;
  gy *= length;
  gz *= length;
  lit(look, gx, gy, gz, ex, ey, ez, out);
  return true;
};
