import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { confidenceOf } from '../../electron/engine/evaluation/confidence.js';
import { readDataset } from '../../electron/engine/evaluation/dataset.js';
import { evaluate } from '../../electron/engine/evaluation/evaluate.js';
import { PictureFiles } from '../../electron/engine/evaluation/pictures.js';
import type { Picture } from '../../electron/engine/evaluation/precision.js';
import { InferenceThread } from '../../electron/engine/inference/session.js';
import type { Model } from '../../electron/engine/inference/types.js';
import type { MediaTools } from '../../electron/engine/media/types.js';
import { inferenceThreads } from '../../electron/engine/service/workers.js';
import { measuredSources } from './rows.js';

type Precisions = Readonly<Record<string, number | null>> & { readonly all: number };

export type MeasuredSet = { readonly source: string; readonly set: string; readonly pictures: number; readonly ap50: Precisions; readonly ap: Precisions };

export type Measured = {
  readonly sets: readonly MeasuredSet[];
  /** To begin with, over all sets together; null where nothing found is right. */
  readonly confidence: number | null;
};

/** As `vovision eval` looks for boxes. */
const minScore = 0.001;

const rounded = (table: Readonly<Record<string, number | null>>): Precisions => {
  const values = Object.fromEntries(Object.entries(table).map(([name, value]) => [name, value === null ? null : Number(value.toFixed(4))]));
  const { all } = values;
  if (all === undefined || all === null) throw new Error('None of the classes of the model is on the pictures.');
  return { ...values, all };
};

/** Average precisions of a model on each source of val and its confidence over all, by the code of `vovision eval`, on the CPU. */
export const measureAccuracy = async (model: Model, data: string, tools: MediaTools, signal: AbortSignal): Promise<Measured> => {
  const labels = await readFile(join(data, 'val.json'), 'utf8');
  const thread = await InferenceThread.start(model, { provider: 'cpu', threads: inferenceThreads() });
  try {
    const sets: MeasuredSet[] = [];
    const judged: Picture[] = [];
    for (const { source, set } of measuredSources) {
      const dataset = readDataset(labels, 'val.json', source);
      const files = await PictureFiles.open([data], dataset.pictures, signal);
      try {
        const { ap50, ap, images, damaged, counted } = await evaluate({ model, thread, dataset, files, tools, minScore, signal });
        if (damaged.length > 0) throw new Error(`${damaged.length} pictures of ${source} cannot be decoded: ${damaged.join(', ')}`);
        sets.push({ source, set, pictures: images, ap50: rounded(ap50), ap: rounded(ap) });
        judged.push(...counted);
      } finally {
        files.close();
      }
    }
    return { sets, confidence: confidenceOf(judged).recommended };
  } finally {
    await thread.dispose();
  }
};
