// What a model finds on the clips that are not part of the project, as figures, a table and annotated stills:
//   npm run clips -- MODEL.onnx|ID [--out FOLDER] [--clips FOLDER] [--confidence 0.4] [--json]
// Without --confidence it is that of the model's card.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { usualMinScore } from '../../electron/engine/contract/contract.js';
import { figuresOf, framesToShow, type ClipFigures } from './figures.js';
import { analyse, cardConfidence, writeStill } from './run.js';
import { clips } from './table.js';

/** Stills of each clip, and the confidences that are compared. */
const stills = 4;
const compared = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6];

type Row = ClipFigures & { readonly file: string; readonly framesPerSecond: number; readonly stills: readonly string[]; readonly byConfidence: readonly (ClipFigures & { readonly confidence: number })[] };

const columns = ['clip', 'frames', 'found', 'longest gap', 'boxes a frame', 'frames with anything else'];

const cells = (file: string, { frames, there, boxesPerFrame, wrong, classes }: ClipFigures): readonly string[] => [
  file, String(frames), there.map(({ name, frames: of, found }) => `${name} in ${found} of ${of}`).join(', '),
  there.map(({ longestGap }) => String(longestGap)).join(', '), boxesPerFrame.toFixed(2),
  wrong === 0 ? '0' : `${wrong} (${Object.entries(classes).filter(([name]) => !there.some((each) => each.name === name)).map(([name, count]) => `${name} ${count}`).join(', ')})`,
];

const table = (lines: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');

const readme = (model: string, confidence: number, rows: readonly Row[]): string => [
  `# ${model} on real clips`, '', `Boxes of confidence ${confidence} and more. "Found" is in how many of the frames in which the thing can be seen.`, '',
  table(rows.map((row) => cells(row.file, row))), '',
  ...rows.flatMap((row) => row.stills.length === 0 ? [] : [
    `## ${row.file}`, `From ${clips.find(({ file }) => file === row.file)?.credit ?? ''}; boxes and labels were added. Of each quarter of the clip the frame that shows most of what is there.`, '',
    ...row.stills.map((file) => `![${basename(file, '.jpg')}](${file})`), '',
  ]),
].join('\n');

const { values, positionals: [model] } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, clips: { type: 'string' }, confidence: { type: 'string' }, json: { type: 'boolean' } },
});
const folder = resolve(values.clips ?? fileURLToPath(new URL('../../../shared/clips', import.meta.url)));
if (model === undefined || !existsSync(folder)) {
  console.error(model === undefined ? 'Name a model: npm run clips -- MODEL.onnx --out FOLDER' : `There is no folder ${folder}; name it with --clips.`);
  process.exit(2);
}
const confidence = Number(values.confidence ?? (await cardConfidence(model)) ?? usualMinScore);
if (!(confidence >= 0 && confidence <= 1)) {
  console.error(`--confidence is ${String(values.confidence)}; it must be from 0 to 1.`);
  process.exit(2);
}
if (values.out !== undefined) await mkdir(values.out, { recursive: true });
const temporary = await mkdtemp(join(tmpdir(), 'vovision-clips-'));
const rows: Row[] = [];
try {
  for (const clip of clips.filter(({ file }) => existsSync(join(folder, file)))) {
    const path = join(folder, clip.file);
    const analysed = await analyse(path, model, temporary);
    const shown: string[] = [];
    for (const [n, at] of (values.out === undefined ? [] : framesToShow(analysed.frames, clip, confidence, stills)).entries()) {
      const name = `${basename(clip.file, extname(clip.file))}-${n + 1}.jpg`;
      await writeStill(path, analysed, at, confidence, join(values.out ?? '', name));
      shown.push(name);
    }
    rows.push({
      file: clip.file, framesPerSecond: analysed.framesPerSecond, ...figuresOf(analysed.frames, clip, confidence), stills: shown,
      byConfidence: compared.map((each) => ({ confidence: each, ...figuresOf(analysed.frames, clip, each) })),
    });
    console.error(`${clip.file}: ${analysed.frames.length} frames`);
  }
} finally {
  await rm(temporary, { recursive: true, force: true });
}
const name = basename(model, '.onnx');
const answer = { model: name, confidence, clips: rows };
if (values.out !== undefined) {
  await writeFile(join(values.out, 'clips.json'), `${JSON.stringify(answer, null, 2)}\n`);
  await writeFile(join(values.out, 'README.md'), readme(name, confidence, rows));
}
if (values.json === true) console.log(JSON.stringify(answer));
else {
  console.log(`${name}, confidence ${confidence}\n\n${table(rows.map((row) => cells(row.file, row)))}`);
  for (const row of rows) console.log(`\n${row.file} by confidence\n${table(row.byConfidence.map((each) => cells(String(each.confidence), each)))}`);
}
