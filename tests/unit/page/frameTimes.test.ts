import { describe, expect, it } from 'vitest';
import {
  endOf, frameLength, frameShownAt, frameStartingBefore, insideFrame, nearestFrame, usualGap,
} from '../../../renderer/state/frameTimes.js';

const even = Float64Array.from({ length: 100 }, (_, k) => k / 25);
/** 25 a second, then a hole of a second, then 50 a second. */
const uneven = Float64Array.from([0, 0.04, 0.08, 1.08, 1.1, 1.12]);

describe('frames by time', () => {
  it('finds the frame that is on show, and the nearest', () => {
    expect(frameStartingBefore(even, 0.0799)).toBe(1);
    expect(frameStartingBefore(even, 0.08)).toBe(2);
    expect(frameStartingBefore(even, -0.001)).toBe(-1);
    expect(frameStartingBefore(even, 1e9)).toBe(99);
    expect(nearestFrame(even, 0.061)).toBe(2);
    expect(nearestFrame(even, 0.059)).toBe(1);
    expect(nearestFrame(even, -7)).toBe(0);
    expect(nearestFrame(new Float64Array(), 1)).toBe(-1);
  });

  it('names a frame only if the time is nearer than half the way to its neighbours', () => {
    expect(frameShownAt(uneven, 0.0805)).toBe(2);
    expect(frameShownAt(uneven, 0.095)).toBe(2);
    expect(frameShownAt(uneven, 0.5)).toBeNull();
    expect(frameShownAt(uneven, 1.075)).toBe(3);
    expect(frameShownAt(uneven, 1.06)).toBeNull();
    expect(frameShownAt(uneven, 1.2)).toBeNull();
    expect(frameShownAt(uneven, -0.03)).toBeNull();
    expect(frameShownAt(new Float64Array(), 0)).toBeNull();
    expect(frameShownAt(Float64Array.of(0), 0.004)).toBe(0);
  });

  it('names every frame from its own time, whatever the rounding on the way', () => {
    for (const times of [even, uneven]) {
      times.forEach((time, frame) => {
        for (const off of [0, 5e-7, -5e-7, 5e-4, -5e-4]) expect(frameShownAt(times, time + off)).toBe(frame);
      });
    }
  });

  it('aims inside the frame, so that a seek shows just this one', () => {
    uneven.forEach((_, frame) => expect(frameStartingBefore(uneven, insideFrame(uneven, frame))).toBe(frame));
    expect(frameLength(uneven, 2)).toBeCloseTo(1, 9);
    expect(frameLength(uneven, 5)).toBeCloseTo(usualGap(uneven), 9);
  });

  it('ends after the last frame, or where the file says while it is still being read', () => {
    expect(endOf(even, true, 99)).toBeCloseTo(4, 9);
    expect(endOf(even, false, 99)).toBe(99);
    expect(endOf(even, false, null)).toBeCloseTo(4, 9);
    expect(endOf(new Float64Array(), false, null)).toBe(0);
  });
});
