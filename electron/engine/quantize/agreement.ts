import { detectionStride } from '../contract/contract.js';
import type { Agreement } from './types.js';

/** Boxes count from this score on; partners may have half of it, so that what lies near the line is not lost twice. */
export const countedScore = 0.25;
const partnerScore = countedScore / 2;
const sameBox = 0.5;

const overlap = (a: Float32Array, n: number, b: Float32Array, m: number): number => {
  const at = (boxes: Float32Array, k: number): number => boxes[k] ?? 0;
  const [p, q] = [n * detectionStride, m * detectionStride];
  const width = Math.min(at(a, p + 2), at(b, q + 2)) - Math.max(at(a, p), at(b, q));
  const height = Math.min(at(a, p + 3), at(b, q + 3)) - Math.max(at(a, p + 1), at(b, q + 1));
  if (width <= 0 || height <= 0) return 0;
  const area = (boxes: Float32Array, k: number): number => (at(boxes, k + 2) - at(boxes, k)) * (at(boxes, k + 3) - at(boxes, k + 1));
  return (width * height) / (area(a, p) + area(b, q) - width * height);
};

/** Partners for the counted boxes of `a` among those of `b`, the best box first, each used once. */
const pairs = (a: Float32Array, b: Float32Array): { readonly counted: number; readonly found: readonly { readonly iou: number; readonly score: number }[] } => {
  const found: { iou: number; score: number }[] = [];
  const used = new Set<number>();
  let counted = 0;
  for (let n = 0; n < a.length / detectionStride; n++) {
    const [score = 0, classId] = a.subarray(n * detectionStride + 4, n * detectionStride + 6);
    if (score < countedScore) continue;
    counted += 1;
    let best = -1;
    let most = sameBox;
    for (let m = 0; m < b.length / detectionStride; m++) {
      const [other = 0, otherClass] = b.subarray(m * detectionStride + 4, m * detectionStride + 6);
      if (other < partnerScore || otherClass !== classId || used.has(m)) continue;
      const iou = overlap(a, n, b, m);
      if (iou >= most) [best, most] = [m, iou];
    }
    if (best < 0) continue;
    used.add(best);
    found.push({ iou: most, score: Math.abs(score - (b[best * detectionStride + 4] ?? 0)) });
  }
  return { counted, found };
};

/** How far two models agree: `a[n]` and `b[n]` are packed detections on the same picture, best first. Boxes are looked for both ways. */
export const agreementOf = (a: readonly Float32Array[], b: readonly Float32Array[]): Agreement => {
  let [boxes, matched, iou, score] = [0, 0, 0, 0];
  a.forEach((one, n) => {
    const other = b[n] ?? new Float32Array();
    for (const { counted, found } of [pairs(one, other), pairs(other, one)]) {
      boxes += counted;
      matched += found.length;
      for (const pair of found) {
        iou += pair.iou;
        score += pair.score;
      }
    }
  });
  const mean = (sum: number): number | null => (matched === 0 ? null : sum / matched);
  return { frames: a.length, boxes, matched: boxes === 0 ? 1 : matched / boxes, iou: mean(iou), score: mean(score) };
};
