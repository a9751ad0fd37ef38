import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cardSchema, infoOf } from '../../../electron/engine/inference/card.js';
import { cardOf, nameOfForm } from '../../../electron/engine/quantize/card.js';

const written = JSON.parse(readFileSync('tests/models/zoo/first-256.json', 'utf8')) as Record<string, unknown>;
const madeOf = (more: Record<string, unknown>) => {
  const original = cardSchema.parse({ ...written, ...more });
  const card = cardOf({
    original, written: { ...written, ...more }, to: 'int8', hash: 'a'.repeat(64), calibratedOn: 'sample.mp4', runtime: 'r',
    quantized: {
      input: original.input, converted: 1, layers: 1, kept: [], calibrated: 16, ranges: 'error',
      agreement: { frames: 16, boxes: 20, matched: 1, iou: 1, score: 0 },
    },
    speed: { measure: 'm', provider: 'cpu', milliseconds: 1, originalMilliseconds: 2, ratio: 2 },
  });
  return infoOf(cardSchema.parse(JSON.parse(JSON.stringify(card))), 'made', 1, 'kept');
};

describe('the card of a model that was made smaller', () => {
  it('keeps the confidence that the original begins with', () => {
    expect(madeOf({ confidence: 0.35 })).toMatchObject({ confidence: 0.35, made: { to: 'int8' } });
    expect(madeOf({}).confidence).toBeNull();
  });

  it('has a name that tells it from others, and is not too long', () => {
    expect(nameOfForm('Nano', 'int8')).toBe('Nano · int8');
    expect(nameOfForm('Nano', 'int8', 'street.mp4, yard.mp4')).toBe('Nano · int8 · street.mp4, yard.mp4');
    expect(nameOfForm('n'.repeat(200), 'int8')).toBe(`${'n'.repeat(186)} · int8`);
    const long = nameOfForm('n'.repeat(200), 'float16', 'v'.repeat(300));
    expect([long.length, long.startsWith(`${'n'.repeat(140)} · float16 · vvv`), long.endsWith('v…')]).toEqual([200, true, true]);
  });
});
