import { createRandom } from '../../../models/networks/random.js';
import { milliseconds, type Latency, type Milliseconds } from '../contract/contract.js';
import { quantiles } from '../analysis/statistics.js';

/** In which order `count` subjects have their turns, a row a round: shuffled, and the same every time. */
export const roundOrders = (count: number, rounds: number): readonly (readonly number[])[] => {
  const random = createRandom(1, 'rounds');
  return Array.from({ length: rounds }, () => {
    const order = Array.from({ length: count }, (_, n) => n);
    for (let n = count - 1; n > 0; n--) {
      const other = Math.floor(random() * (n + 1));
      [order[n], order[other]] = [order[other] ?? 0, order[n] ?? 0];
    }
    return order;
  });
};

/**
 * Times of single inferences, a row a round; null while there are none. Every median is taken by nearest
 * rank, so that that of all lies between those of the rounds.
 */
export const latencyOf = (rounds: readonly (readonly Milliseconds[])[]): Latency | null => {
  const all = rounds.flat();
  const both = quantiles(Float64Array.from(all));
  if (both === null) return null;
  const medians = rounds.flatMap((times) => quantiles(Float64Array.from(times))?.p50 ?? []);
  return { ...both, low: milliseconds(Math.min(...medians)), high: milliseconds(Math.max(...medians)), runs: all.length };
};

/**
 * Kendall's tau-b of two rankings of the same things: 1 where they agree on every pair, -1 where on none, NaN
 * where either does not rank anything.
 */
export const kendallTau = (a: readonly number[], b: readonly number[]): number => {
  let [score, inA, inB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = i + 1; j < a.length; j++) {
      const [first, second] = [Math.sign((a[i] ?? 0) - (a[j] ?? 0)), Math.sign((b[i] ?? 0) - (b[j] ?? 0))];
      score += first * second;
      inA += first * first;
      inB += second * second;
    }
  }
  return score / Math.sqrt(inA * inB);
};
