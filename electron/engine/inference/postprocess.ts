import { detectionStride } from '../contract/contract.js';
import type { Letterbox } from '../media/types.js';
import type { Candidates } from './candidates.js';

/**
 * The chosen candidates as packed detections in display pixels, in the order of `chosen`, clipped
 * to the picture. A box that lies wholly in the border is left out.
 */
export const toDetections = (boxes: Candidates, chosen: Uint32Array, letterbox: Letterbox): Float32Array<ArrayBuffer> => {
  const { left, top, scaleX, scaleY, inner } = letterbox;
  const width = inner.width / scaleX;
  const height = inner.height / scaleY;
  const packed = new Float32Array(chosen.length * detectionStride);
  const { corners, scores, classIds } = boxes;
  let at = 0;
  for (const n of chosen) {
    const from = n * 4;
    const x1 = clamp(((corners[from] ?? 0) - left) / scaleX, width);
    const y1 = clamp(((corners[from + 1] ?? 0) - top) / scaleY, height);
    const x2 = clamp(((corners[from + 2] ?? 0) - left) / scaleX, width);
    const y2 = clamp(((corners[from + 3] ?? 0) - top) / scaleY, height);
    if (x2 <= x1 || y2 <= y1) continue;
    packed[at] = x1;
    packed[at + 1] = y1;
    packed[at + 2] = x2;
    packed[at + 3] = y2;
    packed[at + 4] = scores[n] ?? 0;
    packed[at + 5] = classIds[n] ?? 0;
    at += detectionStride;
  }
  return at === packed.length ? packed : packed.slice(0, at);
};

const clamp = (value: number, limit: number): number => (value < 0 ? 0 : value > limit ? limit : value);
