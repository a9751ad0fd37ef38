import type { CompareRow, LabResult, Latency } from '../contract/contract.js';
import type { KeptResults } from './kept.js';
import { kendallTau } from './statistics.js';

/** How the order of a comparison agrees with an earlier one of the same things. */
export type Agreement = {
  /** When the earlier one was made; milliseconds since 1970. */
  readonly at: number;
  /** Kendall's tau-b of the fastest rounds of both: 1 where every pair stands the same way round. */
  readonly tau: number;
  readonly pairs: number;
  /** Pairs that stand the other way round, and how many of those lie apart by more than the rounds' medians vary, both times. */
  readonly swapped: number;
  readonly clearlySwapped: number;
};

/** Whether no round of the one was as fast or as slow as one of the other. */
const apart = (a: Latency, b: Latency): boolean => a.low > b.high || b.low > a.high;

/** Compares latencies of the subjects that both have; null where fewer than two do. */
export const orderAgreement = (now: readonly CompareRow[], before: readonly CompareRow[], at: number): Agreement | null => {
  const both = now.flatMap(({ subject, latency }) => {
    const old = before.find((row) => row.subject === subject)?.latency ?? null;
    return latency === null || old === null ? [] : [{ now: latency, before: old }];
  });
  if (both.length < 2) return null;
  const pairs = both.flatMap((one, n) => both.slice(n + 1).map((other) => ({ one, other })));
  const swapped = pairs.filter(({ one, other }) => (one.now.low - other.now.low) * (one.before.low - other.before.low) < 0);
  return {
    at,
    tau: kendallTau(both.map((one) => one.now.low), both.map((one) => one.before.low)),
    pairs: pairs.length,
    swapped: swapped.length,
    clearlySwapped: swapped.filter(({ one, other }) => apart(one.now, other.now) && apart(one.before, other.before)).length,
  };
};

/** Against the newest kept comparison on the same machine and provider, at the same size and batch; null where there is none. */
export const agreementWith = async (result: LabResult, kept: KeptResults): Promise<Agreement | null> => {
  const { plan, outcome } = result;
  if (plan.kind !== 'compare' || outcome.kind !== 'compare') return null;
  const { headers } = await kept.list();
  for (const header of headers) {
    if (header.kind !== 'compare' || header.machine.key !== result.machine.key || header.provider !== result.provider || header.id === result.id) continue;
    const before = await kept.get(header.id).catch(() => null);
    if (before?.plan.kind !== 'compare' || before.outcome.kind !== 'compare') continue;
    const { size, batch, subjects } = before.plan;
    const same = size.width === plan.size.width && size.height === plan.size.height && batch === plan.batch
      && plan.subjects.every((subject) => subjects.includes(subject));
    if (same) return orderAgreement(outcome.rows, before.outcome.rows, header.at);
  }
  return null;
};
