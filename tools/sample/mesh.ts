/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index here is below the length of its own typed array */
import { apply, type Placement, type Vec3 } from './math.js';

/** Triangles in local coordinates (metres), front faces counted by the outward normals. */
export type Mesh = {
  readonly position: Float32Array;
  readonly normal: Float32Array;
  readonly index: Uint32Array;
  /** Seen from both sides (leaves, thin sheets); otherwise faces turned away are skipped. */
  readonly twoSided: boolean;
};

const withNormals = (position: Float32Array, index: Uint32Array, twoSided: boolean): Mesh => {
  const normal = new Float32Array(position.length);
  for (let t = 0; t < index.length; t += 3) {
    const [a, b, c] = [index[t]! * 3, index[t + 1]! * 3, index[t + 2]! * 3];
    const [ux, uy, uz] = [position[b]! - position[a]!, position[b + 1]! - position[a + 1]!, position[b + 2]! - position[a + 2]!];
    const [vx, vy, vz] = [position[c]! - position[a]!, position[c + 1]! - position[a + 1]!, position[c + 2]! - position[a + 2]!];
    const n = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
    for (const corner of [a, b, c]) for (let k = 0; k < 3; k++) normal[corner + k]! += n[k as 0 | 1 | 2];
  }
  for (let i = 0; i < normal.length; i += 3) {
    const length = Math.hypot(normal[i]!, normal[i + 1]!, normal[i + 2]!) || 1;
    for (let k = 0; k < 3; k++) normal[i + k]! /= length;
  }
  return { position, normal, index, twoSided };
};

/** Turns the winding so that every face looks away from the middle of the mesh (right for star-shaped solids). */
const outward = (position: Float32Array, index: Uint32Array): void => {
  let volume = 0;
  for (let t = 0; t < index.length; t += 3) {
    const [a, b, c] = [index[t]! * 3, index[t + 1]! * 3, index[t + 2]! * 3];
    volume +=
      position[a]! * (position[b + 1]! * position[c + 2]! - position[b + 2]! * position[c + 1]!) +
      position[a + 1]! * (position[b + 2]! * position[c]! - position[b]! * position[c + 2]!) +
      position[a + 2]! * (position[b]! * position[c + 1]! - position[b + 1]! * position[c]!);
  }
  if (volume >= 0) return;
  for (let t = 0; t < index.length; t += 3) [index[t + 1], index[t + 2]] = [index[t + 2]!, index[t + 1]!];
};

/**
 * A closed surface of revolution-like rows: `rows` rings of `columns` points each, joined around and along.
 * The first and last ring are closed by a fan to their middle.
 */
export const loft = (rows: number, columns: number, point: (row: number, column: number) => Vec3): Mesh => {
  const position = new Float32Array((rows * columns + 2) * 3);
  const middle = [new Float32Array(3), new Float32Array(3)] as const;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const p = point(r, c);
      position.set(p, (r * columns + c) * 3);
      if (r === 0 || r === rows - 1) for (let k = 0; k < 3; k++) middle[r === 0 ? 0 : 1][k]! += p[k as 0 | 1 | 2] / columns;
    }
  }
  position.set(middle[0], rows * columns * 3);
  position.set(middle[1], (rows * columns + 1) * 3);
  const index: number[] = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const [a, b] = [r * columns + c, r * columns + ((c + 1) % columns)];
      index.push(a, b, a + columns, b, b + columns, a + columns);
    }
  }
  for (let c = 0; c < columns; c++) {
    const next = (c + 1) % columns;
    index.push(rows * columns, next, c, rows * columns + 1, (rows - 1) * columns + c, (rows - 1) * columns + next);
  }
  const triangles = Uint32Array.from(index);
  outward(position, triangles);
  return withNormals(position, triangles, false);
};

export type Ring = { readonly y: number; readonly rx: number; readonly rz: number; readonly x?: number; readonly z?: number };

/** A tube along y through elliptical rings. */
export const tube = (rings: readonly Ring[], sides = 10): Mesh =>
  loft(rings.length, sides, (r, c) => {
    const ring = rings[r] ?? { y: 0, rx: 0, rz: 0 };
    const a = (c / sides) * 2 * Math.PI;
    return [(ring.x ?? 0) + ring.rx * Math.cos(a), ring.y, (ring.z ?? 0) + ring.rz * Math.sin(a)];
  });

/** A round bar between two points. */
export const bar = (from: Vec3, to: Vec3, radius: number, sides = 6, endRadius = radius): Mesh => {
  const d: Vec3 = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const length = Math.hypot(...d) || 1;
  const w: Vec3 = [d[0] / length, d[1] / length, d[2] / length];
  const pick: Vec3 = Math.abs(w[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
  const u: Vec3 = [w[1] * pick[2] - w[2] * pick[1], w[2] * pick[0] - w[0] * pick[2], w[0] * pick[1] - w[1] * pick[0]];
  const scale = 1 / (Math.hypot(...u) || 1);
  const v: Vec3 = [(w[1] * u[2] - w[2] * u[1]) * scale, (w[2] * u[0] - w[0] * u[2]) * scale, (w[0] * u[1] - w[1] * u[0]) * scale];
  return loft(2, sides, (r, c) => {
    const a = (c / sides) * 2 * Math.PI;
    const [cos, sin, end, thick] = [Math.cos(a), Math.sin(a), r === 0 ? from : to, r === 0 ? radius : endRadius];
    const k = (i: 0 | 1 | 2): number => end[i] + thick * (cos * u[i] * scale + sin * v[i]);
    return [k(0), k(1), k(2)];
  });
};

export const ellipsoid = (rx: number, ry: number, rz: number, rows = 8, sides = 12): Mesh =>
  tube(
    Array.from({ length: rows + 1 }, (_, i) => {
      const a = ((i + 0.02) / (rows + 0.04)) * Math.PI;
      return { y: -ry * Math.cos(a), rx: rx * Math.sin(a), rz: rz * Math.sin(a) };
    }),
    sides,
  );

/** A ring about the z axis: `radius` to the middle of the bar of `thick`. */
export const torus = (radius: number, thick: number, around = 28, sides = 6): Mesh => {
  const position = new Float32Array(around * sides * 3);
  const index: number[] = [];
  for (let r = 0; r < around; r++) {
    for (let c = 0; c < sides; c++) {
      const [a, b] = [(r / around) * 2 * Math.PI, (c / sides) * 2 * Math.PI];
      const d = radius + thick * Math.cos(b);
      position.set([d * Math.cos(a), d * Math.sin(a), thick * Math.sin(b)], (r * sides + c) * 3);
      const [p, q] = [((r + 1) % around) * sides, (c + 1) % sides];
      index.push(r * sides + c, p + c, r * sides + q, p + c, p + q, r * sides + q);
    }
  }
  const triangles = Uint32Array.from(index);
  outward(position, triangles);
  return withNormals(position, triangles, false);
};

/** A wheel about the z axis with flat faces, from z = -width/2 to +width/2 and a slightly rounded shoulder. */
export const wheel = (radius: number, width: number, sides = 26): Mesh => {
  const rings = [
    [0.02, -0.42],
    [0.62, -0.44],
    [0.9, -0.5],
    [1, -0.36],
    [1, 0.36],
    [0.9, 0.5],
    [0.62, 0.44],
    [0.02, 0.42],
  ] as const;
  return loft(rings.length, sides, (r, c) => {
    const [k, z] = rings[r] ?? [0, 0];
    const a = (c / sides) * 2 * Math.PI;
    return [radius * k * Math.cos(a), radius * k * Math.sin(a), z * width];
  });
};

/** Flat quads, each four corners in order around; every quad keeps its own normal. */
export const quads = (corners: readonly (readonly [Vec3, Vec3, Vec3, Vec3])[], twoSided = false): Mesh => {
  const position = new Float32Array(corners.length * 12);
  const index = new Uint32Array(corners.length * 6);
  corners.forEach((quad, i) => {
    quad.forEach((corner, k) => {
      position.set(corner, i * 12 + k * 3);
    });
    index.set([0, 1, 2, 0, 2, 3].map((k) => i * 4 + k), i * 6);
  });
  return withNormals(position, index, twoSided);
};

/** An upright block between two corners. */
export const block = (low: Vec3, high: Vec3): Mesh => {
  const [[x0, y0, z0], [x1, y1, z1]] = [low, high];
  const mesh = quads([
    [[x0, y0, z0], [x0, y1, z0], [x1, y1, z0], [x1, y0, z0]],
    [[x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]],
    [[x0, y0, z0], [x0, y0, z1], [x0, y1, z1], [x0, y1, z0]],
    [[x1, y0, z0], [x1, y1, z0], [x1, y1, z1], [x1, y0, z1]],
    [[x0, y1, z0], [x0, y1, z1], [x1, y1, z1], [x1, y1, z0]],
    [[x0, y0, z0], [x1, y0, z0], [x1, y0, z1], [x0, y0, z1]],
  ]);
  outward(mesh.position, mesh.index);
  return withNormals(mesh.position, mesh.index, false);
};

export const moved = (mesh: Mesh, placement: Placement): Mesh => {
  const position = new Float32Array(mesh.position.length);
  const normal = new Float32Array(mesh.normal.length);
  const turn = [...placement.slice(0, 3), 0, ...placement.slice(4, 7), 0, ...placement.slice(8, 11), 0] as unknown as Placement;
  for (let i = 0; i < position.length; i += 3) {
    position.set(apply(placement, [mesh.position[i]!, mesh.position[i + 1]!, mesh.position[i + 2]!]), i);
    normal.set(apply(turn, [mesh.normal[i]!, mesh.normal[i + 1]!, mesh.normal[i + 2]!]), i);
  }
  return { ...mesh, position, normal };
};

export const joined = (...meshes: readonly Mesh[]): Mesh => {
  const count = (pick: (mesh: Mesh) => number): number => meshes.reduce((sum, mesh) => sum + pick(mesh), 0);
  const position = new Float32Array(count((mesh) => mesh.position.length));
  const normal = new Float32Array(position.length);
  const index = new Uint32Array(count((mesh) => mesh.index.length));
  let [vertex, corner] = [0, 0];
  for (const mesh of meshes) {
    position.set(mesh.position, vertex * 3);
    normal.set(mesh.normal, vertex * 3);
    for (let i = 0; i < mesh.index.length; i++) index[corner + i] = mesh.index[i]! + vertex;
    vertex += mesh.position.length / 3;
    corner += mesh.index.length;
  }
  return { position, normal, index, twoSided: meshes.some((mesh) => mesh.twoSided) };
};
