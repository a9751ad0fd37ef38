import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { fixedDetector, pictureSize, truth } from '../../models/detectors.js';
import { answerOf, temporaryFolder, vovision } from './run.js';

let folder = '';
let clip = '';

beforeAll(async () => {
  folder = await temporaryFolder();
  clip = join(folder, 'clip.mp4');
  const { ffmpeg } = await locateTools();
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', 'color=gray:s=640x512:r=10', '-frames:v', '2', clip]);
});

/** Always finds a box of 0.9 and one of 0.6. */
const modelOf = (name: string, more: { readonly confidence?: number }): string => {
  const bytes = fixedDetector({
    outputs: [
      { name: 'boxes', dims: [1, truth.length, 4], values: truth.flatMap(({ box }) => [...box]) },
      { name: 'scores', dims: [1, truth.length, 2], values: truth.flatMap(({ score, classId }) => [0, 1].map((c) => (c === classId ? score : 0))) },
    ],
  });
  writeFileSync(join(folder, `${name}.onnx`), bytes);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({
    version: 1, name, classes: ['a', 'b'],
    input: { name: 'images', ...pictureSize, layout: 'nchw', type: 'float32', colour: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], fit: 'top-left', pad: 114 },
    head: { kind: 'boxes-scores', outputs: { boxes: 'boxes', scores: 'scores' } },
    licence: null, source: null, hash: createHash('sha256').update(bytes).digest('hex'), ...more,
  }));
  return join(folder, `${name}.onnx`);
};

/** How many of the two boxes, [400, 200, 160, 80] and [64, 128, 128, 192] of left, top, width, height, are drawn on the grey picture. */
const drawn = async (data: string, ...words: readonly string[]): Promise<number> => {
  const file = join(await temporaryFolder(), 'drawn.mov');
  const ran = await vovision(['export', clip, ...words, '--no-labels', '--codec', 'prores', '-o', file], { env: { VOVISION_DATA: data } });
  expect(ran.code, ran.stderr).toBe(0);
  const { ffmpeg } = await locateTools();
  const { stdout } = await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { encoding: 'buffer' });
  // Rows through the middle of each: its sides are coloured, all else is grey.
  const coloured = (y: number, from: number, to: number): boolean => {
    const row = stdout.subarray((y * 640 + from) * 3, (y * 640 + to) * 3);
    return row.some((value, at) => at % 3 > 0 && Math.abs(value - row[at - 1]!) > 40);
  };
  return [coloured(240, 380, 580), coloured(224, 40, 220)].filter(Boolean).length;
};

describe('an export where no confidence is asked for', () => {
  it('draws what the card of the model says; --min-score wins', async () => {
    const data = await temporaryFolder();
    const named = ['--model', modelOf('careful', { confidence: 0.7 }), '--provider', 'cpu'];
    expect(await drawn(data, ...named)).toBe(1);
    expect(await drawn(data, ...named, '--min-score', '0.5')).toBe(2);
  });

  it('does so of an analysis that was made before, while the model is known', async () => {
    const data = await temporaryFolder();
    const named = ['--model', modelOf('earlier', { confidence: 0.7 }), '--provider', 'cpu'];
    const analysed = await vovision(['analyze', clip, ...named, '--out', data, '--json'], { env: { VOVISION_DATA: data } });
    const results = answerOf(analysed)['results'] as string;
    expect(await drawn(data, '--results', results)).toBe(1);
    expect(await drawn(await temporaryFolder(), '--results', results)).toBe(2);
  });

  it('draws all from 0.4 on where the card says none', async () => {
    const named = ['--model', modelOf('plain', {}), '--provider', 'cpu'];
    expect(await drawn(await temporaryFolder(), ...named)).toBe(2);
  });
});
