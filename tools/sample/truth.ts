import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type TrueBox } from './frame.js';
import { LabelledSet } from './labels.js';

// Turns the clip and its truth into pictures and a COCO file, to measure detectors on: FOLDER/sample.json and FOLDER/*.png
//   npx tsx tools/sample/truth.ts --out FOLDER [--step 5] [--strict]
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    step: { type: 'string', default: '5' },
    strict: { type: 'boolean', default: false },
    ffmpeg: { type: 'string', default: process.env['VOVISION_FFMPEG'] ?? 'ffmpeg' },
  },
});
if (values.out === undefined) throw new RangeError('--out expects a folder');
const step = Number(values.step);
if (!Number.isInteger(step) || step < 1) throw new RangeError(`--step expects a whole number from 1, not '${values.step}'`);

type Truth = { readonly width: number; readonly height: number; readonly classes: readonly string[]; readonly frames: readonly (readonly TrueBox[])[] };
const asset = (name: string): string => fileURLToPath(new URL(`../../assets/${name}`, import.meta.url));
const truth = JSON.parse(readFileSync(asset('sample.json'), 'utf8')) as Truth;
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
execFileSync(values.ffmpeg, ['-y', '-v', 'error', '-i', asset('sample.mp4'), '-vf', `select=not(mod(n\\,${step}))`, '-vsync', '0', '-start_number', '0', join(out, '%03d.png')]);

const set = new LabelledSet(truth.classes, [], values.strict);
truth.frames.filter((_, n) => n % step === 0).forEach((boxes, n) =>
  set.add({ file_name: `${String(n).padStart(3, '0')}.png`, source: 'sample', width: truth.width, height: truth.height }, boxes));
writeFileSync(join(out, values.strict ? 'sample-strict.json' : 'sample.json'), JSON.stringify(set.content));
process.stderr.write(`${set.content.images.length} frames; ${JSON.stringify(set.counts())}\n`);
