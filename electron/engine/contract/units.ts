/**
 * Units and spaces as types, so that seconds and frame numbers, or display and model pixels,
 * cannot be mixed up without the compiler saying so.
 */
declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Seconds from the first frame of a video (may be negative only for differences). */
export type Seconds = Unit<'seconds'>;
/** Milliseconds of wall time. */
export type Milliseconds = Unit<'milliseconds'>;
/** 0-based number of a frame in presentation order. */
export type FrameIndex = Unit<'frame index'>;
/** Presentation timestamp as the container gives it, in units of the stream's time base. */
export type Ticks = Unit<'ticks'>;
/** Pixels of the upright picture the viewer sees: after rotation metadata and sample aspect ratio. */
export type DisplayPx = Unit<'display pixels'>;
/** Pixels of the letterboxed tensor a model sees. */
export type ModelPx = Unit<'model pixels'>;

export const seconds = (value: number): Seconds => value as Seconds;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const frameIndex = (value: number): FrameIndex => value as FrameIndex;
export const ticks = (value: number): Ticks => value as Ticks;
export const displayPx = (value: number): DisplayPx => value as DisplayPx;
export const modelPx = (value: number): ModelPx => value as ModelPx;

export type Size<Px extends number = number> = { readonly width: Px; readonly height: Px };

/** A ratio of integers, e.g. a time base of 1/15360 s. */
export type Rational = { readonly num: number; readonly den: number };

/** Time of `pts`, counted from `first`, exact to a double's precision. */
export const ticksToSeconds = (pts: Ticks, first: Ticks, timeBase: Rational): Seconds =>
  seconds(((pts - first) * timeBase.num) / timeBase.den);
