import { z } from 'zod';
import { milliseconds, type AccuracyOn, type ModelFigures } from '../contract/contract.js';

const text = z.string().max(4096);
const share = z.number().min(0).max(1);
const byClass = z.record(z.string().max(200), share.nullable());
const precisions = z.looseObject({ all: share }).catchall(share.nullable());

/** Measured on several sets, with `all` the mean of the classes. */
const onSets = z.looseObject({
  measure: text,
  sets: z.array(z.looseObject({
    set: text,
    pictures: z.number().int().min(0).optional(),
    ap50: precisions,
    ap: precisions.optional(),
    /** Against the model that this one was made from. */
    lost: z.looseObject({ ap50: z.number().min(-1).max(1) }).optional(),
  })).max(32),
});

type OnSets = z.output<typeof onSets>;

/** As cards had it first: one set, one measure. */
const onOneSet = z.looseObject({ measure: text, set: text, mean: share, classes: byClass })
  .transform(({ measure, set, mean, classes }): OnSets => ({ measure, sets: [{ set, ap50: { ...classes, all: mean } }] }));

/** What a card may say of what was measured. It is for people only: what is worded otherwise is left out, and the card is none the worse. */
export const figureFields = {
  /** Which of our networks it is and, where one is shipped at several sizes, at which; the same for all its forms. */
  network: z.string().max(200).optional().catch(undefined),
  sizes: z.looseObject({ parameters: z.number().int().min(0), multiplyAdds: z.number().int().min(0) }).optional().catch(undefined),
  accuracy: z.union([onSets, onOneSet]).optional().catch(undefined),
  speed: z.looseObject({ milliseconds: z.number().min(0), processor: text, threads: z.number().int().min(1) }).optional().catch(undefined),
  knownFaults: z.array(text).max(64).optional().catch(undefined),
} as const;

export type CardFigures = { readonly [Key in keyof typeof figureFields]?: z.output<(typeof figureFields)[Key]> };

export const figuresOf = ({ sizes, accuracy, speed, knownFaults = [] }: CardFigures): ModelFigures => ({
  parameters: sizes?.parameters ?? null,
  multiplyAdds: sizes?.multiplyAdds ?? null,
  accuracy: (accuracy?.sets ?? []).map(({ set, ap50: { all, ...classes }, ap, lost }): AccuracyOn => ({ set, mean: all, classes, strict: ap?.all ?? null, lost: lost?.ap50 ?? null })),
  speed: speed === undefined ? null : { milliseconds: milliseconds(speed.milliseconds), machine: `${speed.processor}, ${speed.threads} threads` },
  faults: knownFaults,
});
