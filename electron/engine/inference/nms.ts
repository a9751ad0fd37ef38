import { z } from 'zod';
import type { Candidates } from './candidates.js';

export type NmsOptions = {
  /** Boxes of one class that overlap by more than this are one object, 0..1. Null keeps every candidate. */
  readonly iou: number | null;
  /** Only this many of the best candidates are looked at. */
  readonly candidates: number;
  /** At most this many boxes are kept. */
  readonly detections: number;
};

export const nmsDefaults: NmsOptions = { iou: 0.5, candidates: 4096, detections: 300 };

/**
 * Numbers of the candidates from best to worst; equal scores keep their order.
 * Positive floats sort like their bits, so score and number fit into one exact double, which a
 * typed array sorts without a comparator.
 */
export const ranking = (scores: Float32Array, count: number): Uint32Array => {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, count);
  const keys = new Float64Array(count);
  for (let n = 0; n < count; n++) keys[n] = (0xffffffff - (bits[n] ?? 0)) * 0x200000 + n;
  keys.sort();
  const order = new Uint32Array(count);
  for (let n = 0; n < count; n++) order[n] = (keys[n] ?? 0) % 0x200000;
  return order;
};

/**
 * Greedy non-maximum suppression within each class (a box survives unless a better one of its
 * class overlaps it by more than `iou`). Returns the numbers of the survivors, best first.
 * Scores must be 0 or more; at most 2 097 152 candidates.
 */
export const suppress = (boxes: Candidates, options: NmsOptions): Uint32Array => {
  const order = ranking(boxes.scores, Math.min(boxes.count, 0x200000));
  const looked = Math.min(order.length, options.candidates);
  if (options.iou === null) return order.subarray(0, Math.min(looked, options.detections));
  const { corners, classIds } = boxes;
  const kept = new Uint32Array(Math.min(looked, options.detections));
  // Survivors of one class form a list: `last` is its newest, `previous` leads to the one before.
  const last = new Map<number, number>();
  const previous = new Int32Array(kept.length);
  let count = 0;
  for (let k = 0; k < looked && count < kept.length; k++) {
    const n = order[k] ?? 0;
    const classId = classIds[n] ?? 0;
    const newest = last.get(classId) ?? -1;
    if (overlapsAny(corners, n, kept, previous, newest, options.iou)) continue;
    kept[count] = n;
    previous[count] = newest;
    last.set(classId, count);
    count++;
  }
  return kept.subarray(0, count);
};

const overlapsAny = (
  corners: Float32Array, n: number, kept: Uint32Array, previous: Int32Array, newest: number, limit: number,
): boolean => {
  const a = n * 4;
  const x1 = corners[a] ?? 0;
  const y1 = corners[a + 1] ?? 0;
  const x2 = corners[a + 2] ?? 0;
  const y2 = corners[a + 3] ?? 0;
  const area = Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
  for (let at = newest; at >= 0; at = previous[at] ?? -1) {
    const b = (kept[at] ?? 0) * 4;
    const bx1 = corners[b] ?? 0;
    const by1 = corners[b + 1] ?? 0;
    const bx2 = corners[b + 2] ?? 0;
    const by2 = corners[b + 3] ?? 0;
    const width = Math.min(x2, bx2) - Math.max(x1, bx1);
    const height = Math.min(y2, by2) - Math.max(y1, by1);
    if (width <= 0 || height <= 0) continue;
    const both = width * height;
    const other = Math.max(0, bx2 - bx1) * Math.max(0, by2 - by1);
    if (both > limit * (area + other - both)) return true;
  }
  return false;
};

const nmsSchema = z.object({
  iou: z.number().min(0).max(1).nullable().optional(),
  candidates: z.number().int().min(1).max(100_000).default(nmsDefaults.candidates),
  detections: z.number().int().min(1).max(100_000).default(nmsDefaults.detections),
});

/** The suppression a card asks for, where its head suppresses at all. */
export const nmsOf = (options: unknown, suppresses: boolean): NmsOptions => {
  const parsed = nmsSchema.parse(options);
  return { ...parsed, iou: parsed.iou === undefined ? (suppresses ? nmsDefaults.iou : null) : parsed.iou };
};
