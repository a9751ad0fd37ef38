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
import { random, type Roll } from './math.js';
import { street } from './scene.js';
import { pictureSeeds } from './seeds.js';
import { table } from './table.js';
import { zipOf } from './zip.js';

// Renders labelled pictures of other streets than the clip's and of bottles on tables, to train on: FOLDER/street.json and FOLDER/street.zip
//   npx tsx tools/sample/pictures.ts --out FOLDER [--scenes N] [--casts N] [--tables N] [--layings N] [--first-seed N]
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    scenes: { type: 'string', default: '50' },
    casts: { type: 'string', default: '14' },
    tables: { type: 'string', default: '25' },
    layings: { type: 'string', default: '8' },
    'first-seed': { type: 'string', default: '1000' },
    ffmpeg: { type: 'string', default: process.env['VOVISION_FFMPEG'] ?? 'ffmpeg' },
  },
});
if (values.out === undefined) throw new RangeError('--out expects a folder');
const [scenes, shows, tables, layings] = [Number(values.scenes), Number(values.casts), Number(values.tables), Number(values.layings)];
if (!(scenes >= 0) || !(tables >= 0) || !(scenes + tables >= 1)) throw new RangeError('--scenes and --tables expect numbers from 0, one of them from 1');
if (!(shows >= 1) || !(layings >= 1)) throw new RangeError('--casts and --layings expect numbers from 1');

const SHAPES = [[416, 234], [416, 234], [416, 312]] as const;
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const set = new LabelledSet(usualClasses, ['potted plant']);
const members: [string, Uint8Array][] = [];
const began = Date.now();

type Shoot = {
  readonly source: 'street' | 'table';
  readonly seed: number;
  readonly count: number;
  readonly roll: Roll;
  /** Of the exposure and of red to blue, on top of what is drawn at random. */
  readonly gain: number;
  readonly warmth: number;
  readonly unlabelled: readonly string[];
};

/** Takes the pictures of one scene, one for each moment `n * CAST_SECONDS`. */
const shoot = async (renderer: Renderer, { source, seed, count, roll, gain: bright, warmth, unlabelled }: Shoot): Promise<void> => {
  const { width, height } = renderer;
  const name = source === 'street' ? String(seed) : `table-${seed}`;
  const folder = mkdtempSync(join(tmpdir(), 'street-'));
  const encoder = spawn(values.ffmpeg, [
    '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-i', 'pipe:0',
    '-q:v', '3', '-pix_fmt', 'yuvj420p', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', join(folder, `${name}-%02d.jpg`),
  ], { stdio: ['pipe', 'inherit', 'inherit'] });
  const closed = once(encoder, 'close');
  for (let n = 0; n < count; n++) {
    const { light, boxes } = renderer.frame(n * CAST_SECONDS, 1 / (30 + 90 * roll()));
    // Brighter or darker, warmer or colder: the sun itself stands still.
    const [gain, warm] = [bright * 2 ** (1.7 * roll() - 0.95), warmth + 0.36 * roll() - 0.14];
    const tint = [gain * (1 + warm), gain, gain * (1 - warm)];
    for (let i = 0; i < light.length; i++) light[i] = (light[i] ?? 0) * (tint[i % 3] ?? 1);
    if (!encoder.stdin.write(expose(light, width, height, seed * 1009 + n, 0.4 + 1.8 * roll()))) await once(encoder.stdin, 'drain');
    set.add({ file_name: `${name}-${String(n + 1).padStart(2, '0')}.jpg`, archive: 'street.zip', source, width, height }, boxes, unlabelled);
  }
  encoder.stdin.end();
  const [code] = (await closed) as [number | null];
  const names = readdirSync(folder).sort();
  if (code !== 0 || names.length !== count) throw new Error(`${names.length} of ${count} pictures were written and ffmpeg ended with ${code}.`);
  members.push(...names.map((each): [string, Uint8Array] => [each, readFileSync(join(folder, each))]));
  rmSync(folder, { recursive: true });
  process.stderr.write(`\r${members.length} of ${scenes * shows + tables * layings} pictures, ${((Date.now() - began) / 1000).toFixed(0)} s `);
};

const anyShape = (roll: Roll): readonly [width: number, height: number] => SHAPES[Math.floor(roll() * SHAPES.length)] ?? SHAPES[0];

for (const seed of pictureSeeds(Number(values['first-seed']), scenes)) {
  const roll = random(seed ^ 0x91c7);
  const [width, height] = anyShape(roll);
  const camera = anyCamera(roll);
  const renderer = new Renderer(width, height, camera, street(seed), casts(seed, camera, shows), HALF_PASSES);
  await shoot(renderer, { source: 'street', seed, count: shows, roll, gain: 1, warmth: 0, unlabelled: [] });
}

for (const seed of pictureSeeds(Number(values['first-seed']), tables)) {
  const roll = random(seed ^ 0x5e7d);
  const [width, height] = anyShape(roll);
  const { camera, still, actors, glazing, indoors } = table(seed, layings);
  const renderer = new Renderer(width, height, camera, still, actors, HALF_PASSES);
  glazing.behind = (place, right, up, light) => { renderer.behind(place, right, up, light); };
  // Lamps make up for the sky, and are warmer.
  await shoot(renderer, { source: 'table', seed, count: layings, roll, gain: indoors ? 2.2 : 1, warmth: indoors ? 0.15 : 0, unlabelled: ['dining table'] });
}

writeFileSync(join(out, 'street.zip'), zipOf(members));
writeFileSync(join(out, 'street.json'), JSON.stringify(set.content));
process.stderr.write(`\n${JSON.stringify(set.counts())}\n`);
