/* eslint-disable @typescript-eslint/no-non-null-assertion -- whole-picture loops over buffers of one size */

const EXPOSURE = 0.64;
/** Small sensors see colours a little duller than they are. */
const SATURATION = 0.82;

/** Filmic curve (after Narkowicz's fit of ACES) and the sRGB transfer, as a table over linear light 0..8. */
const TABLE = Float32Array.from({ length: 8193 }, (_, i) => {
  const x = (i / 1024) * EXPOSURE;
  const y = Math.min(1, (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14));
  return 255 * (y <= 0.0031308 ? y * 12.92 : 1.055 * y ** (1 / 2.4) - 0.055);
});

const develop = (light: number): number => {
  const at = Math.min(8191, Math.max(0, light * 1024));
  const i = at | 0;
  return TABLE[i]! + (TABLE[i + 1]! - TABLE[i]!) * (at - i);
};

/** What a small camera makes of the light: a soft lens, darker corners, film curve, and noise of its sensor. RGB bytes. */
export const expose = (light: Float32Array, width: number, height: number, seed: number, noise: number): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(width * height * 3);
  let state = (seed * 2654435761) >>> 0 || 1;
  // Sum of four bytes of one 32-bit step: near enough to a bell curve, and fast.
  const grain = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state & 255) + ((state >>> 8) & 255) + ((state >>> 16) & 255) + (state >>> 24) - 510) / 148;
  };
  const [cx, cy, scale] = [width / 2, height / 2, 1 / (width * width)];
  const line = width * 3;
  const pixel = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    const [up, down] = [y > 0 ? -line : 0, y + 1 < height ? line : 0];
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3;
      const [left, right] = [x > 0 ? -3 : 0, x + 1 < width ? 3 : 0];
      const corner = 1 - 0.55 * ((x - cx) ** 2 + (y - cy) ** 2) * scale;
      const shared = grain();
      for (let k = 0; k < 3; k++) {
        const j = i + k;
        pixel[k] = (light[j]! * 0.64 + (light[j + left]! + light[j + right]! + light[j + up]! + light[j + down]!) * 0.09) * corner;
      }
      const grey = pixel[0]! * 0.3 + pixel[1]! * 0.59 + pixel[2]! * 0.11;
      for (let k = 0; k < 3; k++) {
        const j = i + k;
        const v = develop(grey + (pixel[k]! - grey) * SATURATION);
        // Shot noise is strongest in the shadows once they are lifted by the curve.
        const strength = noise * (1.5 + 2.2 * (1 - v / 255));
        out[j] = Math.min(255, Math.max(0, v + strength * (0.75 * shared + 0.55 * grain()) + 0.5));
      }
    }
  }
  return out;
};
