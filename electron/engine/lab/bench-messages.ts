import type { Size } from '../contract/contract.js';
import type { BenchGraph, ProfiledNode } from './types.js';

/** What a bench child can be asked; it answers each in turn. Paths, never bytes: messages may go through the program's main process. */
export type BenchRequest =
  /** Writes a network with seeded weights as an ONNX file. */
  | { readonly kind: 'build'; readonly network: string; readonly size: Size; readonly batch: number; readonly path: string }
  | (Omit<BenchGraph, 'source'> & { readonly kind: 'open'; readonly path: string })
  | { readonly kind: 'run'; readonly runs: number; readonly milliseconds: number }
  | { readonly kind: 'memory' }
  /** `optimised`: where the optimised graph is to be written; null for nowhere. `folder` is for files that come and go. */
  | { readonly kind: 'profile'; readonly runs: number; readonly folder: string; readonly optimised: string | null };

export type BenchReplies = {
  readonly build: null;
  /** Process id of the child. */
  readonly open: number;
  readonly run: readonly number[];
  /** Bytes the process grew by at most. */
  readonly memory: number;
  /** Whether the optimised graph was written. */
  readonly profile: { readonly nodes: readonly ProfiledNode[]; readonly optimised: boolean };
};

export type BenchReply =
  | { readonly ok: true; readonly value: BenchReplies[keyof BenchReplies] }
  | { readonly ok: false; readonly message: string };
