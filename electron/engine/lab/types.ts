import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import type { LabChart, LabTable, Milliseconds, ProviderId } from '../contract/contract.js';

/** A graph to be timed: where it is, what it is fed, and what runs it. */
export type BenchGraph = {
  /** Bytes of an ONNX file, or its path. */
  readonly source: Uint8Array | string;
  /** Dimensions of every input whose own are open, by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** What inputs hold that are no picture, by name; one number stands for all. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  /** What is fetched; the rest is computed and stays where it is. Everything where left out. */
  readonly outputs?: readonly string[];
  readonly provider: ProviderId;
  /** Threads inside one operator, for the CPU provider; null lets onnxruntime choose. */
  readonly threads: number | null;
};

/** One node as onnxruntime's profile tells of it. */
export type ProfiledNode = {
  /** Name in the optimised graph. */
  readonly name: string;
  readonly operator: string;
  readonly provider: string;
  /** One time a profiled run, in order. */
  readonly times: readonly Milliseconds[];
};

export type Profile = {
  /** In the order they ran. */
  readonly nodes: readonly ProfiledNode[];
  /** The optimised graph as an ONNX file, by which its nodes are traced back; null where the provider cannot write it. */
  readonly optimised: Uint8Array | null;
};

/**
 * One graph, loaded in a process of its own: what it needs is its own, and what it breaks is too.
 * Fed with made-up pictures that are the same every time. Whoever aborts what is under way ends it.
 */
export type Bench = {
  /** Runs until both are reached; times of single runs. */
  run(least: { readonly runs: number; readonly milliseconds: Milliseconds }, signal?: AbortSignal): Promise<readonly Milliseconds[]>;
  /**
   * Bytes by which the process grew at most, from before the graph was loaded until now; on NVIDIA cards what
   * the process holds there. Null where that cannot be told.
   */
  memory(): Promise<number | null>;
  /** Runs with the profiler on, in a session of its own. The optimised graph is given where it is wanted, as it is where nothing is said. */
  profile(runs: number, signal?: AbortSignal, optimised?: boolean): Promise<Profile>;
  /** Ends the process. */
  dispose(): Promise<void>;
};

/** Opens benches; rejects with a UserError where the provider does not take the graph or the process ends. */
export type OpenBench = (graph: BenchGraph, signal?: AbortSignal) => Promise<Bench>;

/** A subject that was opened: its graph, and how it is run. */
export type OpenSubject = {
  readonly title: string;
  readonly model: ModelProto;
  readonly source: BenchGraph['source'];
  /** Dimensions of every input, by name. */
  readonly inputs: BenchGraph['inputs'];
  readonly values?: BenchGraph['values'];
  /** Whether its weights came out of a training; else they come from a seed and mean nothing. */
  readonly trained: boolean;
};

/** What runs the graphs of a measurement. */
export type Runner = Pick<BenchGraph, 'provider' | 'threads'>;

/** Told what is being done, in a few words, and how much of the whole is done, 0..1. */
export type Progress = (step: string, fraction: number) => void;

export type ExperimentSetting = {
  readonly runner: Runner;
  readonly openBench: OpenBench;
  /** Interleaved rounds, of whose medians the results are medians. */
  readonly rounds: number;
  /** For 'aggregation': whose weights are looked at; null elsewhere. */
  readonly subject: OpenSubject | null;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

export type ExperimentOutcome = { readonly finding: string; readonly table: LabTable; readonly charts: readonly LabChart[] };

/** One of the paper's arguments. Rejects with the signal's reason where it is cancelled. */
export type Experiment = {
  readonly title: string;
  readonly run: (setting: ExperimentSetting) => Promise<ExperimentOutcome>;
};
