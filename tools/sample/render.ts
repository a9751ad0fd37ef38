import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CLASSES } from './actors.js';
import { expose } from './film.js';
import { Renderer, type TrueBox } from './frame.js';
import { actors, CAMERA, DURATION, street } from './scene.js';

// Renders the sample clip and its true boxes: npx tsx tools/sample/render.ts [--out DIR] [--seed N] [--frames N] [--start N] [--stills]
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'assets' },
    seed: { type: 'string', default: '7' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '720' },
    rate: { type: 'string', default: '30' },
    frames: { type: 'string' },
    start: { type: 'string', default: '0' },
    step: { type: 'string', default: '1' },
    noise: { type: 'string', default: '1' },
    stills: { type: 'boolean', default: false },
    ffmpeg: { type: 'string', default: process.env['VOVISION_FFMPEG'] ?? 'ffmpeg' },
  },
});

const [seed, width, height, rate, start, step] = [values.seed, values.width, values.height, values.rate, values.start, values.step].map(Number) as [number, number, number, number, number, number];
const count = Number(values.frames ?? Math.round(DURATION * rate));
const out = resolve(values.out);
mkdirSync(out, { recursive: true });

const began = Date.now();
const renderer = new Renderer(width, height, CAMERA, street(seed), actors(seed));
process.stderr.write(`street ${((Date.now() - began) / 1000).toFixed(1)} s\n`);

const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(rate), '-i', 'pipe:0'];
const target = values.stills
  ? [join(out, 'still-%03d.png')]
  : ['-c:v', 'libx264', '-preset', 'slow', '-crf', '16', '-pix_fmt', 'yuv420p', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-vf', 'scale=out_color_matrix=bt709', join(out, 'picture.mp4')];
const encoder = spawn(values.ffmpeg, ['-y', '-v', 'error', ...raw, ...target], { stdio: ['pipe', 'inherit', 'inherit'] });

const frames: TrueBox[][] = [];
for (let n = 0; n < count; n++) {
  const index = start + n * step;
  // Half the frame time open, as film cameras are.
  const { light, boxes } = renderer.frame(index / rate, 0.5 / rate);
  frames.push(boxes);
  if (!encoder.stdin.write(expose(light, width, height, seed * 100_003 + index + 1, Number(values.noise)))) await once(encoder.stdin, 'drain');
  if (n % 10 === 9) process.stderr.write(`\rframe ${n + 1}/${count}, ${((Date.now() - began) / 1000).toFixed(0)} s`);
}
encoder.stdin.end();
const [code] = (await once(encoder, 'close')) as [number];
process.stderr.write(`\n${((Date.now() - began) / 1000).toFixed(0)} s, ffmpeg ended with ${code}; ${dirname(out)}\n`);
const truth = { width, height, framesPerSecond: rate, classes: CLASSES, seed, frames };
writeFileSync(join(out, values.stills ? 'stills.json' : 'sample.json'), JSON.stringify(truth).replace(/\]\],\[\[/g, ']],\n[['));
if (code !== 0) process.exit(1);
