import { readFile } from 'node:fs/promises';
import os from 'node:os';
import packageJson from '../../../package.json';
import type { ProviderId } from '../contract/contract.js';
import { cardPath } from '../inference/cards.js';
import type { ModelCard } from '../inference/types.js';
import type { Precision, Quantized } from './types.js';

export type CardFacts = {
  readonly original: ModelCard;
  /** The original's card as it is written, with the keys that are for people; null where it had no file. */
  readonly written: Readonly<Record<string, unknown>> | null;
  readonly to: Precision;
  readonly hash: string;
  readonly calibratedOn: string;
  /** Videos to be told in its name, where there may be another form of the same name. */
  readonly videos?: string;
  readonly quantized: Quantized;
  readonly speed: {
    /** What was measured how, and where. */
    readonly measure: string;
    readonly provider: ProviderId;
    readonly milliseconds: number;
    readonly originalMilliseconds: number;
    readonly ratio: number;
  };
  /** Versions of what it was made with. */
  readonly runtime: string;
};

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** What a form of a model is called, of certain videos where there may be another of the same; names have 200 characters at most. */
export const nameOfForm = (original: string, to: Precision, videos?: string): string => {
  if (videos === undefined) return `${original.slice(0, 190 - to.length)} · ${to}`;
  const whole = `${original.slice(0, 140)} · ${to} · ${videos}`;
  return whole.length <= 200 ? whole : `${whole.slice(0, 199)}…`;
};

export const processor = (): string => os.cpus()[0]?.model.trim() ?? 'an unknown processor';

/** Versions of what makes models here. */
export const runtime = (): string => `VoVision ${packageJson.version}, ONNX Runtime ${packageJson.dependencies['onnxruntime-node']}`;

/** The card as it lies beside a model; null where there is none. */
export const writtenCard = async (path: string): Promise<Readonly<Record<string, unknown>> | null> => {
  try {
    const value: unknown = JSON.parse(await readFile(cardPath(path), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // A model without a card beside it was recognised: there is nothing more to hand on.
    return null;
  }
};

/**
 * The card of a model that was made smaller: the original's, its licence and source kept, and under
 * `quantization` what was lost, on what it was calibrated and how much faster it is. What people were
 * told of the original's accuracy stands there too, since it was not measured again.
 */
export const cardOf = ({ original, written, to, hash, calibratedOn, videos, quantized, speed, runtime: madeWith }: CardFacts): Readonly<Record<string, unknown>> => {
  const { agreement } = quantized;
  return {
    ...original,
    // Measured of the original, not of this one.
    accuracy: undefined,
    speed: undefined,
    name: nameOfForm(original.name, to, videos),
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
        measure: speed.measure, provider: speed.provider,
        milliseconds: round(speed.milliseconds, 2), originalMilliseconds: round(speed.originalMilliseconds, 2), ratio: round(speed.ratio, 2),
      },
      madeWith,
    },
  };
};
