import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../../electron/engine/inference/cards.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import { modelPx } from '../../../electron/engine/contract/contract.js';
import type { Letterbox } from '../../../electron/engine/media/types.js';

const clip = '../shared/clips/car-detection.mp4';
const letterbox: Letterbox = {
  model: { width: modelPx(256), height: modelPx(256) },
  inner: { width: modelPx(256), height: modelPx(144) },
  left: 0, top: 0, scaleX: 256 / 768, scaleY: 144 / 432, pad: 114,
};

const frame = (): Uint8Array<ArrayBuffer> => {
  const raw = execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-ss', '5', '-i', clip, '-frames:v', '1', '-vf',
    'scale=256:144:flags=bilinear,format=rgb24,pad=256:256:0:0:0x727272', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
  return new Uint8Array(raw);
};

describe.skipIf(!existsSync(clip))('the shipped model', () => {
  it('finds cars', async () => {
    const loaded = await loadModel('models/zoo/first-256.onnx');
    if (loaded.kind !== 'model') throw new Error('unclear');
    const thread = await InferenceThread.start(loaded.model, { provider: 'cpu', threads: 1 });
    let pixels = frame();
    const result = await thread.run(pixels, letterbox, 0.05);
    expect(pixels.byteLength).toBe(0);
    pixels = result.pixels;
    expect(pixels.byteLength).toBe(256 * 256 * 3);
    console.log(Array.from(result.boxes.slice(0, 60)).map((v) => v.toFixed(2)).join(' '), result.boxes.length / 6, result.times);
    const start = performance.now();
    for (let k = 0; k < 50; k++) await thread.run(new Uint8Array(pixels), letterbox, 0.05);
    console.log((performance.now() - start) / 50);
    await thread.dispose();
  });
});
