import type { ProviderId } from '../contract/contract.js';

/** The first line of an onnxruntime error without its source positions. */
export const explainProviderError = (_provider: ProviderId, error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
