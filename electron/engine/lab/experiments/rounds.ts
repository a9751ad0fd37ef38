import { inputName, type Network } from '../../../../models/networks/layers.js';
import { toOnnx } from '../../../../models/networks/to-onnx.js';
import { seededWeights } from '../../../../models/networks/weights.js';
import type { ModelProto } from '../../../../models/onnx/generated/onnx_pb.js';
import { writeModel } from '../../../../models/onnx/write.js';
import { milliseconds, type Milliseconds } from '../../contract/contract.js';
import { median } from '../medians.js';
import type { Bench, BenchGraph, ExperimentSetting } from '../types.js';

/** Times of one graph over all rounds. */
export type Timing = {
  /** Median of the rounds' medians, and the least and the greatest of them. */
  readonly time: Milliseconds;
  readonly low: Milliseconds;
  readonly high: Milliseconds;
  readonly rounds: readonly Milliseconds[];
};

/** How many times as long one takes as another: the median over the rounds, in each of which both ran one soon after the other. */
export const ratioOf = (one: Pick<Timing, 'rounds'>, other: Pick<Timing, 'rounds'>): number =>
  median(one.rounds.map((time, round) => time / (other.rounds[round] ?? Number.NaN)));

/** By how much the rounds of one graph usually differ, of its time: smaller differences between graphs mean nothing. */
export const noiseOf = (timings: readonly { readonly time: number; readonly low: number; readonly high: number }[]): number =>
  median(timings.map(({ time, low, high }) => (high - low) / 2 / time));

/** Inferences before anything is timed: the first ones compile, allocate and fill caches. */
const warming = { runs: 2, milliseconds: milliseconds(30) };
/** One turn of one graph in a round; the first inference is left out, since another graph had the machine before it. */
const turn = { runs: 4, milliseconds: milliseconds(60) };

/** A network as a graph for one picture of numbers, with weights from a fixed seed. */
type Built = { readonly model: ModelProto; readonly inputs: BenchGraph['inputs'] };
const build = (network: Network): Built => {
  const { channels, height, width } = network.input;
  return {
    model: toOnnx(network, seededWeights(network, 1), { input: 'numbers', batch: 1 }),
    inputs: { [inputName]: [1, channels, height, width] },
  };
};

/**
 * Times networks against each other: all are loaded and warmed, then each has one turn a round, in
 * turning order, so that what changes on the machine meanwhile meets all alike. `after` may look at
 * the benches once more before they end. `share` says which part of the whole experiment this is.
 */
export const timeTogether = async <T>(
  networks: readonly Network[],
  { runner, openBench, rounds, progress, signal }: ExperimentSetting,
  share: { readonly from: number; readonly to: number },
  after: (bench: Bench, built: Built) => Promise<T>,
): Promise<readonly (Timing & { readonly seen: T })[]> => {
  const benches: { readonly bench: Bench; readonly built: Built }[] = [];
  const steps = networks.length * (rounds + 2);
  let done = 0;
  const step = (what: string): void => progress(what, share.from + (share.to - share.from) * (done++ / steps));
  try {
    for (const network of networks) {
      step(`Loading: ${network.title}`);
      const built = build(network);
      const bench = await openBench({ ...runner, source: writeModel(built.model), inputs: built.inputs }, signal);
      benches.push({ bench, built });
      await bench.run(warming, signal);
    }
    const medians = networks.map((): Milliseconds[] => []);
    for (let round = 0; round < rounds; round++) {
      const order = networks.map((_, n) => n);
      if (round % 2 === 1) order.reverse();
      for (const n of order) {
        step(`Round ${round + 1} of ${rounds}: ${networks[n]?.title ?? ''}`);
        const times = await benches[n]?.bench.run(turn, signal) ?? [];
        medians[n]?.push(milliseconds(median(times.slice(1))));
      }
    }
    const results: (Timing & { readonly seen: T })[] = [];
    for (const [n, network] of networks.entries()) {
      step(`Looking at ${network.title}`);
      const [opened, times] = [benches[n], medians[n] ?? []];
      if (opened === undefined) throw new RangeError('A network has no bench.');
      results.push({
        time: milliseconds(median(times)), low: milliseconds(Math.min(...times)), high: milliseconds(Math.max(...times)), rounds: times,
        seen: await after(opened.bench, opened.built),
      });
    }
    return results;
  } finally {
    await Promise.all(benches.map(({ bench }) => bench.dispose()));
  }
};

/** For networks that are looked at no further. */
export const nothing = (): Promise<null> => Promise.resolve(null);
