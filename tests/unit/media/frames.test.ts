import { describe, expect, test } from 'vitest';
import { frameIndex, seconds, ticks } from '../../../electron/engine/contract/contract.js';
import { FrameTable } from '../../../electron/engine/media/frames.js';

const table = (values: readonly number[]): FrameTable => {
  const frames = new FrameTable({ firstPts: ticks(values[0] ?? 0), timeBase: { num: 1, den: 1000 } });
  frames.append(values);
  return frames;
};

describe('FrameTable', () => {
  test('counts from the first frame', () => {
    const frames = table([5000, 5040, 5200]);
    expect([...frames.times()]).toEqual([0, 0.04, 0.2]);
    expect(frames.timeAt(2)).toBe(0.2);
    expect(frames.ticksAt(2)).toBe(5200);
    expect(() => frames.ticksAt(3)).toThrow(RangeError);
    expect(() => frames.ticksAt(-1)).toThrow(RangeError);
  });

  test('finds the frame shown at a time', () => {
    const frames = table([0, 40, 200]);
    const at = (time: number): number => frames.indexAt(seconds(time));
    expect([-1, 0, 0.039, 0.04, 0.199, 0.2, 99].map(at)).toEqual([0, 0, 0, 1, 1, 2, 2]);
    // A browser rounds to microseconds, sometimes down.
    expect(at(0.0399989)).toBe(1);
    expect(at(0.039997)).toBe(0);
    expect([0.01, 0.03, 0.12, 0.13].map((time) => frames.nearest(seconds(time)))).toEqual([0, 1, 1, 2]);
    expect([0, 0.01, 0.04, 0.3].map((time) => frames.firstAtOrAfter(seconds(time)))).toEqual([0, 1, 1, 3]);
    expect(frames.indexOfTicks(ticks(40))).toBe(1);
    expect(frames.indexOfTicks(ticks(41))).toBeNull();
    expect(frames.indexOfTicks(ticks(201))).toBeNull();
  });

  test('an empty one has no frame', () => {
    const frames = table([]);
    expect(frames.indexAt(seconds(1))).toBe(-1);
    expect(frames.nearest(seconds(1))).toBe(-1);
    expect(frames.firstAtOrAfter(seconds(0))).toBe(0);
    expect(frames.indexOfTicks(ticks(0))).toBeNull();
  });

  test('leaves out times that do not increase, and sorts when set anew', () => {
    const frames = table([0, 40, 40, 30, 80]);
    expect(frames.count).toBe(3);
    frames.replace([80, 0, 40, 40, 20]);
    expect([...frames.times()]).toEqual([0, 0.02, 0.04, 0.08]);
  });

  test('grows to an hour of 60 frames a second and still answers at once', () => {
    const frames = table([0]);
    for (let n = 1; n < 216_000; n += 500) frames.append(Array.from({ length: 500 }, (_, k) => (n + k) * 17));
    const started = performance.now();
    for (let k = 0; k < 10_000; k += 1) frames.indexAt(seconds(k * 0.3));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(frames.indexAt(seconds(1700))).toBe(100_000);
  });

  test('knows when it is whole', () => {
    const frames = table([0, 40, 80, 120]);
    expect(frames.complete).toBe(false);
    frames.endAt(frameIndex(3));
    expect([frames.complete, frames.count]).toEqual([true, 3]);
    const other = table([0]);
    other.finish();
    expect(other.complete).toBe(true);
  });
});
