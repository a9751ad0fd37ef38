import { describe, expect, it } from 'vitest';
import { displayPx, frameIndex, type Stretch } from '../../../electron/engine/contract/contract.js';
import { analysedPart, expectedSize, exportPlan, percent } from '../../../renderer/export/plan.js';

/** Frames at uneven times, the last shown for a usual gap (the median, 0.1 s). */
const times = Float64Array.of(0, 0.1, 0.2, 0.5, 0.6);
const stretch = (first: number, last: number): Stretch => [frameIndex(first), frameIndex(last)];

describe('what an export will write', () => {
  it.each<[number | null, number | null, number, number, number]>([
    [null, null, 0, 5, 0.7],
    [0.1, null, 1, 5, 0.6],
    [0.15, 0.5, 2, 3, 0.3],
    [0.15, 0.51, 2, 4, 0.4],
    [null, 0.1, 0, 1, 0.1],
    [0.3, 0.4, 3, 3, 0],
    [0.5, 0.2, 3, 3, 0],
    [2, null, 5, 5, 0],
    [-1, 99, 0, 5, 0.7],
  ])('from %s to %s: frames %d to %d, %d s', (start, end, from, to, duration) => {
    const plan = exportPlan(times, start, end);
    expect([plan.from, plan.to]).toEqual([from, to]);
    expect(plan.duration).toBeCloseTo(duration, 9);
  });

  it('is nothing for a video without frames', () => {
    expect(exportPlan(new Float64Array(0), null, null)).toEqual({ from: 0, to: 0, duration: 0 });
  });

  it('is one frame for a video of one frame', () => {
    expect(exportPlan(Float64Array.of(0), null, null)).toEqual({ from: 0, to: 1, duration: 1 / 30 });
  });
});

describe('how much of it is analysed', () => {
  it.each<[readonly Stretch[], number, number, number]>([
    [[], 0, 10, 0],
    [[stretch(0, 9)], 0, 10, 1],
    [[stretch(0, 4)], 0, 10, 0.5],
    [[stretch(0, 4), stretch(8, 20)], 2, 10, 5 / 8],
    [[stretch(20, 30)], 2, 10, 0],
    [[], 3, 3, 1],
  ])('%j of frames %d to %d', (analysed, from, to, part) => {
    expect(analysedPart(analysed, from, to)).toBeCloseTo(part, 12);
  });

  it.each([[0, '0 %'], [0.0001, '1 %'], [0.5, '50 %'], [0.9999, '99 %'], [1, '100 %']])('%d is told as %s', (part, text) => {
    expect(percent(part)).toBe(text);
  });
});

describe('the size', () => {
  it('is told for ProRes only, as prores_ks made 60 frames of 1280 x 720', () => {
    const display = { width: displayPx(1280), height: displayPx(720) };
    expect(Math.abs((expectedSize('prores', display, 60) ?? 0) / 28_612_219 - 1)).toBeLessThan(0.05);
    expect(expectedSize('h264', display, 60)).toBeNull();
  });
});
