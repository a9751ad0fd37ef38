import type { ModelCard } from '../inference/types.js';
import type { Speed } from './speed.js';
import type { Precision, Quantized } from './types.js';

export type CardFacts = {
  readonly original: ModelCard;
  /** The original's card as it is written, with the keys that are for people; null where it had no file. */
  readonly written: Readonly<Record<string, unknown>> | null;
  readonly to: Precision;
  readonly hash: string;
  readonly calibratedOn: string;
  readonly quantized: Quantized;
  readonly speed: Speed;
  readonly processor: string;
  /** Versions of what it was made with. */
  readonly runtime: string;
};

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/**
 * The card of a model that was made smaller: the original's, its licence and source kept, and under
 * `quantization` what was lost, on what it was calibrated and how much faster it is. What people were
 * told of the original's accuracy stands there too, since it was not measured again.
 */
export const cardOf = ({ original, written, to, hash, calibratedOn, quantized, speed, processor, runtime }: CardFacts): Readonly<Record<string, unknown>> => {
  const { agreement } = quantized;
  return {
    ...original,
    name: `${original.name}, ${to}`.slice(0, 200),
    input: quantized.input,
    hash,
    ...(written?.['knownFaults'] !== undefined && { knownFaults: written['knownFaults'] }),
    quantization: {
      to,
      from: { name: original.name, hash: original.hash, ...(written?.['accuracy'] !== undefined && { accuracy: written['accuracy'] }) },
      calibratedOn: `${quantized.calibrated} pictures of ${calibratedOn}`,
      ...(quantized.ranges !== null && { ranges: quantized.ranges }),
      layers: { converted: quantized.converted, of: quantized.layers, keptForAccuracy: quantized.kept },
      agreement: {
        measure: `boxes of the original and of this one with a score of 0.25 or more that find each other (same class, IoU 0.5), on ${agreement.frames} other pictures`,
        matched: round(agreement.matched, 4), boxes: agreement.boxes,
        meanIou: agreement.iou === null ? null : round(agreement.iou, 4), meanScoreDifference: agreement.score === null ? null : round(agreement.score, 4),
      },
      speed: {
        measure: `median times of one picture, by turns, ONNX Runtime's CPU provider, ${speed.threads} threads, ${processor}`,
        milliseconds: round(speed.after, 2), originalMilliseconds: round(speed.before, 2), ratio: round(speed.ratio, 2),
      },
      madeWith: runtime,
    },
  };
};
