/** The part of the video that the timeline shows, seconds. */
export type Span = { readonly from: number; readonly to: number };

/** Narrowest span that can be zoomed to, seconds. */
const narrowest = 0.5;

export const timeToX = (span: Span, width: number, time: number): number => ((time - span.from) / (span.to - span.from)) * width;
export const xToTime = (span: Span, width: number, x: number): number => span.from + (x / Math.max(1, width)) * (span.to - span.from);

/** A span inside `0..end`, as long as asked for where that is possible. */
export const keptSpan = (span: Span, end: number): Span => {
  const length = Math.min(Math.max(span.to - span.from, Math.min(narrowest, end)), end);
  const from = Math.min(Math.max(0, span.from), end - length);
  return { from, to: from + length };
};

/** Zooms by `factor` (above 1: closer) and leaves `time` where it is. */
export const zoomedSpan = (span: Span, end: number, factor: number, time: number): Span => {
  const length = Math.min(end, Math.max(Math.min(narrowest, end), (span.to - span.from) / factor));
  const share = (time - span.from) / (span.to - span.from);
  return keptSpan({ from: time - share * length, to: time + (1 - share) * length }, end);
};

export const pannedSpan = (span: Span, end: number, by: number): Span => keptSpan({ from: span.from + by, to: span.to + by }, end);

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

export type Ticks = { readonly step: number; readonly times: readonly number[]; /** Digits after the seconds' point. */ readonly digits: number };

/** Round times for a ruler, at least `room` pixels apart. */
export const rulerTicks = (span: Span, width: number, room: number): Ticks => {
  const least = ((span.to - span.from) / Math.max(1, width)) * room;
  const step = steps.find((candidate) => candidate >= least) ?? Math.ceil(least / 3600) * 3600;
  const first = Math.ceil(span.from / step - 1e-9);
  const last = Math.floor(span.to / step + 1e-9);
  const times = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step);
  return { step, times, digits: step >= 1 ? 0 : step >= 0.1 ? 1 : 2 };
};
