import { hostChildren } from '../children.js';
import { milliseconds, type Milliseconds } from '../contract/contract.js';
import type { ModelCard } from '../inference/types.js';
import { preprocessFor } from '../inference/preprocess.js';
import { benchOpener } from '../lab/bench.js';
import { median } from '../lab/medians.js';
import type { Bench } from '../lab/types.js';

export type Speed = {
  /** Median time of one picture before and after. */
  readonly before: Milliseconds;
  readonly after: Milliseconds;
  /** How many times faster: the median over rounds. */
  readonly ratio: number;
  /** The least and the greatest of the rounds' ratios. */
  readonly low: number;
  readonly high: number;
  readonly threads: number;
};

const rounds = 7;
const least = { runs: 5, milliseconds: milliseconds(120) };

type Subject = { readonly path: string; readonly input: ModelCard['input'] };

/** Times two models on the CPU by turns, each in a process of its own. */
export const compareSpeed = async (before: Subject, after: Subject, folder: string, threads: number, signal: AbortSignal): Promise<Speed> => {
  const open = benchOpener(hostChildren, folder);
  const benches: Bench[] = [];
  try {
    for (const { path, input } of [before, after]) {
      const companions = input.companions ?? [];
      benches.push(await open({
        source: path, provider: 'cpu', threads,
        inputs: Object.fromEntries([[input.name, preprocessFor(input).dims], ...companions.map(({ name, dims }) => [name, dims] as const)]),
        values: Object.fromEntries(companions.map(({ name, values }) => [name, values])),
      }, signal));
    }
    const turns: (readonly [number, number])[] = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      const times: number[] = [];
      for (const bench of benches) times.push(median(await bench.run(least, signal)));
      if (round > 0) turns.push([times[0] ?? Number.NaN, times[1] ?? Number.NaN]);
    }
    const ratios = turns.map(([one, other]) => one / other);
    return {
      before: milliseconds(median(turns.map(([time]) => time))), after: milliseconds(median(turns.map(([, time]) => time))),
      ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios), threads,
    };
  } finally {
    await Promise.all(benches.map((bench) => bench.dispose()));
  }
};
