import type { HeadId } from '../contract/contract.js';
import { boxesScores } from './heads/boxes-scores.js';
import { detr } from './heads/detr.js';
import type { AnyHead } from './heads/head.js';
import { nmsRows, nmsTensorflow, nmsTorchvision } from './heads/nms-inside.js';
import { ssd } from './heads/ssd.js';
import { yolov5, yolov8, yolox } from './heads/yolo.js';

/** Every family of output heads, in the order in which a file without a card is compared with them. */
export const heads: readonly AnyHead[] = [
  boxesScores, nmsTensorflow, nmsTorchvision, yolov5, yolov8, yolox, nmsRows, detr, ssd,
];

export const headOf = (id: HeadId): AnyHead => {
  const found = heads.find((head) => head.id === id);
  if (!found) throw new RangeError(`There is no output head '${id}'.`);
  return found;
};
