import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { StartChild } from '../children.js';
import {
  errorData, UserError,
  type FasterForm, type FasterOutcome, type FasterStage, type ModelForm, type ProviderId,
} from '../contract/contract.js';
import { infoOf } from '../inference/card.js';
import type { NewModel } from '../inference/kept-models.js';
import { readModelFile } from '../inference/model-file.js';
import type { Model, ModelCard } from '../inference/types.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import { outputError } from '../results/problems.js';
import { scratchFolder } from '../scratch.js';
import { inferenceThreads } from '../service/workers.js';
import { askChild, type Asking } from './ask-child.js';
import { cardOf, nameOfForm, processor, runtime, writtenCard } from './card.js';
import { gatherFrames, nameOf } from './frames.js';
import { fewestBoxes, judge } from './judge.js';
import { usualTarget } from './quantize.js';
import { timeForms } from './time-forms.js';
import { precisions, type Precision, type Quantized } from './types.js';

export type FasterRequest = {
  readonly model: Model;
  readonly videos: readonly VideoFile[];
  readonly tools: MediaTools;
  /** What the forms are timed on; a form counts by the fastest. */
  readonly providers: readonly ProviderId[];
  readonly startChild: StartChild;
  readonly progress: (stage: FasterStage, step: string, fraction: number) => void;
  /** Told whenever more is known. */
  readonly onForms: (forms: readonly FasterForm[]) => void;
  readonly signal: AbortSignal;
};

export type Faster = Omit<FasterOutcome, 'made'> & {
  readonly forms: readonly FasterForm[];
  /** What is to be kept; null where the original stays. */
  readonly made: NewModel | null;
};

/** Pictures that are taken: half of them teach, the others show what was learnt. */
const pictures = 64;
/** Where each stage begins and ends, of the whole. */
const shares: Readonly<Record<FasterStage, readonly [number, number]>> = {
  look: [0, 0.02], pictures: [0.02, 0.15], original: [0.15, 0.2], int8: [0.2, 0.6], float16: [0.6, 0.72], measure: [0.72, 0.98], keep: [0.98, 1],
};

/** A form that was made. */
type Made = { readonly form: Precision; readonly path: string; readonly quantized: Quantized };

/**
 * Makes smaller forms of a model, calibrated on videos, times all forms against the original in interleaved
 * rounds, and says which one to keep. Nothing is kept here and nothing left behind. Rejects with a
 * UserError, or the signal's reason.
 */
export const makeFaster = async (request: FasterRequest): Promise<Faster> => {
  const { model, videos, tools, signal, startChild } = request;
  const tell = (stage: FasterStage, step: string, part: number): void => {
    const [from, to] = shares[stage];
    request.progress(stage, step, from + (to - from) * Math.min(1, part));
  };
  const asking = (stage: FasterStage): Asking => ({ startChild, signal, progress: (step, part) => tell(stage, step, part) });
  const table = new Table(request.onForms);
  const folder = await scratchFolder('faster').catch((error: unknown) => {
    throw outputError('The folder for the trial', error);
  });
  try {
    tell('look', 'Looking at the model', 0);
    const { path, card } = model;
    await readModelFile(path);
    await askChild({ kind: 'check', path, card }, asking('look'));
    table.set('original', { fileSize: (await stat(path)).size });

    const material = { kind: 'videos', videos } as const;
    const frames = join(folder, 'frames.rgb');
    const places = await gatherFrames(material, frames, { tools, input: card.input, count: pictures, signal, progress: (step, part) => tell('pictures', step, part) });
    if (places.length < 2) {
      throw new UserError('bad-input', `${nameOf(material)} has one picture only: there is none left to compare on what another one taught.`, 'Choose a longer video.');
    }

    const common = { path, card, frames, places, folder, threads: inferenceThreads() };
    tell('original', 'Finding what the original finds', 0);
    const own = await askChild({ kind: 'repeat', ...common }, asking('original'));
    if (own.boxes < fewestBoxes) {
      const found = own.boxes === 0 ? 'nothing' : `only ${own.boxes / 2} objects`;
      throw new UserError('bad-input', `${model.info.name} finds ${found} in pictures of ${nameOf(material)}: whether another form finds the same could not be told.`, 'Choose a video that shows more of what it finds.');
    }
    table.set('original', { agreement: own.matched });

    const made: Made[] = [];
    for (const form of precisions) {
      tell(form, `Making ${form}`, 0);
      try {
        const output = join(folder, `${form}.onnx`);
        const quantized = await askChild({ kind: 'make', ...common, to: form, keep: [], target: usualTarget, output }, asking(form));
        made.push({ form, path: output, quantized });
        table.set(form, { fileSize: (await stat(output)).size, agreement: quantized.agreement.matched });
      } catch (error) {
        // One form that cannot be made does not take the other away; a full disk would.
        if (signal.aborted || (error instanceof UserError && error.kind === 'output')) throw error;
        table.set(form, { error: errorData(error) });
      }
    }

    await timeForms([{ form: 'original', model }, ...made.map((one) => ({ form: one.form, model: modelOf(one, card) }))], {
      providers: request.providers, startChild, folder, signal,
      progress: (step, part) => tell('measure', step, part),
      onTimes: (form, times) => table.time(form, times),
    });

    const { winner, verdict } = judge(table.rows);
    const won = made.find(({ form }) => form === winner);
    const calibrated = made[0]?.quantized.calibrated ?? 0;
    const agreement = (won ?? made[0])?.quantized.agreement;
    return {
      forms: table.rows, winner, verdict, calibrated, compared: agreement?.frames ?? own.frames, boxes: agreement?.boxes ?? own.boxes,
      videos: videos.map((video) => basename(video.path)),
      made: won === undefined ? null : await newModel(model, won, table.rows, nameOf(material)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

/** The forms as far as they are known. */
class Table {
  #rows: FasterForm[];

  constructor(private readonly told: (rows: readonly FasterForm[]) => void) {
    this.#rows = (['original', ...precisions] as const).map((form) => ({ form, fileSize: null, times: [], best: null, ratio: null, agreement: null, error: null }));
  }

  get rows(): readonly FasterForm[] {
    return this.#rows;
  }

  set(form: ModelForm, change: Partial<FasterForm>): void {
    this.#rows = this.#rows.map((row) => (row.form === form ? { ...row, ...change } : row));
    this.told(this.#rows);
  }

  time(form: ModelForm, times: FasterForm['times']): void {
    const best = times.reduce<FasterForm['best']>(
      (least, { provider, time }) => (time !== null && (least === null || time < least.time) ? { provider, time } : least), null);
    this.#rows = this.#rows.map((row) => (row.form === form ? { ...row, times, best } : row));
    const original = this.#rows[0]?.best ?? null;
    this.#rows = this.#rows.map((row) => ({ ...row, ratio: original === null || row.best === null ? null : original.time / row.best.time }));
    this.told(this.#rows);
  }
}

const formCard = ({ form, quantized }: Made, card: ModelCard): ModelCard => ({ ...card, name: nameOfForm(card.name, form), input: quantized.input });

const modelOf = (made: Made, original: ModelCard): Model => {
  const card = formCard(made, original);
  return { path: made.path, card, info: infoOf(card, made.form, 0, 'elsewhere') };
};

const newModel = async (model: Model, { form, path, quantized }: Made, rows: readonly FasterForm[], calibratedOn: string): Promise<NewModel> => {
  const bytes = await readFile(path);
  const [original, own] = [rows.find((row) => row.form === 'original'), rows.find((row) => row.form === form)];
  if (!original?.best || !own?.best || own.ratio === null) throw new RangeError('What wins was measured.');
  const threads = own.best.provider === 'cpu' ? `, ${inferenceThreads()} threads` : '';
  return {
    stem: `${basename(model.path, extname(model.path)).slice(0, 100)}-${form}`,
    bytes,
    card: cardOf({
      original: model.card, written: await writtenCard(model.path), to: form, hash: createHash('sha256').update(bytes).digest('hex'),
      calibratedOn, videos: calibratedOn, quantized,
      speed: {
        measure: `median time of one picture in the fastest of the rounds that were had by turns, the original's on ${original.best.provider}, this one's on ${own.best.provider}${threads}, ${processor()}`,
        provider: own.best.provider, milliseconds: own.best.time, originalMilliseconds: original.best.time, ratio: own.ratio,
      },
      runtime: runtime(),
    }),
  };
};
