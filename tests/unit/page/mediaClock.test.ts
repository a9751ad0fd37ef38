import { describe, expect, it } from 'vitest';
import { calibrate, toMedia, toOurs } from '../../../renderer/player/mediaClock.js';
import { frameShownAt } from '../../../renderer/state/frameTimes.js';

const times = Float64Array.from({ length: 60 }, (_, k) => k / 25);

describe('media clock', () => {
  // startTime and the first mediaTime as Chromium 156 reports them for real files.
  it.each([
    ['MP4 from 0', 0, 0],
    ['MP4 from 5 s', 5, 5],
    ['MP4 without edit list', 0.08, 0.08],
    ['Matroska, video 21 ms after the sound', 0.021, 0.021],
  ])('agrees with the container: %s', (_, startTime, first) => {
    expect(calibrate(startTime, first, times).offset).toBe(startTime);
  });

  it('keeps to the container when the first picture was missed', () => {
    expect(calibrate(5, 5.08, times).offset).toBe(5);
  });

  it('forgives milliseconds of a container that rounds', () => {
    expect(calibrate(5.0004, 5, times).offset).toBe(5.0004);
  });

  it('takes the first picture for frame 0 where Chromium counts otherwise', () => {
    expect(calibrate(-0.033, 0.0123, times).offset).toBeCloseTo(0.0123, 12);
    expect(calibrate(1.48, 0, times).offset).toBe(0);
  });

  it('falls back on the first picture while no frame is known', () => {
    expect(calibrate(3, 4, new Float64Array()).offset).toBe(4);
  });

  it('leads from every media time back to its frame', () => {
    const clock = calibrate(5, 5, times);
    times.forEach((time, frame) => expect(frameShownAt(times, toOurs(clock, Math.round(toMedia(clock, time) * 1e6) / 1e6))).toBe(frame));
  });
});
