/**
 * Makes models/zoo of what trainings left: npm run zoo [-- --data DATA --out models/zoo --only ROW]. For every row of rows.ts
 * it writes the model in float32, float16 and int8, with cards that say what was measured here.
 * The same weights give the same files but for the times.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { detectorCard, openTraining, trainedWeights } from '../../electron/cli/trained-detector.js';
import { writeWhole } from '../../electron/cli/write-whole.js';
import { hostChildren } from '../../electron/engine/children.js';
import { infoOf } from '../../electron/engine/inference/card.js';
import type { Model, ModelCard } from '../../electron/engine/inference/types.js';
import { locateTools } from '../../electron/engine/media/locate.js';
import type { MediaTools } from '../../electron/engine/media/types.js';
import { quantizeModel } from '../../electron/engine/quantize/quantize.js';
import { timeForms } from '../../electron/engine/quantize/time-forms.js';
import { programRoot } from '../../electron/host/program.js';
import { networkCost } from '../../models/cost/cost.js';
import { detectorNetwork } from '../../models/detector/detector.js';
import { findDetector, usualClasses } from '../../models/detector/rows.js';
import { toDetectorOnnx } from '../../models/detector/to-onnx.js';
import { writeModel } from '../../models/onnx/write.js';
import { notesOf, zooCard } from './card.js';
import { measureAccuracy, type Measured } from './measure.js';
import { calibrationArchives, calibrationPictures, leastConfidence, stemOf, titleOf, zooForms, zooRows, type ZooForm, type ZooRow } from './rows.js';

const say = (line: string): void => console.log(line);

type Setting = { readonly data: string; readonly tools: MediaTools; readonly signal: AbortSignal };
type Made = { readonly form: ZooForm; readonly bytes: Uint8Array; readonly card: Readonly<Record<string, unknown>>; readonly model: Model };
type ZooFile = { readonly name: string; readonly bytes: Uint8Array };

const place = async (folder: string, form: ZooForm, bytes: Uint8Array, card: Readonly<Record<string, unknown>>): Promise<Made> => {
  const path = join(folder, `${form}.onnx`);
  await writeFile(path, bytes);
  const parsed = card as ModelCard;
  return { form, bytes, card, model: { path, card: parsed, info: infoOf(parsed, form, bytes.length, 'elsewhere') } };
};

/** All files of one row. */
const makeRow = async (row: ZooRow, { data, tools, signal }: Setting): Promise<readonly ZooFile[]> => {
  const detector = findDetector(row.detector);
  if (detector === null) throw new Error(`There is no detector ${row.detector}.`);
  const training = await openTraining(join(programRoot, row.weights));
  const notes = notesOf(training, row);
  const classes = training.classes ?? usualClasses;
  const network = detectorNetwork(detector, classes.length, { width: row.size, height: row.size });
  const { parameters, multiplyAdds } = networkCost(network);
  const folder = await mkdtemp(join(tmpdir(), 'vovision-zoo-'));
  try {
    const whole = writeModel(toDetectorOnnx(network, trainedWeights(network, training), { classes, metadata: { weights: training.hash } }));
    const original = await place(folder, 'float32', whole, detectorCard(network, { classes, bytes: whole, name: titleOf(row, detector), source: '' }));
    const made: Made[] = [original];
    for (const form of zooForms) {
      if (form === 'float32') continue;
      const { bytes, card, verdict } = await quantizeModel({
        model: original.model, to: form, material: { kind: 'pictures', roots: calibrationArchives.map((name) => join(data, name)) },
        calibratedOn: `those it was trained on (${calibrationArchives.join(', ')})`,
        tools, frames: calibrationPictures, keep: [], signal, progress: () => undefined,
      });
      say(`  ${form}: ${verdict}`);
      made.push(await place(folder, form, bytes, card));
    }
    const measured = new Map<ZooForm, Measured>();
    for (const { form, model } of made) {
      const all = await measureAccuracy(model, data, tools, signal);
      say(`  ${form}: ${all.sets.map(({ source, ap50, ap }) => `${source} AP50 ${ap50.all.toFixed(4)}, AP ${ap.all.toFixed(4)}`).join('; ')}; confidence ${all.confidence ?? 'none'}`);
      measured.set(form, all);
    }
    const times = await timeRow(made, folder, signal);
    const [before, originalTime] = [measured.get('float32')?.sets ?? [], times.get('float32') ?? Number.NaN];
    // Scores of all forms mean the same, and small differences would put one of them a step lower.
    const recommended = measured.get('float32')?.confidence ?? null;
    const confidence = recommended === null ? null : Math.max(recommended, leastConfidence);
    return made.flatMap(({ form, bytes, card }): readonly ZooFile[] => {
      const time = times.get(form) ?? Number.NaN;
      const accuracy = measured.get(form)?.sets ?? [];
      say(`  ${form}: ${time.toFixed(2)} ms, ${(originalTime / time).toFixed(2)} times as fast as float32, ${bytes.length} bytes`);
      const text = zooCard({
        row, form, card, training, notes, sizes: { parameters, multiplyAdds, bytes: bytes.length }, accuracy, confidence, original: before, time, originalTime,
      });
      const stem = stemOf(row.id, form);
      return [{ name: `${stem}.onnx`, bytes }, { name: `${stem}.json`, bytes: new TextEncoder().encode(`${JSON.stringify(text, null, 2)}\n`) }];
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

/** Median ms of one picture of each form on the CPU, all in one run by turns. */
const timeRow = async (made: readonly Made[], folder: string, signal: AbortSignal): Promise<ReadonlyMap<ZooForm, number>> => {
  const times = new Map<ZooForm, number>();
  await timeForms(made.map(({ form, model }) => ({ form: form === 'float32' ? 'original' : form, model })), {
    providers: ['cpu'], startChild: hostChildren, folder, progress: () => undefined, signal,
    onTimes: (form, [first]) => {
      if (first === undefined || first.time === null) throw new Error(`${form} could not be timed: ${first?.error ?? 'it was left out.'}`);
      times.set(form === 'original' ? 'float32' : form, first.time);
    },
  });
  return times;
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: join(programRoot, '../shared/data') }, out: { type: 'string', default: join(programRoot, 'models/zoo') },
      only: { type: 'string' },
    },
  });
  if (values.only !== undefined && zooRows.every(({ id }) => id !== values.only)) throw new Error(`There is no row ${values.only}: there are ${zooRows.map(({ id }) => id).join(', ')}.`);
  for (const name of ['val.json', ...calibrationArchives]) {
    if (!existsSync(join(values.data, name))) throw new Error(`There is no ${name} in ${values.data}: name the folder of labelled pictures with --data.`);
  }
  const zoo = resolve(values.out);
  await mkdir(zoo, { recursive: true });
  const setting: Setting = { data: values.data, tools: await locateTools(), signal: new AbortController().signal };
  const kept = new Set<string>();
  for (const row of zooRows) {
    const names = zooForms.flatMap((form) => ['onnx', 'json'].map((ending) => `${stemOf(row.id, form)}.${ending}`));
    if (values.only !== undefined && row.id !== values.only) {
      names.forEach((name) => kept.add(name));
      continue;
    }
    const weights = await stat(join(programRoot, row.weights)).catch(() => null);
    if (weights === null) {
      say(`${row.id}: left out, since there is no ${row.weights}`);
      continue;
    }
    say(`${row.id}: of ${row.weights}`);
    const files = await makeRow(row, setting);
    for (const { name, bytes } of files) {
      const path = join(zoo, name);
      const before = await readFile(path).catch(() => null);
      await writeWhole(path, bytes);
      say(`  ${relative(programRoot, path)}: ${before === null ? 'new' : before.equals(bytes) ? 'as it was' : 'changed'}`);
    }
    names.forEach((name) => kept.add(name));
  }
  for (const name of await readdir(zoo)) if (!kept.has(name)) say(`${relative(programRoot, join(zoo, name))} is of no row that was made, and stays.`);
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
