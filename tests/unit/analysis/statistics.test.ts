import { describe, expect, it } from 'vitest';
import { limitedBy, Meter } from '../../../electron/engine/analysis/meter.js';
import { nearestRank, quantiles, Rate, Window } from '../../../electron/engine/analysis/statistics.js';

describe('quantiles', () => {
  it('takes nearest ranks', () => {
    const hundred = Float64Array.from({ length: 100 }, (_, n) => 100 - n);
    expect(quantiles(hundred)).toEqual({ p50: 50, p95: 95 });
    expect(hundred[0]).toBe(100);
    expect(quantiles(Float64Array.of(7))).toEqual({ p50: 7, p95: 7 });
    expect(quantiles(new Float64Array(0))).toBeNull();
    expect(nearestRank(new Float64Array(0), 0.5)).toBeNaN();
  });
});

describe('Window', () => {
  it('forgets what is older than its length', () => {
    const window = new Window(3);
    for (const value of [100, 1, 2, 3]) window.add(value);
    expect(window.count).toBe(3);
    expect(window.quantiles()).toEqual({ p50: 2, p95: 3 });
    expect(window.mean()).toBe(2);
    expect(new Window(3).mean()).toBeNull();
  });
});

describe('Rate', () => {
  it('counts events a second lately and against the time worked', () => {
    const rate = new Rate(1000);
    expect(rate.recent(0)).toBeNull();
    expect(rate.overall(0)).toBeNull();
    rate.setWorking(true, 0);
    for (let at = 100; at <= 2000; at += 100) rate.add(at);
    expect(rate.recent(2000)).toBeCloseTo(10, 5);
    expect(rate.overall(2000)).toBeCloseTo(10, 5);
    rate.setWorking(false, 2000);
    // A pause is not held against the rate, and nothing happens now.
    expect(rate.overall(60_000)).toBeCloseTo(10, 5);
    expect(rate.recent(60_000)).toBeNull();
    rate.setWorking(true, 60_000);
    rate.add(60_500);
    expect(rate.overall(60_500)).toBeCloseTo(21_000 / 2500, 5);
    expect(rate.total).toBe(21);
  });
});

describe('the bottleneck', () => {
  it.each([
    [null, null, 'none'],
    [0.05, 0.05, 'none'],
    [8, 0.1, 'decoding'],
    [0.1, 8, 'inference'],
  ] as const)('waiting %s ms for frames and %s ms for slots: %s', (frame, slot, limit) => {
    expect(limitedBy(frame, slot)).toBe(limit);
  });
  it('is idle while nothing is done', () => {
    expect(new Meter().bottleneck(false)).toBe('idle');
  });
});
