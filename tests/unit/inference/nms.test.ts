import { describe, expect, it } from 'vitest';
import { Candidates } from '../../../electron/engine/inference/candidates.js';
import { nmsOf, ranking, suppress } from '../../../electron/engine/inference/nms.js';

type Box = { readonly corners: readonly [number, number, number, number]; readonly score: number; readonly classId: number };

const random = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

const randomBoxes = (seed: number, count: number, classes: number): Box[] => {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const [x, y] = [next() * 200, next() * 200];
    // Scores repeat, so that ties occur.
    return { corners: [x, y, x + next() * 60, y + next() * 60].map(Math.fround) as unknown as Box['corners'], score: Math.fround(Math.floor(next() * 40) / 40), classId: Math.floor(next() * classes) };
  });
};

const fill = (boxes: readonly Box[]): Candidates => {
  const candidates = new Candidates();
  for (const { corners, score, classId } of boxes) candidates.add(...corners, score, classId);
  return candidates;
};

const iou = (a: Box, b: Box): number => {
  const width = Math.min(a.corners[2], b.corners[2]) - Math.max(a.corners[0], b.corners[0]);
  const height = Math.min(a.corners[3], b.corners[3]) - Math.max(a.corners[1], b.corners[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = ({ corners: [x1, y1, x2, y2] }: Box): number => (x2 - x1) * (y2 - y1);
  return (width * height) / (area(a) + area(b) - width * height);
};

/** The definition, written down as plainly as can be. */
const naive = (boxes: readonly Box[], limit: number): number[] => {
  const order = boxes.map((_, n) => n).sort((a, b) => boxes[b]!.score - boxes[a]!.score || a - b);
  const kept: number[] = [];
  for (const n of order) {
    if (!kept.some((k) => boxes[k]!.classId === boxes[n]!.classId && iou(boxes[k]!, boxes[n]!) > limit)) kept.push(n);
  }
  return kept;
};

const all = { candidates: 100_000, detections: 100_000 };

describe('suppression', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('keeps what the definition keeps, seed %i', (seed) => {
    const boxes = randomBoxes(seed, 1 + seed * 30, 1 + (seed % 5));
    for (const limit of [0, 0.3, 0.5, 0.9]) {
      expect([...suppress(fill(boxes), { iou: limit, ...all })]).toEqual(naive(boxes, limit));
    }
  });

  it('keeps every box where the limit is 1 or null, best first, equal scores in their order', () => {
    const boxes = randomBoxes(7, 500, 3);
    const sorted = boxes.map((_, n) => n).sort((a, b) => boxes[b]!.score - boxes[a]!.score || a - b);
    expect([...suppress(fill(boxes), { iou: 1, ...all })]).toEqual(sorted);
    expect([...suppress(fill(boxes), { iou: null, ...all })]).toEqual(sorted);
  });

  it('looks at the best candidates only, and keeps no more than asked', () => {
    const boxes = randomBoxes(3, 800, 4);
    const best = naive(boxes, 0.5);
    expect([...suppress(fill(boxes), { iou: 0.5, candidates: 100_000, detections: 20 })]).toEqual(best.slice(0, 20));
    const looked = new Set([...ranking(fill(boxes).scores, boxes.length)].slice(0, 100));
    expect([...suppress(fill(boxes), { iou: 0.5, candidates: 100, detections: 1000 })]).toEqual(best.filter((n) => looked.has(n)));
  });

  it('is the same when done twice, and does not mind empty or empty-sized boxes', () => {
    expect(suppress(new Candidates(), { iou: 0.5, ...all }).length).toBe(0);
    const candidates = fill([{ corners: [5, 5, 5, 5], score: 0.5, classId: 0 }, { corners: [5, 5, 5, 5], score: 0.5, classId: 0 }]);
    expect([...suppress(candidates, { iou: 0.5, ...all })]).toEqual([0, 1]);
  });

  it('leaves out boxes that are no numbers', () => {
    const candidates = new Candidates();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      candidates.add(bad, 0, 1, 1, 0.5, 0);
      candidates.add(0, 0, 1, 1, bad, 0);
    }
    candidates.add(0, 0, 1, 1, 0.5, 3);
    expect(candidates.count).toBe(1);
    expect(candidates.classIds[0]).toBe(3);
  });

  it('handles 8400 candidates without comparing all with all', () => {
    const candidates = fill(randomBoxes(1, 8400, 80));
    suppress(candidates, nmsOf({}, true));
    const start = performance.now();
    for (let n = 0; n < 5; n++) suppress(candidates, nmsOf({}, true));
    // About 1.5 ms each; what compares all with all takes a second.
    expect((performance.now() - start) / 5).toBeLessThan(400);
  });

  it('takes its numbers from the card, and none where the head suppresses nothing', () => {
    expect(nmsOf({}, true)).toEqual({ iou: 0.5, candidates: 4096, detections: 300 });
    expect(nmsOf({}, false).iou).toBeNull();
    expect(nmsOf({ iou: 0.7, detections: 5 }, false)).toEqual({ iou: 0.7, candidates: 4096, detections: 5 });
    expect(() => nmsOf({ iou: 2 }, true)).toThrow();
  });
});
