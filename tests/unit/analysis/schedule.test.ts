import { describe, expect, it } from 'vitest';
import { gapFrom, isLate, nextGap, shouldJump } from '../../../electron/engine/analysis/schedule.js';
import { frameIndex, type Stretch } from '../../../electron/engine/contract/contract.js';

const stretches = (...pairs: [number, number][]): Stretch[] => pairs.map(([a, b]) => [frameIndex(a), frameIndex(b)]);

describe('gapFrom', () => {
  it.each([
    { name: 'nothing done', done: stretches(), from: 0, total: 100, gap: [0, 100] },
    { name: 'nothing done, length unknown', done: stretches(), from: 7, total: null, gap: [7, null] },
    { name: 'inside a done stretch', done: stretches([0, 9], [20, 29]), from: 5, total: 100, gap: [10, 20] },
    { name: 'in a gap', done: stretches([0, 9], [20, 29]), from: 12, total: 100, gap: [12, 20] },
    { name: 'behind the last', done: stretches([0, 9], [20, 29]), from: 25, total: 100, gap: [30, 100] },
    { name: 'at the very end', done: stretches([0, 99]), from: 3, total: 100, gap: null },
    { name: 'past the end', done: stretches(), from: 100, total: 100, gap: null },
  ])('$name', ({ done, from, total, gap }) => {
    const found = gapFrom(done, from, total);
    expect(found === null ? null : [found.from, found.to]).toEqual(gap);
  });
});

describe('nextGap', () => {
  it('works ahead of the playhead first, then from the beginning', () => {
    expect(nextGap(stretches([50, 99]), 60, 100)).toEqual({ from: 0, to: 50 });
    expect(nextGap(stretches([50, 79]), 60, 100)).toEqual({ from: 80, to: 100 });
    expect(nextGap(stretches([0, 99]), 60, 100)).toBeNull();
  });

  it('visits every frame exactly once, whatever the seeks', () => {
    const done = new Set<number>();
    const total = 200;
    const asStretches = (): Stretch[] => {
      const list: [number, number][] = [];
      for (const index of [...done].sort((a, b) => a - b)) {
        const last = list[list.length - 1];
        if (last?.[1] === index - 1) last[1] = index;
        else list.push([index, index]);
      }
      return stretches(...list);
    };
    let playhead = 0;
    for (let step = 0; step < total; step += 1) {
      if (step % 17 === 0) playhead = (playhead * 31 + 97) % total;
      const gap = nextGap(asStretches(), playhead, total);
      expect(gap).not.toBeNull();
      expect(done.has(gap!.from)).toBe(false);
      done.add(gap!.from);
    }
    expect(done.size).toBe(total);
    expect(nextGap(asStretches(), playhead, total)).toBeNull();
  });
});

describe('shouldJump', () => {
  it('stays while the decoder is about to reach the playhead', () => {
    expect(shouldJump(90, null, 100, stretches([0, 89]), null)).toBe(false);
    expect(shouldJump(90, null, 300, stretches([0, 89]), null)).toBe(true);
  });
  it('goes back for what is missing behind, and stays where nothing is', () => {
    expect(shouldJump(90, null, 10, stretches([50, 89]), null)).toBe(true);
    expect(shouldJump(90, null, 10, stretches([0, 89]), null)).toBe(false);
  });
  it('has more patience with a playhead that moves by itself', () => {
    expect(shouldJump(90, null, 200, stretches([0, 89]), null, true)).toBe(false);
    expect(shouldJump(90, null, 200, stretches([0, 89]), null, false)).toBe(true);
  });
  it('leaves a gap that ends before the playhead', () => {
    expect(shouldJump(90, 95, 100, stretches([0, 89], [95, 99]), 200)).toBe(true);
  });
  it('stays where all ahead of the playhead is done', () => {
    expect(shouldJump(10, 50, 100, stretches([0, 9], [50, 199]), 200)).toBe(false);
  });
});

describe('isLate', () => {
  it('leaves out only what would come too late, only while playing, only in keep-up mode', () => {
    expect(isLate('keep-up', true, 1.0, 1.1, 0)).toBe(true);
    expect(isLate('keep-up', true, 1.15, 1.1, 0.1)).toBe(true);
    expect(isLate('keep-up', true, 1.3, 1.1, 0.1)).toBe(false);
    expect(isLate('keep-up', false, 1.0, 1.1, 0)).toBe(false);
    expect(isLate('every-frame', true, 1.0, 1.1, 0)).toBe(false);
  });
});
