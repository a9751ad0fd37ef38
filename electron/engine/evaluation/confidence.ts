import { match, type Picture } from './precision.js';

/** What is shown where boxes below `confidence` are left out, all classes together; shares 0..1. */
export type ConfidenceStep = {
  readonly confidence: number;
  /** Of the boxes shown, how many are right; null where none is shown. */
  readonly precision: number | null;
  /** Of the objects, how many are found; null where there are none. */
  readonly recall: number | null;
  /** Harmonic mean of both, 0 where nothing is right; null where there are no objects. */
  readonly f1: number | null;
};

export type Confidence = {
  /** To begin with; null where nothing is right at any step that may be recommended. */
  readonly recommended: number | null;
  /** By rising confidence: 0.05, 0.1, … 0.95. */
  readonly curve: readonly ConfidenceStep[];
};

const steps: readonly number[] = Array.from({ length: 19 }, (_, n) => (n + 1) / 20);

/** Steps that may be recommended: below there is mostly noise, above hardly any model shows anything. */
const [lowest, highest] = [0.2, 0.7];

/** Share of the boxes shown that should be right: four of five. */
const rightEnough = 0.8;

/**
 * How right and how complete a model's boxes are by confidence, at IoU 0.5, and where to begin: the lowest
 * step from 0.2 to 0.7 at which four of five boxes are right, else the one of these with the best F1, the
 * lowest of equals. Boxes on ignored objects count neither way, as in the average precision.
 */
export const confidenceOf = (pictures: readonly Picture[]): Confidence => {
  const wanted = pictures.reduce((sum, { truths }) => sum + truths.filter(({ ignored }) => !ignored).length, 0);
  const right: number[] = [];
  const wrong: number[] = [];
  for (const picture of pictures) {
    const { scores, verdicts: [verdicts = []] } = match(picture, [0.5]);
    verdicts.forEach((verdict, n) => {
      if (verdict !== 'ignored') (verdict === 'right' ? right : wrong).push(scores[n] ?? 0);
    });
  }
  const curve = steps.map((confidence): ConfidenceStep => {
    const reaches = (score: number): boolean => score >= confidence;
    const found = right.filter(reaches).length;
    const shown = found + wrong.filter(reaches).length;
    return {
      confidence,
      precision: shown === 0 ? null : found / shown,
      recall: wanted === 0 ? null : found / wanted,
      f1: wanted === 0 ? null : (2 * found) / (shown + wanted),
    };
  });
  return { recommended: recommendedOf(curve), curve };
};

const recommendedOf = (curve: readonly ConfidenceStep[]): number | null => {
  const able = curve.filter(({ confidence }) => confidence >= lowest && confidence <= highest);
  const first = able.find(({ precision }) => (precision ?? 0) >= rightEnough);
  if (first !== undefined) return first.confidence;
  const best = able.reduce((most, { f1 }) => Math.max(most, f1 ?? 0), 0);
  return best === 0 ? null : able.find(({ f1 }) => f1 === best)?.confidence ?? null;
};
