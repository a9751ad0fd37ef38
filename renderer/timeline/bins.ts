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
export type Strip = { readonly classId: number | null; readonly peak: Uint16Array; readonly most: number };

const strip = (classId: number | null, peak: Uint16Array): Strip => ({ classId, peak, most: peak.reduce((most, value) => Math.max(most, value), 0) });

/**
 * Strips for at most `rows` of the classes in `order`. Where there are more, the most frequent get
 * their own, in the given order, and the rest share the last one.
 */
export const stripsOf = (density: DensityBins, order: readonly number[], rows: number): readonly Strip[] => {
  const peakOf = (id: number): Uint16Array =>
    id < density.classes ? density.peak.subarray(id * density.bins, (id + 1) * density.bins) : new Uint16Array(density.bins);
  if (order.length <= rows) return order.map((id) => strip(id, peakOf(id)));
  const total = (id: number): number => density.total[id] ?? 0;
  const often = new Set([...order].sort((a, b) => total(b) - total(a)).slice(0, rows - 1));
  const rest = new Uint16Array(density.bins);
  for (const id of order) {
    if (often.has(id)) continue;
    peakOf(id).forEach((value, bin) => { rest[bin] = Math.min(0xffff, (rest[bin] as number) + value); });
  }
  return [...order.filter((id) => often.has(id)).map((id) => strip(id, peakOf(id))), strip(null, rest)];
};
