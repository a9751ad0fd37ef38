import type { StartChild } from '../children.js';
import { milliseconds, UserError, type FasterTime, type Milliseconds, type ModelForm, type ProviderId, type ProviderStatus } from '../contract/contract.js';
import { providerOf } from '../inference/provider-table.js';
import type { Model } from '../inference/types.js';
import { benchOpener } from '../lab/bench.js';
import { groupByMemory, memoryNeed, memoryRoom } from '../lab/memory-room.js';
import { latencyOf, roundOrders } from '../lab/statistics.js';
import { modelSubject } from '../lab/subjects.js';
import type { Bench, BenchGraph, OpenBench } from '../lab/types.js';
import { inferenceThreads } from '../service/workers.js';
import type { Progress } from './types.js';

export type TimingSetting = {
  readonly providers: readonly ProviderId[];
  readonly startChild: StartChild;
  /** Where children put their files. */
  readonly folder: string;
  readonly progress: Progress;
  /** Told of each form once it was timed on a provider; all its times so far. */
  readonly onTimes: (form: ModelForm, times: readonly FasterTime[]) => void;
  readonly signal: AbortSignal;
};

export type FormToTime = { readonly form: ModelForm; readonly model: Model };

/** A provider so many times slower than the fastest gains too little from any form to catch up. */
const farBehind = 5;
/** What takes so many times as long as the fastest cannot win any more, however busy the machine is: it is not measured at length. */
const hopeless = 10;
/** Before anything is timed: the first inferences compile, allocate and fill caches. */
const warming = { runs: 3, milliseconds: milliseconds(150) };
/** Longest time for that once a form is loaded, in ms. */
const warmingLimit = 20_000;
/** Least of one turn; the first inference is left out, since another form had the machine before it. */
const turn = { runs: 4, milliseconds: milliseconds(150) };
/** Interleaved rounds by how long one picture takes, in ms: slow models need fewer to be told apart. */
const roundsFor = (time: number): number => (time > 250 ? 3 : time > 80 ? 5 : 8);

/** Of what was tried with a model, the providers that give the right numbers and may win; the CPU where nothing was tried. */
export const providersToTime = (tried: readonly ProviderStatus[]): readonly ProviderId[] => {
  const ready = tried.flatMap(({ id, state, latency }) => (state === 'ready' && latency !== null ? [{ id, latency }] : []));
  const fastest = Math.min(...ready.map(({ latency }) => latency));
  return ready.length === 0 ? ['cpu'] : ready.filter(({ latency }) => latency <= farBehind * fastest).map(({ id }) => id);
};

type Lane = {
  readonly form: ModelForm;
  readonly title: string;
  readonly graph: BenchGraph;
  /** Bytes. */
  readonly need: number;
  bench: Bench | null;
  /** The fastest of one picture while it was warmed, in ms. */
  warm: number;
  readonly rounds: Milliseconds[][];
  error: string | null;
};

/**
 * Times the forms of a model, the original first, each in a process of its own: on every provider in rounds in
 * which each form has one turn, in an order that is shuffled anew. A form counts by the median of its fastest
 * round, since what else a machine does only adds to times. Throws a UserError where the original runs nowhere.
 */
export const timeForms = async (forms: readonly FormToTime[], setting: TimingSetting): Promise<void> => {
  const { providers, signal } = setting;
  const openBench = benchOpener(setting.startChild, setting.folder);
  const found = new Map<ModelForm, FasterTime[]>(forms.map(({ form }) => [form, []]));
  let fastest = Number.POSITIVE_INFINITY;
  for (const [n, provider] of providers.entries()) {
    const on = providers.length > 1 ? ` on ${providerOf(provider).label}` : '';
    const lanes = await Promise.all(forms.map((form) => prepare(form, provider)));
    let done = 0;
    const progress = (step: string, parts: number): void => setting.progress(`${step}${on}`, (n + Math.min(1, (done += parts))) / providers.length);
    for (const group of groupByMemory(lanes.map(({ need }) => need), memoryRoom())) {
      const share = group.length / lanes.length;
      await timeGroup(group.flatMap((at) => lanes[at] ?? []), { openBench, fastest, signal, progress: (step, part) => progress(step, part * share) });
    }
    for (const { form, rounds, error } of lanes) {
      const time = latencyOf(rounds)?.low ?? null;
      if (time !== null) fastest = Math.min(fastest, time);
      found.get(form)?.push({ provider, time, error: time === null ? (error ?? 'It was not measured.') : null });
      setting.onTimes(form, found.get(form) ?? []);
    }
  }
  const original = found.get('original') ?? [];
  if (original.every(({ time }) => time === null)) {
    throw new UserError('provider', `The model itself does not run here: ${original[0]?.error ?? 'nothing was tried.'}`, 'Choose another provider.');
  }
};

const prepare = async ({ form, model }: FormToTime, provider: ProviderId): Promise<Lane> => {
  const prepared = await modelSubject(model).prepare(model.info.input, 1);
  return {
    form, title: form === 'original' ? 'the original' : form,
    graph: { ...prepared.graph, source: await prepared.place(), provider, threads: provider === 'cpu' ? inferenceThreads() : null },
    need: memoryNeed(prepared.cost, prepared.batch), bench: null, warm: 0, rounds: [], error: null,
  };
};

type GroupSetting = {
  readonly openBench: OpenBench;
  /** Shortest time of any form so far, in ms. */
  readonly fastest: number;
  /** `part` of this group's work was done. */
  readonly progress: (step: string, part: number) => void;
  readonly signal: AbortSignal;
};

const timeGroup = async (group: readonly Lane[], { openBench, fastest, progress, signal }: GroupSetting): Promise<void> => {
  /** What goes wrong with a form ends it alone, unless all is cancelled. */
  const attempt = async (lane: Lane, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (signal.aborted) throw error;
      await drop(lane, error instanceof Error ? error.message : String(error));
    }
  };
  try {
    for (const lane of group) {
      progress(`Loading ${lane.title}`, 0.1 / group.length);
      await attempt(lane, async () => {
        lane.bench = await openBench(lane.graph, signal);
        lane.warm = Math.min(...((await within(warmingLimit, signal, (limited) => lane.bench?.run(warming, limited))) ?? []));
      });
    }
    const able = (): readonly Lane[] => group.filter(({ bench }) => bench !== null);
    const best = Math.min(fastest, ...able().map(({ warm }) => warm));
    for (const lane of able()) {
      // Something must be measured: the original, where nothing was before.
      const needed = lane.form === 'original' && fastest === Number.POSITIVE_INFINITY;
      if (lane.warm > hopeless * best && !needed) await drop(lane, `It takes ${lane.warm.toFixed(0)} ms a picture there, too long to win.`);
    }
    const rounds = roundsFor(Math.max(0, ...able().map(({ warm }) => warm)));
    for (const [round, order] of roundOrders(group.length, rounds).entries()) {
      for (const at of order) {
        const lane = group[at];
        if (lane === undefined) continue;
        progress(`Round ${round + 1} of ${rounds}: ${lane.title}`, 0.9 / (rounds * group.length));
        await attempt(lane, async () => {
          const [, ...times] = (await lane.bench?.run(turn, signal)) ?? [];
          lane.rounds.push(times);
        });
      }
    }
  } finally {
    await Promise.all(group.map(async ({ bench }) => bench?.dispose()));
  }
};

const drop = async (lane: Lane, error: string): Promise<void> => {
  const { bench } = lane;
  lane.bench = null;
  lane.error = error;
  await bench?.dispose();
};

/** Does work that is cancelled after `limit` ms. */
const within = async <T>(limit: number, signal: AbortSignal, work: (limited: AbortSignal) => Promise<T> | undefined): Promise<T | undefined> => {
  const own = new AbortController();
  const end = (): void => own.abort(signal.reason);
  const timer = setTimeout(() => own.abort(new UserError('provider', `It took longer than ${limit / 1000} seconds for a few pictures there.`)), limit);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await work(own.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
};
