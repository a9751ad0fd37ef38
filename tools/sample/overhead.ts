import { type Camera } from './frame.js';
import { between, type Roll, type Vec3 } from './math.js';

const degrees = Math.PI / 180;

/** A rectangle of the ground, metres. */
export type Ground = { readonly x: readonly [low: number, high: number]; readonly z: readonly [low: number, high: number] };

/** Half the height of a picture in its widths. */
const HALF_HEIGHT = 0.33;
/** Metres from the eye beyond which cars are small from above. */
const FARTHEST = 34;

/** Where a ray through a point of the picture (in picture widths from its middle, y up) meets the ground, or is `FARTHEST`. */
const landing = ({ eye, yaw, pitch, focal }: Camera, x: number, y: number): Vec3 => {
  const [sin, cos] = [Math.sin(pitch), Math.cos(pitch)];
  const ahead = cos + (y / focal) * sin;
  const down = sin - (y / focal) * cos;
  const across = x / focal;
  const reach = Math.min(down > 0.01 ? eye[1] / down : FARTHEST, FARTHEST / Math.hypot(ahead, down, across));
  return [
    eye[0] + reach * (ahead * Math.sin(yaw) + across * Math.cos(yaw)),
    eye[1] - reach * down,
    eye[2] + reach * (ahead * Math.cos(yaw) - across * Math.sin(yaw)),
  ];
};

/** What of the ground a camera sees, as the rectangle around it. */
export const groundSeen = (camera: Camera): Ground => {
  const corners = [-0.5, 0.5].flatMap((x) => [-HALF_HEIGHT, HALF_HEIGHT].map((y) => landing(camera, x, y)));
  const range = (k: 0 | 2): readonly [number, number] => [Math.min(...corners.map((p) => p[k])), Math.max(...corners.map((p) => p[k]))];
  return { x: range(0), z: range(2) };
};

/** Within the crowns of the trees or a house, or where the ground ends. */
const solid = (x: number, y: number, z: number): boolean =>
  x < -11 || x > 8.2 || (y < 0.1 && z < -14) || (y > 2.6 && y < 9.4 && ((x < -4.2 && z > 14) || (x > 0.6 && z > 36)));

/** The middle of the picture and most of what is around it is seen past trees and houses. */
const clear = (camera: Camera): boolean =>
  [[0, 0], [-0.35, -0.2], [0.35, -0.2], [-0.35, 0.15], [0.35, 0.15]].every(([x = 0, y = 0]) => {
    const end = landing(camera, x, y);
    return Array.from({ length: 25 }, (_, i) => i / 24).every((t) =>
      !solid(camera.eye[0] + (end[0] - camera.eye[0]) * t, camera.eye[1] + (end[1] - camera.eye[1]) * t, camera.eye[2] + (end[2] - camera.eye[2]) * t));
  });

/** A camera on a mast or a house, 7 to 16 m high, that looks 35 to 80 degrees down on the road. */
export const overhead = (roll: Roll): Camera => {
  for (;;) {
    const pitch = between(roll, 35, 80) * degrees;
    const high = between(roll, 7, 16);
    const yaw = roll() < 0.6 ? (roll() < 0.5 ? Math.PI : 0) + between(roll, -0.4, 0.4) : between(roll, -Math.PI, Math.PI);
    const back = high / Math.tan(pitch);
    const [x, z] = [between(roll, -6, 2.2), between(roll, 0, 60)];
    const camera: Camera = { eye: [x - back * Math.sin(yaw), high, z - back * Math.cos(yaw)], yaw, pitch, focal: between(roll, 0.75, 1.9) };
    if (clear(camera)) return camera;
  }
};
