import type { ProviderId } from '../contract/contract.js';
import type { HeadTensor } from './tensors.js';
import type { ModelCard } from './types.js';

/** What a trial child can be asked; it answers once and ends. */
export type TrialRequest =
  /** Runs an unknown model once on the CPU, on a made-up picture. */
  | { readonly kind: 'inspect'; readonly path: string; readonly input: ModelCard['input']; readonly memory: number }
  /** Runs a known model on one provider, with its outputs and times. */
  | { readonly kind: 'provider'; readonly path: string; readonly card: ModelCard; readonly provider: ProviderId; readonly memory: number };

export type InspectedOutput = HeadTensor & { readonly type: string };

export type TrialReply =
  | { readonly kind: 'inspected'; readonly outputs: Readonly<Record<string, InspectedOutput>> }
  | {
    readonly kind: 'ran';
    readonly outputs: Readonly<Record<string, HeadTensor>>;
    /** Median of one inference, milliseconds. */
    readonly latency: number;
    /** False where a part of the graph was left to the CPU. */
    readonly whole: boolean;
  }
  | { readonly kind: 'failed'; readonly message: string }
  /** More memory was wanted than allowed: bytes in use when it was stopped. */
  | { readonly kind: 'memory'; readonly used: number };

/** How a trial ended. */
export type TrialOutcome =
  | { readonly kind: 'replied'; readonly reply: TrialReply }
  | { readonly kind: 'timeout'; readonly milliseconds: number }
  | { readonly kind: 'crashed'; readonly how: string };
