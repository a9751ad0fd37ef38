import type { ErrorData } from '../contract/contract.js';
import type { Letterbox } from '../media/types.js';
import type { InferenceResult, ModelCard, ProviderChange, SessionOptions } from './types.js';

/** What the inference thread is started with. */
export type ThreadStart = { readonly path: string; readonly card: ModelCard; readonly options: SessionOptions };

export type ToThread =
  | { readonly kind: 'run'; readonly id: number; readonly pixels: Uint8Array<ArrayBuffer>; readonly letterbox: Letterbox; readonly minScore: number }
  | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly error: ErrorData }
  | { readonly kind: 'done'; readonly id: number; readonly result: InferenceResult }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData; readonly pixels: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'provider'; readonly change: ProviderChange }
  | { readonly kind: 'closed' };
