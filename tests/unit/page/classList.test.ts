import { describe, expect, it } from 'vitest';
import { classesBelow, emptyList, pickedAfter, relisted, type ClassList, type Hold } from '../../../renderer/state/classList.js';

const names = 21;
const scores = (of: Readonly<Record<number, number>>): Float32Array => Float32Array.from({ length: names }, (_, id) => of[id] ?? -1);
/** Person, bus and truck above the usual confidence; boat and bird below it. */
const street = scores({ 0: 0.9, 5: 0.8, 7: 0.5, 8: 0.3, 9: 0.06 });
const after = (before: ClassList, highest: Float32Array, minScore: number, hold: Hold): ClassList => relisted(before, { named: names, highest, minScore }, hold);

describe('the list of classes of a model with many', () => {
  it('holds what reaches the confidence, and tells what is seen below', () => {
    const { listed } = after(emptyList, street, 0.4, 'free');
    expect(listed).toEqual([0, 5, 7]);
    expect(classesBelow(listed, street)).toEqual([8, 9]);
    expect(after(emptyList, street, 1, 'free').listed).toEqual([]);
    expect(after(emptyList, street, 0, 'free').listed).toEqual([0, 5, 7, 8, 9]);
  });

  it('counts a score that is the confidence itself, as the filter does', () => {
    const highest = scores({ 1: 0.4, 2: 0.5 });
    // As float32, 0.4 is a little more than 0.4.
    expect(after(emptyList, highest, 0.4, 'free').listed).toEqual([1, 2]);
    expect(after(emptyList, highest, 0.5, 'free').listed).toEqual([2]);
  });

  it('only appends while analysis goes on', () => {
    let list = after(emptyList, scores({ 7: 0.5 }), 0.4, 'free');
    list = after(list, scores({ 7: 0.5, 2: 0.7 }), 0.4, 'free');
    list = after(list, scores({ 7: 0.9, 2: 0.7, 0: 0.8, 20: 0.4 }), 0.4, 'free');
    expect(list.listed).toEqual([7, 2, 0, 20]);
  });

  it('keeps every row while it is held, and forgets those below when it is let go', () => {
    const start = after(emptyList, street, 0.4, 'free');
    const dragged = after(start, street, 0.95, 'no-removal');
    expect(dragged).toBe(start);
    const low = after(dragged, street, 0.2, 'no-removal');
    expect(low.listed).toEqual([0, 5, 7, 8]);
    expect(after(low, street, 0.6, 'no-removal').listed).toEqual([0, 5, 7, 8]);
    expect(after(low, street, 0.6, 'free').listed).toEqual([0, 5]);
  });

  it('is the same after the slider went there and back', () => {
    const start = after(after(emptyList, scores({ 7: 0.5 }), 0.4, 'free'), street, 0.4, 'free');
    expect(start.listed).toEqual([7, 0, 5]);
    const high = after(start, street, 0.85, 'free');
    expect(high.listed).toEqual([0]);
    const held = after(high, street, 0.4, 'no-removal');
    expect(held.listed).toEqual([0, 5, 7]);
    expect(after(held, street, 0.4, 'free').listed).toEqual([7, 0, 5]);
  });

  it('neither takes nor gives a row while it is frozen', () => {
    const start = after(emptyList, street, 0.6, 'free');
    expect(after(start, street, 0.1, 'frozen')).toBe(start);
    expect(after(start, street, 0.1, 'free').listed).toEqual([0, 5, 7, 8]);
  });

  it('is one and the same object while nothing changes', () => {
    const start = after(emptyList, street, 0.4, 'free');
    expect(after(start, street, 0.45, 'free')).toBe(start);
  });

  it('keeps what was picked by hand, seen or not', () => {
    const picked: ClassList = { ...emptyList, picked: [8, 15] };
    expect(after(picked, street, 0.4, 'free').listed).toEqual([0, 5, 7, 8, 15]);
  });
});

describe('other models', () => {
  it('lists up to twelve classes whole and in their order, held or not', () => {
    const highest = Float32Array.of(-1, 0.9, 0.1);
    for (const hold of ['free', 'no-removal', 'frozen'] as const) {
      expect(relisted(emptyList, { named: 12, highest, minScore: 0.4 }, hold).listed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }
    expect(relisted(emptyList, { named: 13, highest, minScore: 0.4 }, 'free').listed).toEqual([1]);
  });

  it('lists what is found where the card names no class, or fewer', () => {
    expect(relisted(emptyList, { named: 0, highest: Float32Array.of(-1, 0.9, 0.1), minScore: 0.4 }, 'free').listed).toEqual([1]);
    expect(relisted(emptyList, { named: 1, highest: Float32Array.of(-1, -1, 0.1), minScore: 0.4 }, 'free').listed).toEqual([0, 1, 2]);
  });
});

describe('what was picked by hand', () => {
  it('is what was shown or hidden one by one, until all are shown', () => {
    expect(pickedAfter([], [], [3], 21)).toEqual([3]);
    expect(pickedAfter([3], [3], [3, 5], 21)).toEqual([3, 5]);
    expect(pickedAfter([3, 5], [3, 5], [5], 21)).toEqual([3, 5]);
    expect(pickedAfter([3, 5], [5], [], 21)).toEqual([]);
  });

  it('is the one class that is left alone, not all that this hides', () => {
    const others = Array.from({ length: 21 }, (_, id) => id).filter((id) => id !== 2);
    expect(pickedAfter([4], [4], others, 21)).toEqual([2]);
    expect(pickedAfter([2], others, others.filter((id) => id !== 5), 21)).toEqual([2, 5]);
  });
});
