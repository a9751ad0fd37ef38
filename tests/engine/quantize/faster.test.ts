import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fasterLimits, fasterStages, UserError, type FasterProgress, type LabProgress } from '../../../electron/engine/contract/contract.js';
import { cardSchema } from '../../../electron/engine/inference/card.js';
import { forgetModel, keepModel } from '../../../electron/engine/inference/kept-models.js';
import { listModels } from '../../../electron/engine/inference/cards.js';
import { writeRecord } from '../../../electron/engine/inference/records.js';
import type { ModelCard } from '../../../electron/engine/inference/types.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { gatherFrames } from '../../../electron/engine/quantize/frames.js';
import { buildModel } from '../../../models/onnx/build.js';
import { writeModel } from '../../../models/onnx/write.js';
import { fixture, readFrameNumber } from '../../fixtures/fixtures.js';
import { buildMarkModel } from '../../models/mark.js';
import { EngineUnderTest } from '../analysis/harness.js';
import { root, temporaryFolder } from '../cli/run.js';

const id = 'first-256';
const zooFile = join(root, `tests/models/zoo/${id}.onnx`);
const sample = join(root, 'assets/sample.mp4');

const told = (under: EngineUnderTest): readonly FasterProgress[] => under.events.flatMap(({ name, payload }) => (name === 'faster' ? [payload as FasterProgress] : []));
const ended = async (under: EngineUnderTest, job: string): Promise<FasterProgress> => {
  const last = (): FasterProgress | undefined => told(under).find((progress) => progress.job === job && progress.state !== 'running');
  await under.until(() => last() !== undefined, 'the model to be made faster', 280_000);
  return last()!;
};
const filesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => /\.(onnx|part)$/.test(name));

describe('making a model faster', () => {
  let under: EngineUnderTest;
  let temporary = '';
  let before: string | undefined;
  let video = '';
  beforeAll(async () => {
    before = process.env['TMPDIR'];
    temporary = await temporaryFolder();
    process.env['TMPDIR'] = temporary;
    under = await EngineUnderTest.create();
    video = await under.open(sample);
  });
  afterAll(async () => {
    await under.engine.dispose();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(temporary, { recursive: true, force: true });
  });
  const leftBehind = async (): Promise<readonly string[]> => (await readdir(temporary)).filter((name) => name.startsWith('vovision-faster-') || name.startsWith('bench-'));
  const start = (model: string, token = video): Promise<string> => under.engine.handle('faster.start', { model, videos: [token], provider: 'cpu' });

  const plan = { kind: 'compare' as const, subjects: [`model:${id}`], provider: 'cpu' as const, size: { width: 64, height: 64 }, batch: 1, rounds: 1, turn: 10, energy: false };

  it('shares the machine with no measurement, however close one follows the other', async () => {
    const measured = (): boolean => under.events.some(({ name, payload }) => name === 'lab' && (payload as LabProgress).state !== 'running');
    const [made, lab] = await Promise.allSettled([start(id), under.engine.handle('lab.start', { plan })]);
    expect([made.status, lab.status]).toEqual(['rejected', 'fulfilled']);
    await expect(Promise.reject((made as PromiseRejectedResult).reason as Error)).rejects.toThrow('The lab is measuring');
    await under.until(measured, 'the measurement to end', 60_000);
    expect(await under.engine.handle('faster.open', {})).toBeNull();
  });

  it('makes all forms, measures them on pictures that taught nothing, and keeps what wins', async () => {
    const listed = await under.engine.handle('models.list', {});
    expect(await under.engine.handle('faster.open', {})).toBeNull();
    const job = await start(id);
    await expect(start(id)).rejects.toThrow('already');
    await expect(under.engine.handle('lab.start', { plan })).rejects.toThrow('made faster');
    expect((await under.engine.handle('faster.open', {}))?.state).toBe('running');
    const { state, error, forms, outcome, fraction } = await ended(under, job);
    expect([state, error, fraction]).toEqual(['done', null, 1]);

    const zoo = await readFile(zooFile);
    expect(forms.map(({ form }) => form)).toEqual(['original', 'int8', 'float16']);
    const [original, int8, float16] = forms as [typeof forms[0], typeof forms[0], typeof forms[0]];
    // The measure itself: the same model twice finds the same.
    expect([original.agreement, original.ratio, original.fileSize]).toEqual([1, 1, zoo.length]);
    for (const form of forms) {
      expect(form.error).toBeNull();
      expect(form.times).toEqual([{ provider: 'cpu', time: form.best?.time, error: null }]);
      expect(form.best!.time).toBeGreaterThan(0);
      expect(form.ratio).toBeCloseTo(original.best!.time / form.best!.time, 9);
    }
    expect(int8.fileSize).toBeLessThan(zoo.length * 0.4);
    expect(float16.fileSize).toBeLessThan(zoo.length * 0.6);
    expect(int8.agreement).toBeGreaterThan(0.95);
    expect(float16.agreement).toBeGreaterThan(0.99);
    expect(outcome).toMatchObject({ calibrated: 32, compared: 32, videos: ['sample.mp4'] });
    expect(outcome!.boxes).toBeGreaterThan(300);

    // Which one wins is the machine's to say; that it follows from the figures is not.
    const able = forms.filter(({ form, ratio, agreement }) => form !== 'original' && ratio! >= fasterLimits.ratio && agreement! >= fasterLimits.agreement).sort((a, b) => b.ratio! - a.ratio!);
    expect(outcome!.winner).toBe(able[0]?.form ?? 'original');
    const now = await under.engine.handle('models.list', {});
    const { made, winner } = outcome!;
    if (made === null) {
      expect([winner, now]).toEqual(['original', listed]);
    } else {
      expect(now.filter((model) => !listed.some((old) => old.id === model.id))).toEqual([made]);
      expect(made).toMatchObject({ name: `${listed.find((model) => model.id === id)!.name} · ${winner} · sample.mp4`, shipped: false, kept: true, made: { to: winner, calibratedOn: '32 pictures of sample.mp4', agreement: expect.closeTo(able[0]!.agreement!, 3) as number, ratio: expect.closeTo(able[0]!.ratio!, 1) as number } });
      const [file] = await filesIn(join(under.dataFolder, 'models', 'files'));
      const path = join(under.dataFolder, 'models', 'files', file!);
      expect(createHash('sha256').update(await readFile(path)).digest('hex')).toBe(made.hash);
      const card = JSON.parse(await readFile(path.replace(/onnx$/, 'json'), 'utf8')) as Record<string, unknown>;
      expect(cardSchema.parse(card).hash).toBe(made.hash);
      expect(card['source']).toBe(made.source);
      // It runs like any other.
      await under.start(video, { model: made.id });
      await under.until(() => under.found.size > 5, 'boxes of the new model');
      await under.engine.handle('models.forget', { model: made.id });
      expect(await under.engine.handle('models.list', {})).toEqual(listed);
    }
    expect(await filesIn(join(under.dataFolder, 'models'))).toEqual([]);
    expect(await leftBehind()).toEqual([]);

    const stages = told(under).map(({ stage }) => fasterStages.indexOf(stage));
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
    const fractions = told(under).map((progress) => progress.fraction);
    expect(fractions.every((each, n) => each >= 0 && each <= 1 && each >= (fractions[n - 1] ?? 0) - 1e-9)).toBe(true);
  }, 300_000);

  it.each(['int8', 'pictures', 'measure'] as const)('keeps nothing when it is cancelled at “%s”, and lets the analysis go on', async (stage) => {
    const analysed = stage === 'pictures';
    if (analysed) await under.start(video);
    const job = await start(id);
    await under.until(() => told(under).some((progress) => progress.job === job && progress.stage === stage), stage);
    await under.engine.handle('faster.cancel', { job });
    const { state, error, outcome } = await ended(under, job);
    expect([state, error, outcome]).toEqual(['cancelled', null, null]);
    expect((await under.engine.handle('faster.open', {}))?.state).toBe('cancelled');
    expect(await filesIn(join(under.dataFolder, 'models'))).toEqual([]);
    expect(await leftBehind()).toEqual([]);
    // Cancelling what is over harms nobody.
    await under.engine.handle('faster.cancel', { job });
    if (analysed) await under.untilDone();
  });

  it('refuses models in which there is nothing to gain, in a sentence, before any picture is taken', async () => {
    const folder = await temporaryFolder();
    const mark = await buildMarkModel(folder);
    const refused = async (model: string): Promise<string> => {
      const progress = await ended(under, await start(model));
      expect([progress.state, progress.stage, progress.error?.kind]).toEqual(['failed', 'look', 'bad-model']);
      return progress.error!.message;
    };
    const plain = await under.model(mark);
    expect(await refused(plain)).toMatch(/^The model has no convolution/);

    const card = JSON.parse(await readFile(join(folder, 'mark.json'), 'utf8')) as ModelCard;
    const quantised = writeModel(buildModel({ name: 'quantised' }, (graph) => {
      const image = graph.input('image', 'uint8', [1, card.input.height, card.input.width, 3]);
      const scale = graph.constant('float32', [], [1]);
      const pixels = graph.node('DequantizeLinear', [graph.node('QuantizeLinear', [graph.node('Cast', [image], { to: { int: 1 } }), scale]), scale]);
      for (const name of ['boxes', 'scores']) graph.output(name, pixels, 'float32', [1, card.input.height, card.input.width, 3]);
    }));
    const path = join(folder, 'quantised.onnx');
    await writeFile(path, quantised);
    const hash = createHash('sha256').update(quantised).digest('hex');
    await writeRecord(join(under.dataFolder, 'models'), { version: 1, hash, path, card: { ...card, hash, name: 'Quantised' }, answers: {} });
    const listed = (await under.engine.handle('models.list', {})).find((model) => model.hash === hash)!;
    expect(await refused(listed.id)).toBe('The model is quantised already.');

    // What was listed may be gone or something else by now.
    await writeFile(path, 'no model at all');
    await expect(start(listed.id)).rejects.toThrow('There is no model');
    await expect(start('nobody')).rejects.toThrow('There is no model');
    for (const model of [plain]) await under.engine.handle('models.forget', { model });
    expect(existsSync(mark)).toBe(true);
    await expect(under.engine.handle('models.forget', { model: id })).rejects.toThrow('comes with the program');
    expect(existsSync(zooFile)).toBe(true);
  });

  it('says what is wrong with a video: nothing to find, one picture only, gone, not open', async () => {
    const failed = async (token: string): Promise<FasterProgress> => {
      const progress = await ended(under, await start(id, token));
      expect(progress.state).toBe('failed');
      return progress;
    };
    const grey = join(await temporaryFolder(), 'grey.mp4');
    await promisify(execFile)((await locateTools()).ffmpeg.path, ['-loglevel', 'error', '-f', 'lavfi', '-i', 'color=gray:s=320x240:r=10:d=2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', grey]);
    const nothing = await failed(await under.open(grey));
    expect([nothing.error?.kind, nothing.stage]).toEqual(['bad-input', 'original']);
    expect(nothing.error?.message).toMatch(/ finds nothing in pictures of grey\.mp4: /);
    const one = await failed(await under.open(await fixture('one')));
    expect(one.error?.message).toMatch(/^one\.mp4 has one picture only/);

    const moving = join(await temporaryFolder(), 'moving.mp4');
    await copyFile(await fixture('cfr25'), moving);
    const token = await under.open(moving);
    await rm(moving);
    const gone = await failed(token);
    expect([gone.error?.kind, gone.error?.message]).toEqual(['bad-input', 'There is no file “moving.mp4”.']);
    await expect(start(id, 'no-such-video-at-all')).rejects.toThrow('not open');
    expect(await leftBehind()).toEqual([]);
  });
});

describe('what is kept', () => {
  const model = async (): Promise<{ readonly bytes: Uint8Array; readonly card: Record<string, unknown> }> => ({
    bytes: await readFile(zooFile), card: JSON.parse(await readFile(zooFile.replace('.onnx', '.json'), 'utf8')) as Record<string, unknown>,
  });

  it('is there as a whole, and goes as a whole', async () => {
    const folder = join(await temporaryFolder(), 'models');
    const path = await keepModel(folder, { stem: 'mine-int8', ...(await model()) });
    const [kept] = await listModels(join(folder, 'nothing'), folder);
    expect([kept?.path, kept?.info.kept, kept?.info.shipped, kept?.info.made]).toEqual([path, true, false, null]);
    await forgetModel(folder, kept!);
    expect(await listModels(join(folder, 'nothing'), folder)).toEqual([]);
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('is nothing where it cannot be written, in words', async () => {
    const folder = join(await temporaryFolder(), 'models');
    await mkdir(folder);
    await writeFile(join(folder, 'files'), 'no folder');
    const error: unknown = await keepModel(folder, { stem: 'mine-int8', ...(await model()) }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect([(error as UserError).kind, (error as UserError).message.startsWith('The new model mine-int8.onnx could not be written')]).toEqual(['output', true]);
    expect(await listModels(join(folder, 'nothing'), folder)).toEqual([]);
  });

  it.skipIf(!existsSync('/dev/full'))(`says that the disk is full${existsSync('/dev/full') ? '' : ' (skipped: there is no /dev/full here)'}`, async () => {
    const tools = await locateTools();
    const video = await probeVideo(await fixture('cfr24'), tools);
    const { card } = await model();
    const { input } = cardSchema.parse(card);
    await expect(gatherFrames({ kind: 'videos', videos: [video] }, '/dev/full', { tools, input, count: 8, progress: () => undefined, signal: new AbortController().signal }))
      .rejects.toThrow('could not be written: the disk is full.');
  });
});

describe('pictures of several videos', () => {
  it('are shared evenly and spread over the length of each', async () => {
    const tools = await locateTools();
    const videos = await Promise.all((['cfr24', 'cfr60'] as const).map(async (name) => probeVideo(await fixture(name), tools)));
    const input = { ...cardSchema.parse(JSON.parse(await readFile(zooFile.replace('.onnx', '.json'), 'utf8'))).input, width: 320, height: 240, fit: 'stretch' } as const;
    const file = join(await temporaryFolder(), 'frames.rgb');
    const told: number[] = [];
    const places = await gatherFrames({ kind: 'videos', videos }, file, { tools, input, count: 13, progress: (_, part) => told.push(part), signal: new AbortController().signal });
    const bytes = await readFile(file);
    const size = 320 * 240 * 3;
    const numbers = places.map((place) => readFrameNumber(bytes.subarray(place * size, (place + 1) * size), 320, 240, 3));
    expect([numbers.length, new Set(places).size]).toEqual([13, 13]);
    const [first, second] = [numbers.slice(0, 7), numbers.slice(7)] as [number[], number[]];
    for (const [own, length] of [[first, 48], [second, 90]] as const) {
      expect(own).toEqual([...own].sort((a, b) => a - b));
      expect(new Set(own).size).toBe(own.length);
      expect(own[0]).toBeLessThan(length / 4);
      expect(own[own.length - 1]).toBeGreaterThan((length * 3) / 4 - 2);
    }
    expect(told.every((part, n) => part >= (told[n - 1] ?? 0) && part <= 1)).toBe(true);
    expect(told[told.length - 1]).toBeGreaterThan(0.9);
  });
});
