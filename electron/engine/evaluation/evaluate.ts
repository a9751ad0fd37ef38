import { modelPx } from '../contract/contract.js';
import type { InferenceThread } from '../inference/session.js';
import type { Model } from '../inference/types.js';
import { letterbox } from '../media/letterbox.js';
import { PictureBatch, type DecodedPicture } from '../media/picture-batch.js';
import type { PictureFit } from '../media/picture-filters.js';
import type { MediaTools } from '../media/types.js';
import { readBatch } from './batches.js';
import type { Dataset, PictureEntry } from './dataset.js';
import { categoriesOf, figuresOf, foundOn, type Figures, type FoundByPicture } from './figures.js';
import type { PictureFiles } from './pictures.js';
import type { Found } from './precision.js';

export type EvaluateParts = {
  readonly model: Model;
  readonly thread: InferenceThread;
  readonly dataset: Dataset;
  readonly files: PictureFiles;
  readonly tools: MediaTools;
  /** Boxes below this score are not looked at, 0..1. */
  readonly minScore: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
};

export type Evaluation = Figures & {
  readonly images: number;
  readonly found: FoundByPicture;
  /** Wall time of decoding and inference, which run at the same time. */
  readonly seconds: number;
  /** Pictures that could not be decoded: nothing was found on them. */
  readonly damaged: readonly string[];
  /** Pictures whose size is not the one their boxes refer to. */
  readonly resized: readonly string[];
};

/** Pictures with the inference thread at once. */
const inFlight = 3;

/**
 * Measures a model on labelled pictures: each goes through decoding, letterbox, heads and suppression
 * as a frame of a video does. Throws a UserError, or the signal's reason.
 */
export const evaluate = async (parts: EvaluateParts): Promise<Evaluation> => {
  const { model, thread, dataset, files, tools, minScore, signal, onProgress } = parts;
  const { pictures } = dataset;
  const { card } = model;
  const fit: PictureFit = {
    model: { width: modelPx(card.input.width), height: modelPx(card.input.height) }, fit: card.input.fit, pad: card.input.pad,
  };
  const categories = categoriesOf(card.classes, dataset);
  const found = new Map<number, ReadonlyMap<number, readonly Found[]>>();
  const resized: string[] = [];

  const look = async (entry: PictureEntry, { size, pixels }: DecodedPicture): Promise<void> => {
    if (entry.size !== null && (entry.size.width !== size.width || entry.size.height !== size.height)) resized.push(entry.file);
    const { boxes } = await thread.run(pixels, letterbox(size, fit.model, fit.fit, fit.pad), minScore);
    const onIt = foundOn(boxes, categories, entry);
    found.set(entry.id, onIt);
    onProgress?.(found.size, pictures.length);
  };

  const started = performance.now();
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const decoded = decodeAll(pictures, (from) => openBatches(pictures, from, files, tools, { fit, signal }));
  try {
    for await (const { entry, picture } of decoded) {
      const work: Promise<void> = look(entry, picture).catch((error: unknown) => { failures.push(error); }).finally(() => running.delete(work));
      running.add(work);
      while (running.size >= inFlight) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  for (const failure of failures) throw failure;

  return {
    ...figuresOf(dataset, found, new Set(categories.flatMap((category) => category ?? []))),
    images: pictures.length, found, seconds: (performance.now() - started) / 1000, resized,
    damaged: pictures.filter(({ id }) => !found.has(id)).map(({ file }) => file),
  };
};

/** Pictures of one kind with the child that decodes them. */
type OpenBatch = { readonly batch: PictureBatch; readonly entries: readonly PictureEntry[] };

/** Those of the pictures that are read together, by kind, and where the next ones begin. */
type OpenBatches = { readonly batches: readonly OpenBatch[]; readonly end: number };

const openBatches = async (
  all: readonly PictureEntry[], from: number, files: PictureFiles, tools: MediaTools, options: { readonly fit: PictureFit; readonly signal: AbortSignal | undefined },
): Promise<OpenBatches> => {
  const { byKind, end } = await readBatch(all, from, (entry) => files.read(entry));
  const opened = await Promise.allSettled([...byKind].map(async ([kind, pictures]): Promise<OpenBatch> => ({
    batch: await PictureBatch.open(pictures.map(({ bytes }) => bytes), kind, tools, options), entries: pictures.map(({ of }) => of),
  })));
  const batches = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = opened.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await closeAll(batches);
    throw failed.reason;
  }
  return { batches, end };
};

/** All pictures that can be decoded. While one batch is given out the next one is opened. */
async function* decodeAll(
  pictures: readonly PictureEntry[], open: (from: number) => Promise<OpenBatches>,
): AsyncGenerator<{ readonly entry: PictureEntry; readonly picture: DecodedPicture }> {
  const openAt = (from: number): Promise<OpenBatches> | null => {
    if (from >= pictures.length) return null;
    const opening = open(from);
    // Heard when its turn comes; until then a failure must not count as unheard.
    opening.catch(() => undefined);
    return opening;
  };
  let next = openAt(0);
  try {
    while (next !== null) {
      const { batches, end }: OpenBatches = await next;
      next = openAt(end);
      try {
        for (const { batch, entries } of batches) {
          for (let picture = await batch.next(); picture !== null; picture = await batch.next()) {
            const entry = entries[picture.at];
            if (entry !== undefined) yield { entry, picture };
          }
        }
      } finally {
        await closeAll(batches);
      }
    }
  } finally {
    if (next !== null) await next.then(({ batches }) => closeAll(batches), () => undefined);
  }
}

const closeAll = async (batches: readonly OpenBatch[]): Promise<void> => {
  await Promise.all(batches.map(({ batch }) => batch.close()));
};
