import { describe, expect, it } from 'vitest';
import type { Detections } from '../../../renderer/state/detections.js';
import { binsOfFrames, coverage, ownStrips, stripsOf } from '../../../renderer/timeline/bins.js';
import { keptSpan, pannedSpan, rulerTicks, timeToX, xToTime, zoomedSpan } from '../../../renderer/timeline/scale.js';

describe('timeline scale', () => {
  it('leads from time to place and back', () => {
    const span = { from: 10, to: 30 };
    expect(timeToX(span, 200, 20)).toBe(100);
    expect(xToTime(span, 200, timeToX(span, 200, 12.34))).toBeCloseTo(12.34, 12);
  });

  it('zooms about a time and stays inside the video', () => {
    const span = zoomedSpan({ from: 0, to: 100 }, 100, 4, 40);
    expect(span).toEqual({ from: 30, to: 55 });
    expect(zoomedSpan(span, 100, 0.01, 40)).toEqual({ from: 0, to: 100 });
    expect(zoomedSpan({ from: 0, to: 100 }, 100, 1e9, 0)).toEqual({ from: 0, to: 0.5 });
    expect(pannedSpan(span, 100, 1000)).toEqual({ from: 75, to: 100 });
    expect(keptSpan({ from: -5, to: 1 }, 0.2)).toEqual({ from: 0, to: 0.2 });
  });

  it('puts round times on the ruler, apart enough to be read', () => {
    for (const [from, to, width] of [[0, 1.5, 1200], [0, 30, 800], [0, 3600, 1000], [1799, 1801, 700], [0, 90_000, 500]] as const) {
      const { step, times } = rulerTicks({ from, to }, width, 72);
      expect((step / (to - from)) * width).toBeGreaterThanOrEqual(72 - 1e-9);
      expect(times.length).toBeGreaterThan(1);
      for (const time of times) expect(time >= from - 1e-9 && time <= to + 1e-9).toBe(true);
    }
    expect(rulerTicks({ from: 0, to: 30 }, 1000, 72)).toEqual({ step: 5, times: [0, 5, 10, 15, 20, 25, 30], digits: 0 });
  });
});

describe('timeline bins', () => {
  const times = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);

  it('puts every frame where it begins', () => {
    expect([...binsOfFrames(times, { from: 0, to: 8 }, 4)]).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...binsOfFrames(times, { from: 2, to: 4 }, 2)]).toEqual([-1, -1, 0, 1, -1, -1, -1, -1]);
    // A frame that begins on a bin's edge belongs to it, though 0.3 / 0.1 is a little less than 3.
    expect([...binsOfFrames(Float64Array.of(0, 0.1, 0.2, 0.3, 0.7), { from: 0, to: 1 }, 10)]).toEqual([0, 1, 2, 3, 7]);
  });

  it('tells the share that is analysed, and where no frame begins', () => {
    const detections: Pick<Detections, 'has'> = { has: (frame) => frame < 3 };
    expect([...coverage(detections, Int32Array.of(0, 0, 2, 2), 4)]).toEqual([1, -1, 0.5, -1]);
  });

  it('gives frequent classes a strip of their own and the rest one together', () => {
    const density = { bins: 2, classes: 4, peak: Uint16Array.of(1, 0, 0, 2, 3, 0, 1, 1), total: Uint32Array.of(1, 20, 30, 2) };
    expect(ownStrips(density.total, [3, 2, 1, 0], 3)).toEqual([2, 1]);
    expect(ownStrips(density.total, [3, 0, 7], 3)).toEqual([3, 0, 7]);
    const strips = stripsOf(density, [0, 1, 2, 3], [1, 2]);
    expect(strips.map(({ classId, classes, most, peak }) => [classId, classes, most, ...peak]))
      .toEqual([[1, 1, 2, 0, 2], [2, 1, 3, 3, 0], [null, 2, 2, 2, 1]]);
    expect(stripsOf(density, [0, 5], [0, 5]).map(({ classId, most }) => [classId, most])).toEqual([[0, 1], [5, 0]]);
  });
});
