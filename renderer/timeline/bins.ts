import type { FrameIndex } from '../../electron/engine/contract/contract.js';
import type { DensityBins, Detections } from '../state/detections.js';
import type { Span } from './scale.js';

/** Bin of each frame in `bins` equal parts of the span; -1 outside it. A frame counts where it begins. */
export const binsOfFrames = (times: Float64Array, span: Span, bins: number): Int32Array => {
  const scale = bins / (span.to - span.from);
  return Int32Array.from(times, (time) => {
    const bin = Math.floor((time - span.from) * scale + 1e-9);
    return bin >= 0 && bin < bins ? bin : -1;
  });
};

/** Share of analysed frames per bin, 0..1; -1 where no frame begins. */
export const coverage = (detections: Pick<Detections, 'has'>, binOf: Int32Array, bins: number): Float32Array => {
  const frames = new Uint32Array(bins);
  const done = new Uint32Array(bins);
  for (let frame = 0; frame < binOf.length; frame++) {
    const bin = binOf[frame] as number;
    if (bin < 0) continue;
    (frames[bin] as number)++;
    if (detections.has(frame as FrameIndex)) (done[bin] as number)++;
  }
  return Float32Array.from(frames, (count, bin) => (count === 0 ? -1 : (done[bin] as number) / count));
};

/** One strip of the timeline: a class, or all classes that have no strip of their own. */
export type Strip = {
  readonly classId: number | null;
  /** Number of classes in it. */
  readonly classes: number;
  readonly peak: Uint16Array;
  /** Highest of `peak`. */
  readonly most: number;
};

const strip = (classId: number | null, classes: number, peak: Uint16Array): Strip =>
  ({ classId, classes, peak, most: peak.reduce((most, value) => Math.max(most, value), 0) });

/**
 * The classes of `order` that get one of `rows` strips to themselves: all, or where there are more the most
 * frequent, for the rest share the last strip.
 * @param total boxes by class id
 */
export const ownStrips = (total: Uint32Array, order: readonly number[], rows: number): readonly number[] => {
  if (order.length <= rows) return order;
  const often = [...order].sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0)).slice(0, rows - 1);
  return order.filter((id) => often.includes(id));
};

/** A strip for each class in `own`, in the given order, and one more for the rest of `order`. */
export const stripsOf = (density: DensityBins, order: readonly number[], own: readonly number[]): readonly Strip[] => {
  const peakOf = (id: number): Uint16Array =>
    id < density.classes ? density.peak.subarray(id * density.bins, (id + 1) * density.bins) : new Uint16Array(density.bins);
  const strips = own.map((id) => strip(id, 1, peakOf(id)));
  const others = order.filter((id) => !own.includes(id));
  if (others.length === 0) return strips;
  const rest = new Uint16Array(density.bins);
  for (const id of others) {
    peakOf(id).forEach((value, bin) => { rest[bin] = Math.min(0xffff, (rest[bin] as number) + value); });
  }
  return [...strips, strip(null, others.length, rest)];
};
