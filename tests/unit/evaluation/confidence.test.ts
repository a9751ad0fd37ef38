import { describe, expect, it } from 'vitest';
import { confidenceOf, type ConfidenceStep } from '../../../electron/engine/evaluation/confidence.js';
import { readDataset } from '../../../electron/engine/evaluation/dataset.js';
import { figuresOf } from '../../../electron/engine/evaluation/figures.js';
import type { Box, Found, Picture, Truth } from '../../../electron/engine/evaluation/precision.js';

/** The n-th of places that do not touch. */
const place = (n: number): Box => [n * 20, 0, 10, 10];
const object = (n: number, more: Partial<Truth> = {}): Truth => ({ box: place(n), crowd: false, ignored: false, ...more });
const found = (n: number, score: number): Found => ({ box: place(n), score });
const at = (pictures: readonly Picture[], confidence: number): ConfidenceStep | undefined =>
  confidenceOf(pictures).curve.find((step) => step.confidence === confidence);
const count = (of: number, from = 0): readonly number[] => Array.from({ length: of }, (_, n) => from + n);

describe('the curve', () => {
  it('says of 19 steps what is right and what is found, all classes and pictures together', () => {
    const pictures: readonly Picture[] = [
      { truths: [object(0), object(1)], found: [found(0, 0.9), found(7, 0.6), found(1, 0.3)] },
      { truths: [object(0)], found: [found(0, 0.5), found(8, 0.5)] },
      { truths: [object(0)], found: [] },
    ];
    const { curve } = confidenceOf(pictures);
    expect(curve.map(({ confidence }) => confidence)).toEqual([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
    expect(curve.slice(0, 6)).toEqual([0.05, 0.1, 0.15, 0.2, 0.25, 0.3].map((confidence) => ({ confidence, precision: 3 / 5, recall: 3 / 4, f1: 6 / 9 })));
    expect(curve[6]).toEqual({ confidence: 0.35, precision: 2 / 4, recall: 2 / 4, f1: 4 / 8 });
    expect(at(pictures, 0.5)).toEqual({ confidence: 0.5, precision: 2 / 4, recall: 2 / 4, f1: 4 / 8 });
    expect(at(pictures, 0.55)).toEqual({ confidence: 0.55, precision: 1 / 2, recall: 1 / 4, f1: 2 / 6 });
    expect(at(pictures, 0.9)).toEqual({ confidence: 0.9, precision: 1, recall: 1 / 4, f1: 2 / 5 });
    expect(at(pictures, 0.95)).toEqual({ confidence: 0.95, precision: null, recall: 0, f1: 0 });
  });

  it('shows what the page would: a score of 32 bits may lie just below its step', () => {
    expect(Math.fround(0.7)).toBeLessThan(0.7);
    expect(Math.fround(0.6)).toBeGreaterThan(0.6);
    const pictures = [{ truths: [object(0), object(1)], found: [found(0, Math.fround(0.7)), found(1, Math.fround(0.6))] }];
    expect([0.6, 0.65, 0.7].map((step) => at(pictures, step)?.recall)).toEqual([1, 0.5, 0]);
  });

  it('lets the best of two boxes have the object, the first of equal ones, and calls the other wrong', () => {
    const twice: Picture = { truths: [object(0)], found: [found(0, 0.3), { box: [0, 0, 10, 9], score: 0.8 }] };
    expect(at([twice], 0.3)).toEqual({ confidence: 0.3, precision: 0.5, recall: 1, f1: 2 / 3 });
    expect(at([twice], 0.8)).toEqual({ confidence: 0.8, precision: 1, recall: 1, f1: 1 });
    const equal: Picture = { truths: [object(0)], found: [found(0, 0.5), found(0, 0.5)] };
    expect(at([equal], 0.5)).toEqual({ confidence: 0.5, precision: 0.5, recall: 1, f1: 2 / 3 });
  });

  it('counts boxes on ignored objects and crowds neither way, and asks for IoU 0.5', () => {
    const picture: Picture = {
      truths: [object(0), object(1, { ignored: true }), { box: [200, 0, 100, 10], crowd: true, ignored: true }],
      found: [found(0, 0.9), found(1, 0.9), found(1, 0.8), found(11, 0.9), found(12, 0.9)],
    };
    expect(at([picture], 0.8)).toEqual({ confidence: 0.8, precision: 1, recall: 1, f1: 1 });
    const half = (height: number): Picture => ({ truths: [object(0)], found: [{ box: [0, 0, 10, height], score: 0.9 }] });
    expect(at([half(5)], 0.9)?.precision).toBe(1);
    expect(at([half(4.99)], 0.9)?.precision).toBe(0);
  });
});

describe('the confidence to begin with', () => {
  const begins = (...pictures: readonly Picture[]): number | null => confidenceOf(pictures).recommended;

  it('is the lowest at which four of five boxes are right, exactly four of five being enough', () => {
    const eight = { truths: count(8).map((n) => object(n)), found: [...count(8).map((n) => found(n, 0.9)), found(20, 0.5), found(21, 0.5), found(22, 0.35)] };
    expect(begins(eight)).toBe(0.4);
    expect(begins({ ...eight, found: [...eight.found, found(23, 0.45)] })).toBe(0.5);
  });

  it('is never below 0.2 or above 0.7', () => {
    const right = { truths: [object(0)], found: [found(0, 0.9)] };
    expect(begins(right)).toBe(0.2);
    expect(begins({ ...right, found: [...right.found, found(5, 0.7)] })).toBe(0.2);
    expect(begins({ ...right, found: [...right.found, found(5, 0.69)] })).toBe(0.7);
  });

  it('is where F1 is best if boxes are never right enough: the lowest of equals', () => {
    const poor = { truths: [object(0), object(1)], found: [found(0, 0.9), found(1, 0.5), found(7, 0.9), found(8, 0.3), found(9, 0.3)] };
    // F1 is 4/7 up to 0.3, 4/5 from 0.35 to 0.5, then 2/4.
    expect(begins(poor)).toBe(0.35);
    expect(at([poor], 0.35)?.f1).toBe(0.8);
    // The best of all would be at 0.05, where noise begins.
    const low = { truths: [object(0), object(1), object(2)], found: [found(0, 0.1), found(1, 0.1), found(2, 0.8), found(7, 0.8)] };
    expect(begins(low)).toBe(0.2);
  });

  it('is none where nothing is found, nothing is right, or nothing is there', () => {
    expect(begins()).toBeNull();
    expect(begins({ truths: [object(0)], found: [] })).toBeNull();
    expect(begins({ truths: [object(0)], found: [found(5, 0.9), found(6, 0.5)] })).toBeNull();
    expect(begins({ truths: [], found: [found(5, 0.9)] })).toBeNull();
    expect(begins({ truths: [object(0, { ignored: true })], found: [found(0, 0.9)] })).toBeNull();
    expect(confidenceOf([]).curve).toHaveLength(19);
    expect(at([], 0.4)).toEqual({ confidence: 0.4, precision: null, recall: null, f1: null });
    expect(at([{ truths: [object(0)], found: [found(5, 0.9)] }], 0.4)).toEqual({ confidence: 0.4, precision: 0, recall: 0, f1: 0 });
  });
});

describe('what is counted', () => {
  it('is what the average precision counts: classes the model knows and that are to be found, where they are labelled', () => {
    const dataset = readDataset(JSON.stringify({
      images: [{ id: 1, file_name: '1.jpg' }, { id: 2, file_name: '2.jpg', labelled_category_ids: [4] }],
      annotations: [{ image_id: 1, category_id: 3, bbox: place(0) }, { image_id: 2, category_id: 4, bbox: place(0) }],
      categories: [{ id: 3, name: 'cat' }, { id: 4, name: 'dog' }, { id: 5, name: 'kite' }],
    }), 'set.json');
    const wrong = [found(9, 0.9)];
    const everywhere = new Map([1, 2].map((id) => [id, new Map([3, 4, 5].map((category) => [category, wrong]))]));
    expect(figuresOf(dataset, everywhere, new Set([3, 4, 5])).counted).toEqual([
      { truths: [object(0)], found: wrong }, { truths: [], found: wrong }, { truths: [object(0)], found: wrong },
    ]);
    expect(figuresOf(dataset, everywhere, new Set([4])).counted).toHaveLength(2);
  });
});
