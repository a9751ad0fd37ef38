import { basename } from 'node:path';
import { processor } from '../../electron/engine/quantize/card.js';
import { inferenceThreads } from '../../electron/engine/service/workers.js';
import type { Training } from '../../electron/cli/trained-detector.js';
import type { MeasuredSet } from './measure.js';
import { sourceText, type ZooForm, type ZooRow } from './rows.js';

type Loose = Readonly<Record<string, unknown>>;

/** Notes that every training leaves with its weights. */
const notes = ['network', 'recipe', 'seed', 'size', 'step', 'pictures', 'minutes'] as const;
export type TrainingNotes = Readonly<Record<(typeof notes)[number], string>>;

/** Throws an Error that names what is missing, or that the weights are another network's. */
export const notesOf = ({ path, file }: Training, { detector }: ZooRow): TrainingNotes => {
  const found = notes.map((name) => [name, file.metadata.get(name)] as const);
  const missing = found.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0) throw new Error(`${path} lacks the notes ${missing.join(', ')}: take weights that models/training/train.py wrote.`);
  const all = Object.fromEntries(found) as TrainingNotes;
  if (all.network !== detector) throw new Error(`${path} holds weights of ${all.network}, not of ${detector}.`);
  return all;
};

export type CardParts = {
  readonly row: ZooRow;
  readonly form: ZooForm;
  /** What the model's own card says: of a smaller form with what it was made of and how. */
  readonly card: Loose;
  readonly training: Training;
  readonly notes: TrainingNotes;
  readonly sizes: { readonly parameters: number; readonly multiplyAdds: number; readonly bytes: number };
  readonly accuracy: readonly MeasuredSet[];
  /** To begin with, 0..1; null where there is none to recommend. */
  readonly confidence: number | null;
  /** Of the float32 form. */
  readonly original: readonly MeasuredSet[];
  /** Median ms of one picture, of this and the float32 form, in one run by turns. */
  readonly time: number;
  readonly originalTime: number;
};

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const lostOf = (set: MeasuredSet, original: readonly MeasuredSet[]): Loose => {
  const before = original.find(({ source }) => source === set.source);
  if (before === undefined) throw new Error(`${set.source} was not measured of the original.`);
  return { ap50: round(before.ap50.all - set.ap50.all, 4), ap: round(before.ap.all - set.ap.all, 4) };
};

/** The card of one file of the zoo. */
export const zooCard = ({ row, form, card, training, notes: told, sizes, accuracy, confidence, original, time, originalTime }: CardParts): Loose => {
  const speed = {
    measure: `median time of one picture in the fastest of the rounds that all forms had by turns, ONNX Runtime's CPU provider, ${inferenceThreads()} threads, ${processor()}`,
    provider: 'cpu', processor: processor(), threads: inferenceThreads(), milliseconds: round(time, 2),
    ...(form !== 'float32' && { originalMilliseconds: round(originalTime, 2), ratio: round(originalTime / time, 2) }),
  };
  const { quantization, ...rest } = card;
  const drawn = training.file.metadata.get('draw');
  return {
    ...rest,
    network: row.id,
    source: sourceText(row),
    ...(confidence !== null && { confidence }),
    sizes,
    training: {
      weights: basename(training.path), hash: training.hash,
      recipe: `models/training/train.py --recipe ${told.recipe}${drawn === undefined ? '' : ` --draw ${drawn}`} --seed ${told.seed} --minutes ${told.minutes}`,
      seed: Number(told.seed), steps: Number(told.step), pictures: Number(told.pictures), minutes: Number(told.minutes),
      ...(row.before !== null && { before: row.before }),
    },
    accuracy: {
      measure: 'average precision by COCO\'s rule, as “vovision eval” gives it: ap50 at IoU 0.5, ap the mean over 0.50 to 0.95; lost: by how much the float32 form is better',
      sets: accuracy.map((set) => ({ ...set, ...(form !== 'float32' && { lost: lostOf(set, original) }) })),
    },
    speed,
    ...(typeof quantization === 'object' && quantization !== null && { quantization: { ...quantization, speed } }),
    knownFaults: row.knownFaults,
    ...(row.stills.length > 0 && { stills: row.stills }),
  };
};
