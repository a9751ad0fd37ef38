import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { seconds } from '../../../electron/engine/contract/contract.js';
import { listModels } from '../../../electron/engine/inference/cards.js';
import { forgetSurvey, isSurveyed, knownUsual, surveyUsual } from '../../../electron/engine/inference/survey.js';
import { nodeTrials, type TrialRunner } from '../../../electron/engine/inference/trial-runner.js';
import { EngineUnderTest } from '../analysis/harness.js';

const folder = mkdtempSync(join(tmpdir(), 'survey-'));
afterAll(() => rmSync(folder, { recursive: true }));

let dataFolder = '';
beforeEach(() => {
  dataFolder = mkdtempSync(join(folder, 'data-'));
});
const models = await listModels('models/zoo', join(folder, 'none'));
const networks = new Set(models.map(({ card }) => card.network));

/** Real trials, counted. */
const counted = (): { readonly trials: TrialRunner; readonly asked: string[] } => {
  const asked: string[] = [];
  return { asked, trials: { run: (request, milliseconds, signal) => {
    asked.push(`${request.path} ${request.kind === 'provider' ? request.provider : ''}`);
    return nodeTrials.run(request, milliseconds, signal);
  } } };
};

/** Real trials on a machine that takes `latency` ms for any model. */
const at = (latency: number): ReturnType<typeof counted> => {
  const { trials, asked } = counted();
  return { asked, trials: { run: async (...args) => {
    const outcome = await trials.run(...args);
    return outcome.kind === 'replied' && outcome.reply.kind === 'ran' ? { kind: 'replied', reply: { ...outcome.reply, latency } } : outcome;
  } } };
};
const kept = (): readonly string[] => readdirSync(join(dataFolder, 'providers')).filter((name) => name.startsWith('usual-'));

describe('what suits this machine', () => {
  it('is a guess at first, and tries nothing', async () => {
    expect(networks).toContain('vovdet-nano');
    expect(await knownUsual(models, dataFolder)).toEqual({ id: 'vovdet-nano-int8', time: null });
    expect(await isSurveyed(models, dataFolder)).toBe(false);
    expect(readdirSync(dataFolder)).toEqual([]);
    expect(await knownUsual([], dataFolder)).toBeNull();
  });

  it('is found out once by real trials, float32 and int8 on the CPU, and kept', async () => {
    const { trials, asked } = counted();
    const usual = await surveyUsual(models, { dataFolder, trials });
    expect(models.map(({ info }) => info.id)).toContain(usual?.id);
    expect(usual!.time).toBeGreaterThan(0);
    for (const name of ['vovdet-nano', 'vovdet-nano-int8']) expect(asked.filter((each) => each.endsWith(`/${name}.onnx cpu`))).toHaveLength(1);
    expect(await knownUsual(models, dataFolder)).toEqual(usual);
    expect(kept()).toHaveLength(1);
    const before = asked.length;
    expect(await surveyUsual(models, { dataFolder, trials })).toEqual(usual);
    expect(asked).toHaveLength(before);
    // Other files are another question.
    expect(await isSurveyed(models.slice(1), dataFolder)).toBe(false);

    await forgetSurvey(models, dataFolder);
    expect([await isSurveyed(models, dataFolder), kept()]).toEqual([false, []]);
  });

  it.each([[1, ['vovdet-nano', 'vovdet-nano-416']], [1000, ['vovdet-nano']]])('at %d ms a picture is found among %j: no network is tried that could not be chosen', async (latency, expected) => {
    const { trials, asked } = at(latency);
    const usual = await surveyUsual(models, { dataFolder, trials });
    const tried = models.filter(({ path }) => asked.some((each) => each.startsWith(`${path} `))).map(({ card }) => card.network);
    expect([...new Set(tried)]).toEqual(expected);
    expect(usual).toEqual({ id: expected[expected.length - 1], time: latency });
  });

  it('is measured again where what was kept is damaged, and keeps nothing of what was cut short', async () => {
    await surveyUsual(models, { dataFolder, trials: nodeTrials });
    const file = join(dataFolder, 'providers', kept()[0]!);
    for (const damage of ['', '[]', '{"vovdet-nano": {"cpu": -1}}', '{"vovdet-nano": {"gpu": 1}}', readFileSync(file, 'utf8').slice(0, -3)]) {
      writeFileSync(file, damage);
      expect(await knownUsual(models, dataFolder)).toEqual({ id: 'vovdet-nano-int8', time: null });
    }
    await forgetSurvey(models, dataFolder);
    const controller = new AbortController();
    const { trials, asked } = counted();
    const waiting = surveyUsual(models, { dataFolder, trials, signal: controller.signal });
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(kept()).toEqual([]);
  });
});

describe('the app', () => {
  it('begins with the guess, finds out beside the first analysis that may choose, and keeps the model of that', async () => {
    const under = await EngineUnderTest.create(dataFolder, 'models/zoo');
    expect(await under.engine.handle('models.usual', {})).toBe('vovdet-nano-int8');
    const video = await under.open('assets/sample.mp4');
    // Where the provider was asked for by name, nothing is tried.
    await under.start(video, { model: 'vovdet-nano-int8' });
    await under.until(() => under.found.size > 5, 'the first boxes');
    const run = await under.engine.handle('run.start', { video, model: 'vovdet-nano-int8', provider: 'auto', mode: 'every-frame', from: seconds(0) });
    expect(existsSync(join(dataFolder, 'providers'))).toBe(false);
    await under.until(() => existsSync(join(dataFolder, 'providers')) && kept().some((name) => name.endsWith('.json')), 'the survey');
    expect(await isSurveyed(models, dataFolder)).toBe(true);
    expect(await under.engine.handle('models.usual', {})).toBe((await knownUsual(models, dataFolder))!.id);
    expect(under.events.every(({ name, payload }) => name !== 'run' || (payload as { run: string }).run === run.run)).toBe(true);
    await under.engine.handle('providers.try', { model: 'vovdet-nano-int8' });
    expect(await isSurveyed(models, dataFolder)).toBe(false);
    await under.engine.dispose();
  });
});
