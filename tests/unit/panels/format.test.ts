import { describe, expect, it } from 'vitest';
import { bytes, clock, count, figure, length, remaining, score } from '../../../renderer/ui/format.js';

describe('figures', () => {
  it.each([[0, '0.0'], [4.234, '4.2'], [9.94, '9.9'], [9.96, '10'], [17.4, '17'], [12345.6, '12,346'], [null, '–'], [Number.NaN, '–'], [Infinity, '–']])(
    'figure(%s) is %s', (value, text) => expect(figure(value)).toBe(text));
  it.each([[0, '0'], [5760, '5,760'], [null, '–']])('count(%s) is %s', (value, text) => expect(count(value)).toBe(text));
  it.each([[0, '0 bytes'], [999, '999 bytes'], [1000, '1.0 KB'], [999_499, '999 KB'], [999_600, '1.0 MB'], [412e6, '412 MB'], [1.43e9, '1.4 GB'], [5e15, '5,000 TB'], [null, '–']])(
    'bytes(%s) is %s', (value, text) => expect(bytes(value)).toBe(text));
  it.each([[0, '0:00'], [67.9, '1:07'], [3723, '1:02:03'], [-2, '0:00'], [null, '–']])('clock(%s) is %s', (value, text) => expect(clock(value)).toBe(text));
  it.each([[0, '0.0 s'], [0.9999999, '1.0 s'], [1.52, '1.5 s'], [9.96, '0:09'], [10.9999, '0:11'], [67.9, '1:07'], [null, '–']])('length(%s) is %s', (value, text) => expect(length(value).replaceAll('\u00a0', ' ')).toBe(text));
  it.each([[0, '1 s'], [8.2, '9 s'], [43, '45 s'], [57, '55 s'], [58, '1 min'], [170, '3 min'], [3540, '59 min'], [3600, '1 h'], [4850, '1 h 20 min'], [7190, '2 h'], [7080, '2 h'], [null, '–']])(
    'remaining(%s) is %s', (value, text) => expect(remaining(value)).toBe(text));
  it('scores keep their width', () => expect([0, 0.4, 1].map(score)).toEqual(['0.00', '0.40', '1.00']));
});
