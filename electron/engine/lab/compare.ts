import { sep } from 'node:path';
import { errorData, isAbort, milliseconds, type CompareRow, type ErrorData, type Milliseconds, type Size } from '../contract/contract.js';
import { nodesByProvider } from './layers.js';
import { energyFigures, type EnergyRun } from './energy/measure.js';
import { groupByMemory, memoryNeed, refuseTooLarge } from './memory-room.js';
import { latencyOf, roundOrders } from './statistics.js';
import type { PreparedSubject, SubjectEntry } from './subjects.js';
import type { Bench, OpenBench, Progress, Runner } from './types.js';

export type CompareSetting = {
  readonly runner: Runner;
  readonly openBench: OpenBench;
  readonly size: Size;
  readonly batch: number;
  readonly rounds: number;
  /** Least length of a turn, in milliseconds. */
  readonly turn: number;
  /** Null where no energy is measured. */
  readonly energy: EnergyRun | null;
  /** Bytes that all subjects together may take. */
  readonly room: number;
  readonly progress: Progress;
  /** Told whenever more is known. */
  readonly onRows: (rows: readonly CompareRow[]) => void;
  /** Told of what is done otherwise than one might expect. */
  readonly onNote: (note: string) => void;
  readonly signal: AbortSignal;
};

/** Before anything is timed: the first inferences compile, allocate and fill caches. */
const warming = { runs: 3, milliseconds: milliseconds(150) };
/** Inferences of one turn at the least; the first is left out, since another subject had the machine before it. */
const runsOfTurn = 4;
/** Profiled inferences, for the nodes' providers. */
const profiled = 2;
const idleMilliseconds = 3000;

/** One subject on its way through the comparison. */
type Lane = {
  readonly entry: SubjectEntry;
  prepared: PreparedSubject | null;
  bench: Bench | null;
  row: CompareRow;
  /** Times of the rounds so far. */
  readonly rounds: Milliseconds[][];
  /** From when to when it had its turns, on the clock of `performance.now()`. */
  readonly turns: { readonly from: number; readonly to: number }[];
};

/**
 * Measures subjects against each other. All are loaded, each in a process of its own, and warmed; then
 * each has one turn a round, in an order that is shuffled anew every round, so that what changes on the
 * machine meanwhile meets all alike. At any moment one of them works. What fails ends its own row only.
 * Rejects with the signal's reason where it is cancelled.
 */
export const compare = async (entries: readonly SubjectEntry[], setting: CompareSetting): Promise<readonly CompareRow[]> => {
  const { signal } = setting;
  const lanes: Lane[] = [];
  const rows = (): readonly CompareRow[] => lanes.map(({ row }) => row);
  const tell = (): void => setting.onRows(rows());
  for (const entry of entries) {
    lanes.push(await prepare(entry, setting));
    stopIf(signal);
  }
  tell();
  const able = lanes.filter(({ row }) => row.error === null);
  const groups = groupByMemory(able.map(({ prepared, row }) => memoryNeed(row, prepared?.batch ?? 1)), setting.room)
    .map((group) => group.flatMap((n) => able[n] ?? []));
  if (groups.length > 1) {
    setting.onNote(`They do not all fit into the ${Math.round(setting.room / 2 ** 30)} GB of memory that are free, so ${groups.length} groups were measured one after the other.`);
  }
  for (const [at, group] of groups.entries()) {
    const share = { from: at / groups.length, to: (at + 1) / groups.length };
    await measureGroup(group, setting, share, tell);
  }
  return rows();
};

/** Throws the signal's reason. */
const stopIf = (signal: AbortSignal): void => {
  if (signal.aborted) throw signal.reason as Error;
};

const emptyRow = { latency: null, framesPerSecond: null, computation: null, memory: null, energy: null, nodes: null, error: null } as const;

const prepare = async (entry: SubjectEntry, { size, batch, room, runner }: CompareSetting): Promise<Lane> => {
  const lane = { entry, bench: null, rounds: [], turns: [] };
  try {
    const prepared = await entry.prepare(size, batch);
    const { subject, input, cost } = prepared;
    if (runner.provider === 'cpu') refuseTooLarge(cost, prepared.batch, room);
    return { ...lane, prepared, row: { subject: entry.id, title: subject.title, family: subject.family, input, batch: prepared.batch, ...cost, ...emptyRow } };
  } catch (error) {
    const { title, family, fixedSize, parameters, multiplyAdds } = await entry.describe();
    return {
      ...lane, prepared: null,
      row: {
        subject: entry.id, title, family, input: fixedSize ?? size, batch, parameters, multiplyAdds, memoryAccess: null, peakActivationBytes: null,
        ...emptyRow, error: namedError(error, entry),
      },
    };
  }
};

const measureGroup = async (group: readonly Lane[], setting: CompareSetting, share: { readonly from: number; readonly to: number }, tell: () => void): Promise<void> => {
  const { rounds, turn, energy, signal } = setting;
  const running = (): readonly Lane[] => group.filter(({ row }) => row.error === null);
  const steps = group.length * (rounds + 2) + (energy === null ? 0 : 1);
  let done = 0;
  const step = (what: string): void => setting.progress(what, share.from + (share.to - share.from) * (done++ / steps));
  /** What goes wrong with a subject ends it alone, unless all is cancelled. */
  const attempt = async (lane: Lane, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (signal.aborted || isAbort(error)) throw error;
      await fail(lane, namedError(error, lane.entry));
    }
    stopIf(signal);
    tell();
  };
  try {
    for (const lane of group) {
      step(`Loading ${lane.row.title}`);
      await attempt(lane, () => load(lane, setting));
    }
    if (energy !== null) {
      step('Reading what the idle machine takes');
      await energy.rest(idleMilliseconds, signal);
    }
    const least = { runs: runsOfTurn, milliseconds: milliseconds(energy === null ? turn : Math.max(turn, energy.meter.settle + 1000)) };
    for (const [round, order] of roundOrders(group.length, rounds).entries()) {
      for (const n of order) {
        const lane = group[n];
        if (lane?.row.error !== null) continue;
        step(`Round ${round + 1} of ${rounds}: ${lane.row.title}`);
        await attempt(lane, () => takeTurn(lane, least, energy, signal));
      }
    }
    for (const lane of running()) {
      step(`Looking at the nodes of ${lane.row.title}`);
      await attempt(lane, () => look(lane, signal));
    }
  } finally {
    await Promise.all(group.map(async ({ bench }) => bench?.dispose()));
  }
};

const load = async (lane: Lane, { runner, openBench, signal }: CompareSetting): Promise<void> => {
  const { prepared } = lane;
  if (prepared === null) return;
  lane.bench = await openBench({ ...prepared.graph, ...runner, source: await prepared.place(signal) }, signal);
  await lane.bench.run(warming, signal);
};

const takeTurn = async (lane: Lane, least: { readonly runs: number; readonly milliseconds: Milliseconds }, energy: EnergyRun | null, signal: AbortSignal): Promise<void> => {
  if (lane.bench === null) return;
  const from = performance.now();
  const [, ...times] = await lane.bench.run(least, signal);
  lane.turns.push({ from, to: performance.now() });
  lane.rounds.push(times);
  const latency = latencyOf(lane.rounds);
  if (latency === null) return;
  const { batch, multiplyAdds } = lane.row;
  const framesPerSecond = (batch * 1000) / latency.p50;
  lane.row = {
    ...lane.row, latency, framesPerSecond,
    computation: multiplyAdds === null ? null : (multiplyAdds * framesPerSecond) / 1e9,
    energy: energy === null ? null : energyFigures(energy, lane.turns, framesPerSecond),
  };
};

const look = async (lane: Lane, signal: AbortSignal): Promise<void> => {
  if (lane.bench === null) return;
  // A profile takes memory of its own.
  const memory = await lane.bench.memory();
  lane.row = { ...lane.row, memory };
  const { nodes } = await lane.bench.profile(profiled, signal, false);
  lane.row = { ...lane.row, nodes: nodesByProvider(nodes) };
};

/** An error that calls files by their names: rows are shown and kept without what leads to them. */
const namedError = (error: unknown, { folder }: SubjectEntry): ErrorData => {
  const { message, ...rest } = errorData(error);
  return { ...rest, message: message.replaceAll(folder.endsWith(sep) ? folder : folder + sep, '') };
};

/** Keeps what was measured before. */
const fail = async (lane: Lane, error: ErrorData): Promise<void> => {
  lane.row = { ...lane.row, error };
  const { bench } = lane;
  lane.bench = null;
  await bench?.dispose();
};
