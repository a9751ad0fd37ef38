/** What was measured of a model before it came here, as its card says. Plain data, as in types.ts. */
import type { Milliseconds } from './units.js';

/** Average precision on one set of labelled pictures that taught the model nothing, 0..1. */
export type AccuracyOn = {
  /** Which pictures, in words. */
  readonly set: string;
  /** At IoU 0.5: the mean of the classes, and each; null for those the set does not show. */
  readonly mean: number;
  readonly classes: Readonly<Record<string, number | null>>;
  /** The mean over IoU 0.50 to 0.95; null where it was not measured. */
  readonly strict: number | null;
  /** How much higher the original's mean is; null for a model that is its own. */
  readonly lost: number | null;
};

export type ModelFigures = {
  readonly parameters: number | null;
  /** One for a multiplication with its addition. */
  readonly multiplyAdds: number | null;
  /** Empty where nothing was measured. */
  readonly accuracy: readonly AccuracyOn[];
  /** Median time of one picture, and on what; null where it was not measured. */
  readonly speed: { readonly milliseconds: Milliseconds; readonly machine: string } | null;
  readonly faults: readonly string[];
};
