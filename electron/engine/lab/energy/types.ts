/** One reading: mean power over a stretch of time. */
export type PowerSample = {
  /** Clock of `performance.now()`, in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly watts: number;
};

/** Readings under way. */
export type PowerReader = {
  /** Readings that lie in a stretch as a whole. */
  between(from: number, to: number): readonly PowerSample[];
  /** Why no more come, in a sentence; null while they do. */
  readonly fault: string | null;
  close(): Promise<void>;
};

/** A way to read power that was found to work here. */
export type PowerMeter = {
  readonly id: string;
  readonly title: string;
  /** What its watts are of. */
  readonly covers: string;
  /** How long after a change its readings may still be of what was before, in milliseconds. */
  readonly settle: number;
  open(): PowerReader;
};

/** What a meter is looked for in: replaced in tests by a folder and a program that look the same. */
export type EnergyPlaces = {
  /** Where /sys is. */
  readonly sys: string;
  readonly nvidiaSmi: string;
};

/** Looks for one way to read power; gives a meter, or why there is none, in a sentence. */
export type FindMeter = (places: EnergyPlaces) => Promise<PowerMeter | { readonly reason: string }>;

/** How often power is read, in milliseconds: as the paper does. */
export const sampleEvery = 100;
