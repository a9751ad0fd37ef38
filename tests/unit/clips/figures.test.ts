import { describe, expect, it } from 'vitest';
import { figuresOf, framesToShow, type Frames } from '../../../tools/clips/figures.js';
import type { Clip } from '../../../tools/clips/table.js';

const clip: Clip = { file: 'made.mp4', there: [{ name: 'car', frames: [[1, 3], [6, null]] }], also: ['truck'], credit: '' };

/** `c` a car, `t` a truck, `d` a dog; a capital is sure (0.9), a small letter is not (0.5). */
const framesOf = (...frames: readonly string[]): Frames => frames.map((frame) => Array.from(frame, (letter) => ({
  name: { c: 'car', t: 'truck', d: 'dog' }[letter.toLowerCase()] ?? '', score: letter === letter.toLowerCase() ? 0.5 : 0.9,
})));

describe('figures of a clip', () => {
  const frames = framesOf('C', 'CC', 'c', 'T', 'Dd', '', 'C', '', '', 'C');

  it('count frames, not boxes, and only those where the thing is', () => {
    expect(figuresOf(frames, clip, 0.4)).toEqual({
      frames: 10, boxesPerFrame: 0.9, classes: { car: 5, truck: 1, dog: 1 }, wrong: 1,
      there: [{ name: 'car', frames: 7, found: 4, longestGap: 2 }],
    });
  });

  it('look at sure boxes only; a gap does not go on where the thing is gone', () => {
    const { there, wrong } = figuresOf(framesOf('', '', 'c', 'c', '', '', 'c', 'C', 'C', 'd'), clip, 0.9);
    expect(there).toEqual([{ name: 'car', frames: 7, found: 2, longestGap: 3 }]);
    expect(wrong).toBe(0);
    expect(figuresOf([], clip, 0.4)).toEqual({ frames: 0, boxesPerFrame: 0, classes: {}, wrong: 0, there: [{ name: 'car', frames: 0, found: 0, longestGap: 0 }] });
  });

  it('choose of each part the frame with most that is there, and least that is not', () => {
    expect(framesToShow(framesOf('c', 'CC', 'CCDD', 'T', 'd', 'c', 'D', ''), clip, 0.4, 4)).toEqual([1, 3, 5, 7]);
    expect(framesToShow(framesOf('c'), clip, 0.4, 4)).toEqual([0]);
  });
});
