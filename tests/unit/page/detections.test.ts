import { describe, expect, it } from 'vitest';
import { BatchBuilder, frameIndex, seconds, type DetectionBatch } from '../../../electron/engine/contract/contract.js';
import { Detections } from '../../../renderer/state/detections.js';
import { piecesToLoad } from '../../../renderer/state/pieces.js';

type Row = readonly [x1: number, y1: number, x2: number, y2: number, score: number, classId: number];
const batch = (frames: Readonly<Record<number, readonly Row[]>>): DetectionBatch => {
  const builder = new BatchBuilder();
  for (const [index, rows] of Object.entries(frames)) {
    builder.add(frameIndex(Number(index)), seconds(Number(index) / 25), Float32Array.from(rows.flat()));
  }
  return builder.take();
};
const all = { minScore: 0, hiddenClasses: [] };

describe('detections', () => {
  it('gives a frame back as it came, strongest first', () => {
    const detections = new Detections();
    detections.add(batch({ 3: [[1, 2, 3, 4, 0.25, 0], [5, 6, 7, 8, 0.75, 2]] }));
    expect(detections.at(frameIndex(3), all)).toEqual([
      { x1: 5, y1: 6, x2: 7, y2: 8, score: 0.75, classId: 2 },
      { x1: 1, y1: 2, x2: 3, y2: 4, score: 0.25, classId: 0 },
    ]);
    expect(detections.classCount).toBe(3);
  });

  it('tells "nothing found" from "not analysed"', () => {
    const detections = new Detections();
    detections.add(batch({ 5: [] }));
    expect(detections.at(frameIndex(5), all)).toEqual([]);
    expect(detections.at(frameIndex(4), all)).toBeNull();
    expect(detections.at(frameIndex(6), all)).toBeNull();
    expect(detections.at(frameIndex(-1), all)).toBeNull();
  });

  it('takes a frame once, in whatever order frames come', () => {
    const detections = new Detections();
    detections.add(batch({ 9: [[0, 0, 1, 1, 0.5, 1]] }));
    detections.add(batch({ 2: [[0, 0, 2, 2, 0.5, 1]], 9: [[0, 0, 9, 9, 0.5, 1], [0, 0, 9, 9, 0.5, 1]] }));
    expect(detections.frameCount).toBe(2);
    expect(detections.boxCount).toBe(2);
    expect(detections.at(frameIndex(9), all)).toHaveLength(1);
    expect(detections.analysed).toEqual([[2, 2], [9, 9]]);
  });

  it('joins stretches as their gaps close', () => {
    const detections = new Detections();
    for (const frame of [5, 0, 1, 7, 6, 3, 4, 2]) detections.add(batch({ [frame]: [] }));
    expect(detections.analysed).toEqual([[0, 7]]);
  });

  it('filters by score and class', () => {
    const detections = new Detections();
    detections.add(batch({ 0: [[0, 0, 1, 1, 0.5, 0], [0, 0, 1, 1, 0.3, 1], [0, 0, 1, 1, 0.5, 2]] }));
    expect(detections.at(frameIndex(0), { minScore: 0.4, hiddenClasses: [2] })).toMatchObject([{ classId: 0 }]);
    expect([...detections.countsAt(frameIndex(0), 0.4)]).toEqual([[0, 1], [2, 1]]);
    expect([...detections.totals(0.4)]).toEqual([1, 0, 1]);
  });

  it('knows how high the scores of each class come', () => {
    const detections = new Detections();
    expect([...detections.highest]).toEqual([]);
    detections.add(batch({ 4: [[0, 0, 1, 1, 0.5, 1], [0, 0, 1, 1, 0.25, 1]] }));
    detections.add(batch({ 1: [[0, 0, 1, 1, 0.125, 3], [0, 0, 1, 1, 0.75, 1]], 4: [[0, 0, 1, 1, 1, 0]] }));
    expect([...detections.highest]).toEqual([-1, 0.75, -1, 0.125]);
  });

  it('counts the most that is seen at once per bin', () => {
    const detections = new Detections();
    const car: Row = [0, 0, 1, 1, 0.9, 1];
    detections.add(batch({ 0: [car], 1: [car, car, car], 2: [[0, 0, 1, 1, 0.1, 1]], 3: [car, car] }));
    const density = detections.density(Int32Array.of(0, 0, 1, 1), 2, { minScore: 0.4, hiddenClasses: [] });
    expect([...density.peak.subarray(2)]).toEqual([3, 2]);
    expect([...density.total]).toEqual([0, 6]);
    const hidden = detections.density(Int32Array.of(0, 0, 1, 1), 2, { minScore: 0.4, hiddenClasses: [1] });
    expect([...hidden.peak]).toEqual([0, 0, 0, 0]);
  });

  it('counts a million boxes in a few times what looking at each once takes', () => {
    const detections = new Detections();
    const frames = 100_000;
    const builder = new BatchBuilder();
    const boxes = new Float32Array(60);
    for (let frame = 0; frame < frames; frame++) {
      for (let n = 0; n < 10; n++) {
        boxes[n * 6 + 4] = ((frame * 7 + n * 13) % 100) / 100;
        boxes[n * 6 + 5] = n % 6;
      }
      builder.add(frameIndex(frame), seconds(frame / 30), boxes);
    }
    detections.add(builder.take());
    const binOf = Int32Array.from({ length: frames }, (_, frame) => Math.floor(frame / 200));
    const scores = Float32Array.from({ length: 1_000_000 }, (_, n) => (n % 100) / 100);
    const kinds = Int32Array.from({ length: 1_000_000 }, (_, n) => n % 6);
    const plainly = (least: number): number => {
      const counts = new Int32Array(500);
      for (let n = 0; n < scores.length; n++) if (scores[n]! >= least && kinds[n] !== 3) counts[n % 500]! += 1;
      return counts[7]!;
    };
    const took = (work: () => unknown): number => {
      const began = performance.now();
      work();
      return performance.now() - began;
    };
    // By turns, so that a busy machine slows both.
    const turns = Array.from({ length: 12 }, (_, k) => [
      took(() => detections.density(binOf, 500, { minScore: k / 12, hiddenClasses: [3] })), took(() => plainly(k / 12)),
    ] as const);
    const third = (which: 0 | 1): number => turns.map((turn) => turn[which]).sort((x, y) => x - y)[3]!;
    expect(detections.boxCount).toBe(1_000_000);
    expect(third(0)).toBeLessThan(10 * third(1));
  });
});

describe('pieces to load', () => {
  it('cuts stretches and begins where the user looks', () => {
    const analysed = [[0, 9], [20, 24]] as unknown as Parameters<typeof piecesToLoad>[0];
    expect(piecesToLoad(analysed, 22, 4)).toEqual([[20, 24], [24, 25], [8, 10], [4, 8], [0, 4]]);
    expect(piecesToLoad([], 0, 4)).toEqual([]);
  });
});
