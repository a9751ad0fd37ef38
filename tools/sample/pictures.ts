import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usualClasses } from '../../models/detector/rows.js';
import { anyCamera, CAST_SECONDS, casts } from './casts.js';
import { expose } from './film.js';
import { HALF_PASSES, Renderer } from './frame.js';
import { LabelledSet } from './labels.js';
import { random } from './math.js';
import { street } from './scene.js';
import { pictureSeeds } from './seeds.js';
import { zipOf } from './zip.js';

// Renders labelled pictures of other streets than the clip's, to train on: FOLDER/street.json and FOLDER/street.zip
//   npx tsx tools/sample/pictures.ts --out FOLDER [--scenes N] [--casts N] [--first-seed N]
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    scenes: { type: 'string', default: '50' },
    casts: { type: 'string', default: '14' },
    'first-seed': { type: 'string', default: '1000' },
    ffmpeg: { type: 'string', default: process.env['VOVISION_FFMPEG'] ?? 'ffmpeg' },
  },
});
if (values.out === undefined) throw new RangeError('--out expects a folder');
const [scenes, many] = [Number(values.scenes), Number(values.casts)];
if (!(scenes >= 1) || !(many >= 1)) throw new RangeError('--scenes and --casts expect numbers from 1');

const SHAPES = [[416, 234], [416, 234], [416, 312]] as const;
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const set = new LabelledSet(usualClasses, ['potted plant']);
const members: [string, Uint8Array][] = [];
const began = Date.now();

for (const seed of pictureSeeds(Number(values['first-seed']), scenes)) {
  const roll = random(seed ^ 0x91c7);
  const [width, height] = SHAPES[Math.floor(roll() * SHAPES.length)] ?? SHAPES[0];
  const camera = anyCamera(roll);
  const renderer = new Renderer(width, height, camera, street(seed), casts(seed, camera, many), HALF_PASSES);
  const folder = mkdtempSync(join(tmpdir(), 'street-'));
  const encoder = spawn(values.ffmpeg, [
    '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-i', 'pipe:0',
    '-q:v', '3', '-pix_fmt', 'yuvj420p', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', join(folder, `${seed}-%02d.jpg`),
  ], { stdio: ['pipe', 'inherit', 'inherit'] });
  const closed = once(encoder, 'close');
  for (let n = 0; n < many; n++) {
    const { light, boxes } = renderer.frame(n * CAST_SECONDS, 1 / (30 + 90 * roll()));
    // Brighter or darker, warmer or colder: the sun itself stands still.
    const [gain, warm] = [2 ** (1.7 * roll() - 0.95), 0.36 * roll() - 0.14];
    const tint = [gain * (1 + warm), gain, gain * (1 - warm)];
    for (let i = 0; i < light.length; i++) light[i] = (light[i] ?? 0) * (tint[i % 3] ?? 1);
    if (!encoder.stdin.write(expose(light, width, height, seed * 1009 + n, 0.4 + 1.8 * roll()))) await once(encoder.stdin, 'drain');
    set.add({ file_name: `${seed}-${String(n + 1).padStart(2, '0')}.jpg`, archive: 'street.zip', source: 'street', width, height }, boxes);
  }
  encoder.stdin.end();
  const [code] = (await closed) as [number | null];
  const names = readdirSync(folder).sort();
  if (code !== 0 || names.length !== many) throw new Error(`${names.length} of ${many} pictures were written and ffmpeg ended with ${code}.`);
  members.push(...names.map((name): [string, Uint8Array] => [name, readFileSync(join(folder, name))]));
  rmSync(folder, { recursive: true });
  process.stderr.write(`\r${members.length} of ${scenes * many} pictures, ${((Date.now() - began) / 1000).toFixed(0)} s `);
}

writeFileSync(join(out, 'street.zip'), zipOf(members));
writeFileSync(join(out, 'street.json'), JSON.stringify(set.content));
process.stderr.write(`\n${JSON.stringify(set.counts())}\n`);
