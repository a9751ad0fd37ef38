import type { RangeMethod } from '../../../models/quantize/histogram.js';
import type { ErrorData } from '../contract/contract.js';
import type { ModelCard } from '../inference/types.js';

export const precisions = ['int8', 'float16'] as const;
export type Precision = (typeof precisions)[number];

/** How far two models find the same. */
export type Agreement = {
  /** Pictures that were looked at. */
  readonly frames: number;
  /** Boxes of both that count. */
  readonly boxes: number;
  /** Share of them that have a partner: same class, IoU 0.5 at least. 1 where there are no boxes. */
  readonly matched: number;
  /** Mean IoU of the pairs; null where there are none. */
  readonly iou: number | null;
  /** Mean difference of the pairs' scores, without sign; null where there are none. */
  readonly score: number | null;
};

/** A form to be made. */
export type QuantizeJob = {
  readonly kind: 'make';
  readonly path: string;
  readonly card: ModelCard;
  readonly to: Precision;
  /** Layers to leave in float32, whatever is measured. */
  readonly keep: readonly string[];
  /** File of rgb24 frames in the model's size, and the places of those to use: every second one is held out. */
  readonly frames: string;
  readonly places: readonly number[];
  /** Share of boxes that must have a partner; layers are kept in float32 until it is reached. */
  readonly target: number;
  /** A folder to work in, and the file to write. */
  readonly folder: string;
  readonly output: string;
  readonly threads: number;
};

/** What came of it, without speed. */
export type Quantized = {
  /** Layers that became bytes or halves, and those that could have. */
  readonly converted: number;
  readonly layers: number;
  /** Layers left in float32 because of what they lost, the worst first. */
  readonly kept: readonly string[];
  /** How activations' ranges were taken; null for float16. */
  readonly ranges: RangeMethod | null;
  readonly calibrated: number;
  /** On pictures that were held out. */
  readonly agreement: Agreement;
  /** The new file's input. */
  readonly input: ModelCard['input'];
};

/** What the child is asked; each answer is named in `Replies`. */
export type ToChild =
  | QuantizeJob
  /** Whether there is something to make: fails with what is in the way. */
  | { readonly kind: 'check'; readonly path: string; readonly card: ModelCard }
  /** The original against itself, on the pictures that are held out. */
  | (Pick<QuantizeJob, 'path' | 'card' | 'frames' | 'places' | 'folder' | 'threads'> & { readonly kind: 'repeat' });
export type Replies = { readonly make: Quantized; readonly check: null; readonly repeat: Agreement };

export type FromChild =
  | { readonly kind: 'progress'; readonly step: string; /** 0..1 */ readonly fraction: number }
  /** A picture more was looked at. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'done'; readonly result: Replies[ToChild['kind']] }
  | { readonly kind: 'failed'; readonly error: ErrorData };

/** Told what is being done, in a few words, and how much of the whole is done, 0..1. */
export type Progress = (step: string, fraction: number) => void;
