import { describe, expect, it } from 'vitest';
import { usualMinScore, type ModelInfo, type PageBridge, type Settings } from '../../../electron/engine/contract/contract.js';
import { createApp } from '../../../renderer/state/create.js';
import { confidenceDiffers, modelConfidence } from '../../../renderer/state/modelConfidence.js';
import { readConfidences, storedConfidences } from '../../../renderer/state/ownConfidences.js';
import { remembered } from '../../../renderer/state/slices/settings.js';

const model = (id: string, confidence: number | null): ModelInfo => ({
  id, confidence, name: id, classes: ['car'], input: { width: 32, height: 32 }, head: 'ssd', licence: null, source: null, hash: '0'.repeat(64),
  fileSize: 1, shipped: true, kept: false, made: null, figures: { parameters: null, multiplyAdds: null, accuracy: [], speed: null, faults: [] },
});
const listed = [model('careful', 0.55), model('bold', 0.25), model('unmeasured', null), model('everything', 0)];

/** An engine that has these models, and begins with the first. */
const pageWith = async (models: readonly ModelInfo[] = listed, settings: Settings = {}) => {
  const answers: Readonly<Record<string, unknown>> = { 'models.list': models, 'models.usual': models[0]?.id ?? null, 'providers.list': [] };
  const bridge: PageBridge = {
    request: (name) => Promise.resolve(answers[name] as never),
    on: () => () => undefined,
    drop: () => Promise.resolve([]),
  };
  const app = createApp(bridge);
  app.getState().applySettings(settings);
  await app.getState().loadModels();
  return { ...app, shown: (): number => app.getState().filter.minScore, choose: (id: string): void => app.getState().chooseModel(id) };
};

describe('the confidence', () => {
  it('is the usual one until models are known, then what the card says', async () => {
    expect((await pageWith([])).shown()).toBe(usualMinScore);
    expect((await pageWith()).shown()).toBe(0.55);
  });

  it('follows the model while the user did not touch it, also to 0, and to the usual one where a card says none', async () => {
    const { shown, choose, getState } = await pageWith();
    for (const [id, confidence] of [['bold', 0.25], ['unmeasured', usualMinScore], ['everything', 0], ['careful', 0.55]] as const) {
      choose(id);
      expect([id, shown()]).toEqual([id, confidence]);
    }
    expect(confidenceDiffers(getState())).toBe(false);
    expect(remembered(getState())['confidences']).toBeNull();
  });

  it('stays as the user set it for a model, and says nothing of the others', async () => {
    const { shown, choose, getState } = await pageWith();
    getState().setMinScore(0.8);
    expect([shown(), confidenceDiffers(getState())]).toEqual([0.8, true]);
    choose('bold');
    expect([shown(), confidenceDiffers(getState())]).toEqual([0.25, false]);
    getState().setMinScore(-1);
    choose('careful');
    expect(shown()).toBe(0.8);
    choose('bold');
    expect(shown()).toBe(0);
    await getState().loadModels();
    expect(shown()).toBe(0);
  });

  it('goes back to the model’s own, and leaves hidden classes alone', async () => {
    const { shown, choose, getState } = await pageWith();
    choose('bold');
    getState().toggleClass(0);
    getState().setMinScore(0.3);
    getState().resetMinScore();
    expect([shown(), modelConfidence(getState()), confidenceDiffers(getState())]).toEqual([0.25, 0.25, false]);
    expect(getState().ownConfidences.size).toBe(0);
    getState().setMinScore(0.25);
    expect([getState().ownConfidences.get('bold'), confidenceDiffers(getState())]).toEqual([0.25, false]);
  });

  it('is remembered for each model', async () => {
    const first = await pageWith();
    first.getState().setMinScore(0.8);
    first.choose('unmeasured');
    first.getState().setMinScore(0.1);
    const settings = remembered(first.getState());
    expect(settings['confidences']).toBe('[["careful",0.8],["unmeasured",0.1]]');
    // The choice of a model comes back too.
    const second = await pageWith(listed, settings);
    expect(second.shown()).toBe(0.1);
    second.choose('careful');
    expect(second.shown()).toBe(0.8);
    second.choose('bold');
    expect(second.shown()).toBe(0.25);
  });
});

describe('what is kept', () => {
  it('fits into a setting: what was set first goes', () => {
    const own = new Map(Array.from({ length: 60 }, (_, n) => [`${'x'.repeat(96)}-${n}`, n / 100] as const));
    const text = storedConfidences(own)!;
    expect(text.length).toBeLessThanOrEqual(4096);
    const back = [...readConfidences(text)];
    expect(back).toEqual([...own].slice(-back.length));
    expect(back.length).toBeGreaterThan(30);
    expect(storedConfidences(new Map([['x'.repeat(5000), 0.5]]))).toBe('[]');
  });

  it('is believed as far as it makes sense', () => {
    expect([...readConfidences('[["a",0.5],["b",2],["c"],7,["d","1"],["e",-0.1],["f",1],["__proto__",0]]')]).toEqual([['a', 0.5], ['f', 1], ['__proto__', 0]]);
    for (const odd of [undefined, null, 0.4, '', '{', '{"a":0.5}', 'null']) expect(readConfidences(odd).size).toBe(0);
  });
});
