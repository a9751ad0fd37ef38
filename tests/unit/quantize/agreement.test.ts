import { describe, expect, it } from 'vitest';
import { agreementOf } from '../../../electron/engine/quantize/agreement.js';

const boxes = (...rows: readonly (readonly [number, number, number, number, number, number])[]): Float32Array => Float32Array.from(rows.flat());

describe('the agreement of two models', () => {
  const one = boxes([0, 0, 10, 10, 0.9, 0], [20, 20, 40, 40, 0.6, 1]);

  it('is whole with itself', () => {
    expect(agreementOf([one], [one])).toEqual({ frames: 1, boxes: 4, matched: 1, iou: 1, score: 0 });
  });

  it('counts what is missing, what is new, and what changed its class', () => {
    expect(agreementOf([one], [boxes([0, 0, 10, 10, 0.9, 0])]).matched).toBeCloseTo(2 / 3);
    expect(agreementOf([boxes([0, 0, 10, 10, 0.9, 0])], [one]).matched).toBeCloseTo(2 / 3);
    expect(agreementOf([one], [boxes([0, 0, 10, 10, 0.9, 1], [20, 20, 40, 40, 0.6, 1])]).matched).toBe(0.5);
  });

  it('gives each box one partner only', () => {
    const twice = boxes([0, 0, 10, 10, 0.9, 0], [0, 0, 10, 9, 0.8, 0]);
    expect(agreementOf([twice], [boxes([0, 0, 10, 10, 0.9, 0])]).matched).toBeCloseTo(2 / 3);
  });

  it('does not lose what lies near the line, but what is far below it', () => {
    const [above, near, far] = [0.26, 0.2, 0.1].map((score) => boxes([0, 0, 10, 10, score, 0]));
    expect(agreementOf([above!], [near!])).toMatchObject({ boxes: 1, matched: 1 });
    expect(agreementOf([above!], [far!])).toMatchObject({ boxes: 1, matched: 0, iou: null, score: null });
  });

  it('says how far pairs are apart', () => {
    const { iou, score } = agreementOf([boxes([0, 0, 10, 10, 0.9, 0])], [boxes([0, 0, 10, 8, 0.7, 0])]);
    expect(iou).toBeCloseTo(0.8, 5);
    expect(score).toBeCloseTo(0.2, 5);
  });

  it('knows pictures on which nothing is', () => {
    expect(agreementOf([new Float32Array()], [new Float32Array()])).toEqual({ frames: 1, boxes: 0, matched: 1, iou: null, score: null });
  });
});
