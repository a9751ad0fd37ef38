import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cardSchema, infoOf } from '../../../electron/engine/inference/card.js';

const first = JSON.parse(readFileSync('tests/models/zoo/first-256.json', 'utf8')) as Record<string, unknown>;
const figures = (more: Record<string, unknown>) => infoOf(cardSchema.parse({ ...first, ...more }), 'id', 1, 'elsewhere').figures;
const sets = [
  { set: 'A', source: 'a', pictures: 400, ap50: { all: 0.5, car: 0.5, truck: null }, ap: { all: 0.25, car: 0.25 }, lost: { ap50: -0.01, ap: 0.02 } },
  { set: 'B', ap50: { all: 0.7, car: 0.7 } },
];

describe('what a card says was measured', () => {
  it('is read as cards had it first: one set', () => {
    expect(figures({})).toEqual({
      parameters: null, multiplyAdds: null, speed: null,
      accuracy: [{
        set: 'Highway Object Detection v40, 200 pictures kept aside', mean: 0.718, strict: null, lost: null,
        classes: { person: 0.58, car: 0.69, motorcycle: 0.78, bus: 0.86, truck: 0.68 },
      }],
      faults: ['half-hidden people are often missed', 'bottles are taken for people', 'small boxes appear where nothing is'],
    });
  });

  it('may be several sets, with sizes and speed', () => {
    const sizes = { parameters: 12, multiplyAdds: 34, bytes: 56 };
    const speed = { measure: 'm', provider: 'cpu', processor: 'P', threads: 2, milliseconds: 4.5, ratio: 2 };
    expect(figures({ accuracy: { measure: 'm', sets }, sizes, speed, knownFaults: [] })).toEqual({
      parameters: 12, multiplyAdds: 34, speed: { milliseconds: 4.5, machine: 'P, 2 threads' }, faults: [],
      accuracy: [
        { set: 'A', mean: 0.5, classes: { car: 0.5, truck: null }, strict: 0.25, lost: -0.01 },
        { set: 'B', mean: 0.7, classes: { car: 0.7 }, strict: null, lost: null },
      ],
    });
  });

  it('survives being kept: a card that was read reads the same again', () => {
    const once = cardSchema.parse(first);
    expect(cardSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each([
    ['accuracy', 'very good'], ['accuracy', { measure: 'm', sets: [{ set: 'A', ap50: { car: 0.5 } }] }], ['accuracy', { measure: 'm', sets: [{ set: 'A', ap50: { all: 50 } }] }],
    ['accuracy', { measure: 'm', set: 's', mean: 2, classes: {} }], ['speed', { milliseconds: 'fast' }], ['sizes', []], ['knownFaults', 'none'],
  ])('is left out where it is worded otherwise: %s', (key, value) => {
    const read = figures({ [key]: value });
    expect({ accuracy: read.accuracy, speed: read.speed, sizes: read.parameters, knownFaults: read.faults }[key]).toEqual(['accuracy', 'knownFaults'].includes(key) ? [] : null);
  });
});

describe('the confidence of a card', () => {
  const confidence = (more: Record<string, unknown>) => infoOf(cardSchema.parse({ ...first, ...more }), 'id', 1, 'elsewhere').confidence;

  it('is read, also at its ends', () => {
    expect([0, 0.35, 1].map((value) => confidence({ confidence: value }))).toEqual([0, 0.35, 1]);
  });

  it('may be missing, and is left out where it makes no sense', () => {
    expect(confidence({})).toBeNull();
    expect([-0.1, 1.1, 40, '0.4', null, [0.4]].map((value) => confidence({ confidence: value }))).toEqual([null, null, null, null, null, null]);
  });
});
