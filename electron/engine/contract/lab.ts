/** The nouns of the lab, where networks and models are measured on this machine. Plain data, as in types.ts. */
import type { ErrorData } from './errors.js';
import type { JobId, ProviderId } from './types.js';
import type { Milliseconds, Size } from './units.js';

/** What can be measured: a network that is built on the spot with seeded weights, or a model file. */
export type Subject = {
  /** `network:ID` or `model:ID`. */
  readonly id: string;
  readonly kind: 'network' | 'model';
  readonly title: string;
  /** Networks: the family. Models: 'detector'. */
  readonly family: string;
  /** The only size it takes; null where any can be chosen. */
  readonly fixedSize: Size | null;
  /** At `defaultSize`, or at the fixed one. */
  readonly parameters: number | null;
  readonly multiplyAdds: number | null;
  /** Whether the L1 norms of its aggregation can be shown: a VoVNet or DenseNet. */
  readonly aggregates: boolean;
};

/** The machine as far as it decides how fast things are. `key` is the same for the same machine and runtime. */
export type LabMachine = {
  readonly key: string;
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly graphics: readonly string[];
  readonly system: string;
  /** e.g. 'onnxruntime 1.30.0'. */
  readonly runtime: string;
};

/** A way to read power, or why there is none. */
export type EnergyMeter =
  | { readonly kind: 'meter'; readonly id: string; readonly title: string; /** What its watts are of, e.g. 'the graphics card', 'the processor package'. */ readonly covers: string }
  | { readonly kind: 'none'; readonly reason: string };

export const experiments = ['channel-ratio', 'split-convolution', 'dense-or-one-shot', 'aggregation'] as const;
export type ExperimentId = (typeof experiments)[number];

/** What is to be measured. Sizes in pixels; a model of one size keeps it whatever is asked. */
export type LabPlan =
  | {
    readonly kind: 'compare';
    readonly subjects: readonly string[];
    readonly provider: ProviderId;
    readonly size: Size;
    readonly batch: number;
    /** Interleaved rounds; in each every subject has one turn. */
    readonly rounds: number;
    /** Least length of a turn, in milliseconds. */
    readonly turn: number;
    readonly energy: boolean;
  }
  | { readonly kind: 'layers'; readonly subject: string; readonly provider: ProviderId; readonly size: Size; readonly batch: number; readonly runs: number }
  | {
    readonly kind: 'experiment';
    readonly experiment: ExperimentId;
    readonly provider: ProviderId;
    /** For 'aggregation': whose weights are looked at; null elsewhere. */
    readonly subject: string | null;
    readonly rounds: number;
  };

/** Times of single inferences over all rounds. */
export type Latency = {
  readonly p50: Milliseconds;
  readonly p95: Milliseconds;
  /** The least and the greatest of the rounds' medians: how far the machine drifted. */
  readonly low: Milliseconds;
  readonly high: Milliseconds;
  readonly runs: number;
};

export type EnergyFigures = {
  readonly joulesPerImage: number;
  /** Mean while it ran, and of the idle stretch before. */
  readonly watts: number;
  readonly idleWatts: number;
  readonly samples: number;
  readonly meter: string;
};

/** How many nodes of the optimised graph ran on which provider, by its name in onnxruntime without 'ExecutionProvider'. */
export type NodesByProvider = readonly { readonly provider: string; readonly nodes: number }[];

export type CompareRow = {
  readonly subject: string;
  readonly title: string;
  readonly family: string;
  readonly input: Size;
  readonly batch: number;
  readonly parameters: number | null;
  /** Of one picture, as are memory access and activations. */
  readonly multiplyAdds: number | null;
  /** Elements. */
  readonly memoryAccess: number | null;
  readonly peakActivationBytes: number | null;
  /** Of one inference: a whole batch. */
  readonly latency: Latency | null;
  /** Pictures a second: batch ÷ p50. */
  readonly framesPerSecond: number | null;
  /** 10^9 multiply-adds a second: multiply-adds · frames per second. */
  readonly computation: number | null;
  /** Bytes a process of its own grew by, at most, from before the session to after the runs; on NVIDIA cards what it held there. */
  readonly memory: number | null;
  readonly energy: EnergyFigures | null;
  readonly nodes: NodesByProvider | null;
  readonly error: ErrorData | null;
};

/** One row per node that onnxruntime ran, under the name of the layer it comes from. */
export type LayerRow = {
  /** In the order they ran. */
  readonly name: string;
  /** Nodes of the file that were fused into it, its own first. */
  readonly parts: readonly string[];
  /** Operator as it ran, e.g. 'FusedConv'. */
  readonly operator: string;
  readonly provider: string;
  /** Median over the runs. */
  readonly time: Milliseconds;
  /** Of the sum of all rows, 0..1. */
  readonly share: number;
  /** Null where the node's shapes or operator are not known. */
  readonly parameters: number | null;
  readonly multiplyAdds: number | null;
  readonly memoryAccess: number | null;
  /** The one-shot aggregation module it belongs to, e.g. 'stage3.module1'; null elsewhere. */
  readonly module: string | null;
};

export type LabColumn = {
  readonly key: string;
  readonly title: string;
  /** '' where it has none. */
  readonly unit: string;
  readonly kind: 'text' | 'number';
  /** Digits after the point when shown; files get all. */
  readonly digits: number;
};

export type LabTable = { readonly columns: readonly LabColumn[]; readonly rows: readonly (readonly (string | number | null)[])[] };

/** How columns of a table are best looked at. */
export type LabChart = {
  readonly kind: 'bars' | 'lines' | 'points' | 'heat';
  readonly title: string;
  /** Keys of columns. */
  readonly x: string;
  readonly y: string;
  /** Splits the rows into series; for 'heat' the value of a cell. Null for one series. */
  readonly by: string | null;
};

/** A result that is kept. */
export type LabResult = LabHeader & {
  readonly plan: LabPlan;
  readonly outcome:
    | { readonly kind: 'compare'; readonly rows: readonly CompareRow[]; readonly meter: EnergyMeter; /** What was done otherwise than one might expect, in sentences. */ readonly notes: readonly string[] }
    | { readonly kind: 'layers'; readonly title: string; readonly rows: readonly LayerRow[]; /** Median of whole inferences without profiling. */ readonly whole: Milliseconds; readonly nodes: NodesByProvider }
    | { readonly kind: 'experiment'; readonly experiment: ExperimentId; readonly finding: string; readonly table: LabTable; readonly charts: readonly LabChart[] };
};

export type LabHeader = {
  readonly id: string;
  readonly title: string;
  readonly kind: LabPlan['kind'];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly machine: LabMachine;
  /** The provider that was asked for and opened. */
  readonly provider: ProviderId;
};

export type LabProgress = {
  readonly job: JobId;
  readonly plan: LabPlan;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  /** What is being done, in a few words. */
  readonly step: string;
  /** 0..1. */
  readonly fraction: number;
  /** Rows as far as they are known, for comparisons. */
  readonly rows: readonly CompareRow[];
  /** Id of the kept result, once done. */
  readonly result: string | null;
  readonly error: ErrorData | null;
};

/** What the lab's view shows first. */
export type LabOverview = {
  readonly machine: LabMachine;
  readonly providers: readonly ProviderId[];
  readonly meter: EnergyMeter;
  readonly subjects: readonly Subject[];
  readonly defaultSize: Size;
  /** Newest first; of all machines and providers. */
  readonly kept: readonly LabHeader[];
  /** How many results were kept that cannot be read any more. */
  readonly damaged: number;
  readonly running: LabProgress | null;
};
