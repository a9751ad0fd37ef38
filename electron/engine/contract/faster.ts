/** The nouns of making a model faster on this machine. Plain data, as in types.ts. */
import type { ErrorData } from './errors.js';
import type { JobId, ModelInfo, ProviderId } from './types.js';
import type { Milliseconds } from './units.js';

/** The forms that are tried; the original is one of them. */
export const modelForms = ['original', 'int8', 'float16'] as const;
export type ModelForm = (typeof modelForms)[number];

/** What is done, in this order. */
export const fasterStages = ['look', 'pictures', 'original', 'int8', 'float16', 'measure', 'keep'] as const;
export type FasterStage = (typeof fasterStages)[number];

/** What has to hold for a form to take the original's place: one that is hardly faster is not worth what it loses. */
export const fasterLimits = { agreement: 0.95, ratio: 1.1 } as const;

export type FasterTime = {
  readonly provider: ProviderId;
  /** Median of one picture in the fastest round; null where it did not run there. */
  readonly time: Milliseconds | null;
  /** Why it did not run there. */
  readonly error: string | null;
};

export type FasterForm = {
  readonly form: ModelForm;
  /** Bytes; null while it is not made. */
  readonly fileSize: number | null;
  /** One for each provider it was measured on. */
  readonly times: readonly FasterTime[];
  /** The fastest of them. */
  readonly best: { readonly provider: ProviderId; readonly time: Milliseconds } | null;
  /** How many times as fast as the original at its fastest. */
  readonly ratio: number | null;
  /**
   * Of all boxes that the original or this form finds with a score of 0.25 or more on pictures that
   * taught it nothing, the share with a partner in the other: same class, IoU 0.5, half of that score. 0..1.
   */
  readonly agreement: number | null;
  /** Why it could not be made or measured. */
  readonly error: ErrorData | null;
};

export type FasterOutcome = {
  readonly winner: ModelForm;
  /** Why, in a sentence or two. */
  readonly verdict: string;
  /** What was kept and is among the models now; null where the original stays. */
  readonly made: ModelInfo | null;
  /** Pictures that taught the new forms, others that they were compared on, and the boxes on those, of both. */
  readonly calibrated: number;
  readonly compared: number;
  readonly boxes: number;
  /** The videos they are from, by name. */
  readonly videos: readonly string[];
};

export type FasterProgress = {
  readonly job: JobId;
  readonly model: ModelInfo;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly stage: FasterStage;
  /** What is being done, in a few words. */
  readonly step: string;
  /** Of the whole, 0..1. */
  readonly fraction: number;
  /** As far as they are known. */
  readonly forms: readonly FasterForm[];
  readonly outcome: FasterOutcome | null;
  readonly error: ErrorData | null;
};
