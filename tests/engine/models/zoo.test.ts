import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayPx, modelPx } from '../../../electron/engine/contract/contract.js';
import { listModels } from '../../../electron/engine/inference/cards.js';
import { madeUpPicture } from '../../../electron/engine/inference/picture.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { networkCost } from '../../../models/cost/cost.js';
import { detectorNetwork } from '../../../models/detector/detector.js';
import { findDetector } from '../../../models/detector/rows.js';
import { modelInputs, modelOutputs, readModel } from '../../../models/onnx/read.js';
import { measuredSources, sourceText, stemOf, titleOf, zooForms, zooRows } from '../../../tools/zoo/rows.js';
import { root, temporaryFolder, vovision } from '../cli/run.js';

type Precisions = Readonly<Record<string, number | null>>;
type Card = {
  readonly name: string; readonly classes: readonly string[]; readonly hash: string; readonly source: string; readonly licence: string; readonly network: string;
  readonly sizes: Readonly<Record<'parameters' | 'multiplyAdds' | 'bytes', number>>;
  readonly training: { readonly hash: string; readonly seed: number; readonly recipe: string; readonly steps: number };
  readonly accuracy: { readonly sets: readonly { readonly source: string; readonly pictures: number; readonly ap50: Precisions; readonly ap: Precisions; readonly lost?: Readonly<Record<'ap50' | 'ap', number>> }[] };
  readonly speed: { readonly milliseconds: number; readonly processor: string; readonly threads: number; readonly originalMilliseconds?: number; readonly ratio?: number };
  readonly quantization?: { readonly to: string; readonly from: { readonly hash: string } };
  readonly knownFaults: readonly string[]; readonly stills?: readonly string[];
};

const zoo = join(root, 'models/zoo');
const rows = zooRows.filter(({ weights }) => existsSync(join(root, weights)));
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const cardOf = (stem: string): Card => JSON.parse(readFileSync(join(zoo, `${stem}.json`), 'utf8')) as Card;
/** Precisions are written with four digits. */
const digit = 1.1e-4;

describe('the zoo', () => {
  it('holds the three forms of every row that was trained, and nothing else', () => {
    const expected = rows.flatMap(({ id }) => zooForms.flatMap((form) => [`${stemOf(id, form)}.json`, `${stemOf(id, form)}.onnx`]));
    expect(readdirSync(zoo).sort()).toEqual(expected.sort());
    expect(rows.map(({ id }) => id)).toContain('vovdet-nano');
  });

  it('is listed float32 first, all as models of the program', async () => {
    const listed = await listModels(zoo, join(zoo, 'none'));
    expect(listed.map(({ info }) => info.id)).toEqual(rows.flatMap(({ id }) => zooForms.map((form) => stemOf(id, form))));
    expect(listed.every(({ info }) => info.shipped && info.figures.accuracy.length === measuredSources.length && info.figures.speed !== null)).toBe(true);
    expect(listed.map(({ info }) => info.made?.to ?? 'float32')).toEqual(rows.flatMap(() => [...zooForms]));
  });
});

describe.each(rows)('$id', (row) => {
  const detector = findDetector(row.detector)!;
  const original = cardOf(row.id);

  it('is the graph that “models build” makes of the weights that are kept', async () => {
    const output = join(await temporaryFolder(), 'built.onnx');
    const ran = await vovision(['models', 'build', row.detector, '--size', String(row.size), '--weights', join(root, row.weights), '-o', output]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(readFileSync(output).equals(readFileSync(join(zoo, `${row.id}.onnx`))), 'the zoo is older than its weights: npm run zoo').toBe(true);
    expect(original.training.hash).toBe(hashOf(join(root, row.weights)));
  });

  it.each(zooForms)('as %s has a complete card of its own file', (form) => {
    const stem = stemOf(row.id, form);
    const card = cardOf(stem);
    const path = join(zoo, `${stem}.onnx`);
    expect([card.hash, card.sizes.bytes]).toEqual([hashOf(path), statSync(path).size]);
    const { parameters, multiplyAdds } = networkCost(detectorNetwork(detector, card.classes.length, { width: row.size, height: row.size }));
    expect(card.sizes).toMatchObject({ parameters, multiplyAdds });
    expect(card).toMatchObject({
      name: form === 'float32' ? titleOf(row, detector) : `${titleOf(row, detector)} · ${form}`, network: row.id, licence: 'MIT', source: sourceText(row),
      training: original.training, knownFaults: row.knownFaults,
    });
    expect([card.training.seed, card.training.steps].every(Number.isInteger)).toBe(true);
    expect(card.stills ?? []).toEqual(row.stills);
    for (const still of row.stills) expect(existsSync(join(root, still)), still).toBe(true);
    expect(card.quantization === undefined ? null : [card.quantization.to, card.quantization.from.hash]).toEqual(form === 'float32' ? null : [form, original.hash]);

    const { milliseconds, processor, threads, ratio, originalMilliseconds } = card.speed;
    expect(milliseconds).toBeGreaterThan(0);
    expect(threads).toBeGreaterThanOrEqual(1);
    expect(processor).not.toBe('');
    if (form !== 'float32') expect([originalMilliseconds, (ratio! * milliseconds) / originalMilliseconds!]).toEqual([original.speed.milliseconds, expect.closeTo(1, 1)]);
  });

  it.each(zooForms)('as %s says its accuracy of each source and class, and what was lost', (form) => {
    const { accuracy, classes } = cardOf(stemOf(row.id, form));
    expect(accuracy.sets.map(({ source }) => source)).toEqual(measuredSources.map(({ source }) => source));
    for (const [n, { ap50, ap, pictures, lost, source }] of accuracy.sets.entries()) {
      expect(pictures).toBeGreaterThanOrEqual(200);
      for (const table of [ap50, ap]) {
        expect(Object.keys(table)).toEqual(['all', ...classes]);
        const values = classes.flatMap((name) => table[name] ?? []);
        expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(Math.abs(table['all']! - values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(digit);
      }
      for (const name of classes) expect(ap[name] === null || ap[name]! <= ap50[name]! + digit, `${source} ${name}`).toBe(true);
      const before = original.accuracy.sets[n]!;
      expect(lost).toEqual(form === 'float32' ? undefined : {
        ap50: expect.closeTo(before.ap50['all']! - ap50['all']!, 4) as number, ap: expect.closeTo(before.ap['all']! - ap['all']!, 4) as number,
      });
      if (lost) expect(lost.ap50).toBeLessThanOrEqual(form === 'int8' ? 0.015 : 0.005);
    }
  });

  it.each(zooForms)('as %s takes bytes, gives boxes and scores, and runs as the app runs it', async (form) => {
    const model = (await listModels(zoo, join(zoo, 'none'))).find(({ info }) => info.id === stemOf(row.id, form))!;
    const graph = readModel(readFileSync(model.path));
    const cells = [8, 16, 32].reduce((sum, stride) => sum + (row.size / stride) ** 2, 0);
    expect(modelInputs(graph)).toEqual([{ name: 'image', type: 'uint8', dims: ['n', row.size, row.size, 3] }]);
    expect(modelOutputs(graph)).toEqual([
      { name: 'boxes', type: 'float32', dims: ['n', cells, 4] }, { name: 'scores', type: 'float32', dims: ['n', cells, model.card.classes.length] },
    ]);
    const thread = await InferenceThread.start(model, { provider: 'cpu', threads: 1 });
    try {
      const side = { width: row.size, height: row.size };
      const fit = letterbox({ width: displayPx(row.size * 2), height: displayPx(row.size * 2) }, { width: modelPx(row.size), height: modelPx(row.size) }, 'top-left', 114);
      const { boxes } = await thread.run(madeUpPicture(side.width, side.height), fit, 0.001);
      expect(boxes.length).toBeGreaterThan(0);
      expect(boxes.every(Number.isFinite)).toBe(true);
      // Nothing is seen where all is grey.
      expect((await thread.run(new Uint8Array(row.size * row.size * 3).fill(114), fit, 0.3)).boxes.length).toBe(0);
    } finally {
      await thread.dispose();
    }
  });
});
