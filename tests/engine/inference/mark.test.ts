import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { displayPx, modelPx } from '../../../electron/engine/contract/contract.js';
import { loadModel } from '../../../electron/engine/inference/cards.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { buildMarkModel } from '../../models/mark.js';

describe('the mark model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mark-'));
  let thread: InferenceThread;

  beforeAll(async () => {
    const loaded = await loadModel(await buildMarkModel(folder));
    if (loaded.kind !== 'model') throw new Error('The card was not read.');
    thread = await InferenceThread.start(loaded.model, { provider: 'cpu', threads: 1 });
  });
  afterAll(async () => {
    await thread.dispose();
    rmSync(folder, { recursive: true });
  });

  const fit = letterbox({ width: displayPx(640), height: displayPx(360) }, { width: modelPx(320), height: modelPx(192) }, 'top-left', 114);

  /** Grey pictures, each with black and white patches and one coloured square, as rgb24. */
  const pictures = (colour: readonly number[], places: readonly (readonly [number, number])[], side: number): Buffer => {
    const all = Buffer.alloc(places.length * 640 * 360 * 3, 128);
    const fill = (n: number, [x, y]: readonly [number, number], size: number, rgb: readonly number[]): void => {
      for (let row = y; row < Math.min(360, y + size); row++) {
        for (let column = x; column < Math.min(640, x + size); column++) all.set(rgb, ((n * 360 + row) * 640 + column) * 3);
      }
    };
    places.forEach((place, n) => {
      fill(n, [0, 340], 20, [255, 255, 255]);
      fill(n, [20, 340], 20, [0, 0, 0]);
      fill(n, place, side, colour);
    });
    return all;
  };

  it.each([
    ['magenta', [255, 0, 255]], ['red', [255, 0, 0]], ['green', [32, 224, 32]], ['blue', [0, 0, 255]],
  ] as const)('finds a %s square in compressed frames within 2 display pixels, wherever it is', async (_, colour) => {
    const clip = join(folder, 'clip.mp4');
    // Odd positions and a size that no scaling divides evenly.
    const at = (n: number): [number, number] => [7 + 61 * n, 5 + 37 * n];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '640x360', '-r', '10', '-i', '-',
      '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '28', clip], { input: pictures(colour, Array.from({ length: 9 }, (__, n) => at(n)), 45) });
    const raw = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', clip, '-vf',
      'scale=320:180:flags=bilinear,format=rgb24,pad=320:192:0:0:0x727272', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 28 });
    const size = 320 * 192 * 3;
    expect(raw.length).toBe(9 * size);
    for (let n = 0; n < 9; n++) {
      const { boxes: found } = await thread.run(new Uint8Array(raw.subarray(n * size, (n + 1) * size)), fit, 0.5);
      const [x, y] = at(n);
      expect(found.length).toBe(6);
      const truth = [x, y, Math.min(640, x + 45), Math.min(360, y + 45)];
      truth.forEach((value, k) => expect(Math.abs((found[k] ?? 0) - value)).toBeLessThan(1));
      expect(found[4]).toBe(1);
    }
  });

  it('finds nothing in a grey picture', async () => {
    const { boxes } = await thread.run(new Uint8Array(320 * 192 * 3).fill(120), fit, 0.05);
    expect(boxes.length).toBe(0);
  });
});
