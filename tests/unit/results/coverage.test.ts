import { describe, expect, it } from 'vitest';
import { frameIndex } from '../../../electron/engine/contract/contract.js';
import { Coverage, covers, framesIn } from '../../../electron/engine/results/coverage.js';

const covering = (...frames: number[]): Coverage => {
  const coverage = new Coverage();
  for (const frame of frames) coverage.add(frame);
  return coverage;
};

describe('Coverage', () => {
  it('joins stretches that come to touch', () => {
    const coverage = covering(5, 7, 0, 1, 3);
    expect(coverage.stretches()).toEqual([[0, 1], [3, 3], [5, 5], [7, 7]]);
    expect(coverage.add(6)).toBe(true);
    expect(coverage.add(6)).toBe(false);
    expect(coverage.stretches()).toEqual([[0, 1], [3, 3], [5, 7]]);
    expect(coverage.count).toBe(6);
  });

  it('finds the next gap from any point', () => {
    const coverage = covering(2, 3, 4, 8);
    expect(coverage.nextGap(0, 12)).toEqual([0, 1]);
    expect(coverage.nextGap(3, 12)).toEqual([5, 7]);
    expect(coverage.nextGap(6, 12)).toEqual([6, 7]);
    expect(coverage.nextGap(8, 12)).toEqual([9, 11]);
    expect(coverage.nextGap(8, 9)).toBeNull();
    expect(coverage.nextGap(12, 12)).toBeNull();
    expect(coverage.nextGap(8, null)).toEqual([9, Infinity]);
    expect(covering().nextGap(0, 3)).toEqual([0, 2]);
    expect(covering().nextGap(0, 0)).toBeNull();
  });

  it('agrees with a plain set after 3000 random frames', () => {
    const coverage = new Coverage();
    const plain = new Set<number>();
    let seed = 7;
    for (let k = 0; k < 3000; k++) {
      seed = (seed * 48271) % 2147483647;
      const frame = seed % 2000;
      expect(coverage.add(frame)).toBe(!plain.has(frame));
      plain.add(frame);
    }
    for (let frame = 0; frame < 2000; frame++) expect(coverage.has(frame)).toBe(plain.has(frame));
    const stretches = coverage.stretches();
    expect(framesIn(stretches)).toBe(plain.size);
    expect(coverage.count).toBe(plain.size);
    for (let k = 1; k < stretches.length; k++) expect(stretches[k]![0]).toBeGreaterThan(stretches[k - 1]![1] + 1);
  });

  it('says whether a range is whole', () => {
    const stretches = covering(1, 2, 3, 6).stretches();
    expect(covers(stretches, frameIndex(1), frameIndex(3))).toBe(true);
    expect(covers(stretches, frameIndex(3), frameIndex(6))).toBe(false);
  });

  it('takes every third of 100 000 frames quickly', () => {
    const started = performance.now();
    const coverage = new Coverage();
    for (let frame = 0; frame < 100_000; frame += 3) coverage.add(frame);
    for (let frame = 99_999; frame > 0; frame -= 3) coverage.add(frame - 1);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(coverage.count).toBe(66_667);
  });
});
