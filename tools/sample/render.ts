import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CLIP_CLASSES } from './actors.js';
import { type TrueBox } from './frame.js';
import { DURATION } from './scene.js';
import { ambience } from './sound.js';
import { type Job, type Rendered } from './job.js';

// Renders the sample clip and its true boxes:
//   npx tsx tools/sample/render.ts [--out DIR] [--seed N] [--jobs N] [--start N --frames N --step N] [--stills]
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'assets' },
    seed: { type: 'string', default: '7' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '720' },
    rate: { type: 'string', default: '30' },
    start: { type: 'string', default: '0' },
    frames: { type: 'string' },
    step: { type: 'string', default: '1' },
    noise: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    crf: { type: 'string', default: '25' },
    stills: { type: 'boolean', default: false },
    ffmpeg: { type: 'string', default: process.env['VOVISION_FFMPEG'] ?? 'ffmpeg' },
  },
});

const numbers = (name: 'seed' | 'width' | 'height' | 'rate' | 'start' | 'step' | 'noise' | 'jobs' | 'crf'): number => {
  const value = Number(values[name]);
  if (!Number.isFinite(value)) throw new RangeError(`--${name} expects a number, not '${values[name]}'`);
  return value;
};

const [seed, width, height, rate, jobs] = [numbers('seed'), numbers('width'), numbers('height'), numbers('rate'), numbers('jobs')];
const count = Number(values.frames ?? Math.round(DURATION * rate));
const indices = Array.from({ length: count }, (_, n) => numbers('start') + n * numbers('step'));
const out = resolve(values.out);
mkdirSync(out, { recursive: true });

const sound = join(out, 'sample.wav');
if (!values.stills) writeFileSync(sound, ambience(seed, count / rate));
const picture = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(rate), '-i', 'pipe:0'];
const movie = [
  '-i', sound, '-vf', 'scale=out_color_matrix=bt709:out_range=tv,format=yuv420p',
  '-c:v', 'libx264', '-preset', 'slow', '-crf', values.crf, '-maxrate', '2100k', '-bufsize', '4200k', '-g', '60', '-pix_fmt', 'yuv420p',
  '-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709',
  '-c:a', 'aac', '-b:a', '64k', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact', '-movflags', '+faststart',
  join(out, 'sample.mp4'),
];
const encoder = spawn(values.ffmpeg, ['-y', '-v', 'error', ...picture, ...(values.stills ? [join(out, 'still-%03d.png')] : movie)], { stdio: ['pipe', 'inherit', 'inherit'] });

const began = Date.now();
const frames: (readonly TrueBox[])[] = [];
const waiting = new Map<number, { rendered: Rendered; worker: ChildProcess }>();
let writing = Promise.resolve();
const write = async (): Promise<void> => {
  for (let next = waiting.get(frames.length); next; next = waiting.get(frames.length)) {
    const { rendered, worker } = next;
    waiting.delete(frames.length);
    frames.push(rendered.boxes);
    if (!encoder.stdin.write(rendered.rgb)) await once(encoder.stdin, 'drain');
    if (worker.connected) worker.send('next');
    if (frames.length % 10 === 0) process.stderr.write(`\rframe ${frames.length}/${count}, ${((Date.now() - began) / 1000).toFixed(0)} s `);
  }
};

await Promise.all(
  Array.from({ length: Math.min(jobs, count) }, async (_, first) => {
    const job: Job = { width, height, rate, seed, noise: numbers('noise'), indices, first, stride: Math.min(jobs, count) };
    const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(job)], { serialization: 'advanced' });
    worker.on('message', (message) => {
      const rendered = message as Rendered;
      waiting.set(rendered.n, { rendered, worker });
      writing = writing.then(write);
    });
    await once(worker, 'exit');
  }),
);
await writing;
encoder.stdin.end();
const [code] = (await once(encoder, 'close')) as [number];
rmSync(sound, { force: true });
if (code !== 0 || frames.length !== count) throw new Error(`${frames.length} of ${count} frames were rendered and ffmpeg ended with ${code}.`);
const truth = { width, height, framesPerSecond: rate, classes: CLIP_CLASSES, seed, frames };
writeFileSync(join(out, values.stills ? 'stills.json' : 'sample.json'), `${JSON.stringify(truth).replace(/\]\],\[\[/g, ']],\n[[')}\n`);
process.stderr.write(`\n${count} frames in ${((Date.now() - began) / 1000).toFixed(0)} s to ${out}\n`);
