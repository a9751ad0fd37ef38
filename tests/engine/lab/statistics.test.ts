import { describe, expect, it } from 'vitest';
import { milliseconds, type CompareRow, type Latency } from '../../../electron/engine/contract/contract.js';
import { orderAgreement } from '../../../electron/engine/lab/agreement.js';
import { groupByMemory } from '../../../electron/engine/lab/memory-room.js';
import { kendallTau, latencyOf, roundOrders } from '../../../electron/engine/lab/statistics.js';

const ms = (...values: number[]) => values.map(milliseconds);

describe('the order of turns', () => {
  it('gives each subject one turn a round, in an order that changes and is the same every time', () => {
    const orders = roundOrders(5, 40);
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(roundOrders(5, 40)).toEqual(orders);
    expect(new Set(orders.map(String)).size).toBeGreaterThan(25);
    // Nobody always comes first, and nobody always follows the same one.
    for (let n = 0; n < 5; n++) {
      const first = orders.filter(([head]) => head === n).length;
      expect(first).toBeGreaterThan(2);
      expect(first).toBeLessThan(17);
    }
    expect(roundOrders(0, 2)).toEqual([[], []]);
    expect(roundOrders(1, 2)).toEqual([[0], [0]]);
  });
});

describe('latency', () => {
  it('takes quantiles over all runs and the drift from the rounds', () => {
    expect(latencyOf([ms(10, 12, 11), ms(20, 22, 21, 19), ms(9)])).toEqual({ p50: 12, p95: 22, low: 9, high: 20, runs: 8 });
    // The median of all lies between those of the rounds, however few there are.
    expect(latencyOf([ms(1, 9), ms(2, 9), ms(3, 9)])).toEqual({ p50: 3, p95: 9, low: 1, high: 3, runs: 6 });
    expect(latencyOf([ms(5), []])).toEqual({ p50: 5, p95: 5, low: 5, high: 5, runs: 1 });
    expect(latencyOf([])).toBeNull();
    expect(latencyOf([[], []])).toBeNull();
  });
});

describe('agreement of two orders', () => {
  it('is Kendall’s tau-b', () => {
    expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) = -0.47140452079103173
    expect(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.47140452079103173, 12);
    expect(kendallTau([1, 1], [1, 2])).toBeNaN();
  });

  it('tells apart what changed places within its drift and beyond it', () => {
    const row = (subject: string, p50: number, low: number, high: number): CompareRow =>
      ({ subject, latency: { p50: milliseconds(p50), p95: milliseconds(p50), low: milliseconds(low), high: milliseconds(high), runs: 9 } satisfies Latency }) as CompareRow;
    const before = [row('a', 10, 9, 11), row('b', 9.8, 9.5, 12), row('c', 20, 19, 21), row('gone', 1, 1, 1)];
    const close = orderAgreement([row('a', 10.2, 10, 11), row('b', 10.4, 9.8, 11), row('c', 20, 19, 21), row('new', 3, 3, 3)], before, 7);
    expect(close).toMatchObject({ at: 7, pairs: 3, swapped: 1, clearlySwapped: 0 });
    expect(close?.tau).toBeCloseTo(1 / 3, 12);
    expect(orderAgreement([row('a', 30, 29, 31), row('b', 10.6, 10, 11), row('c', 20, 19, 21)], before, 7)).toMatchObject({ swapped: 2, clearlySwapped: 1 });
    expect(orderAgreement([row('a', 1, 1, 1)], before, 7)).toBeNull();
  });
});

describe('groups by memory', () => {
  it('puts together what fits, in order, and never nothing', () => {
    expect(groupByMemory([4, 4, 4, 1], 8)).toEqual([[0, 1], [2, 3]]);
    expect(groupByMemory([100, 1, 1], 8)).toEqual([[0], [1, 2]]);
    expect(groupByMemory([1, 1], 0)).toEqual([[0], [1]]);
    expect(groupByMemory([], 8)).toEqual([]);
  });
});
