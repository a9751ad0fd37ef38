/** The child in which a model is made smaller: onnxruntime blocks its thread for seconds at a time, and the model may be anything. */
import { readFile, writeFile } from 'node:fs/promises';
import { writeModel } from '../../../models/onnx/write.js';
import { QuantizeError } from '../../../models/quantize/error.js';
import { childParent } from '../children.js';
import { errorData, UserError } from '../contract/contract.js';
import { Frames } from './observe.js';
import { findBytes, findHalves } from './search.js';
import { Trial } from './trial.js';
import type { FromChild, QuantizeJob, Quantized } from './types.js';

const work = async (job: QuantizeJob, say: (message: FromChild) => void): Promise<Quantized> => {
  const frames = await Frames.open(job.frames, job.card.input, job.places);
  try {
    const trial = new Trial(frames, job.folder, job.threads, job);
    const find = job.to === 'int8' ? findBytes : findHalves;
    const { model, result } = await find(await readFile(job.path), {
      job, frames, trial, progress: (step, fraction) => say({ kind: 'progress', step, fraction }),
    });
    await writeFile(job.output, writeModel(model));
    return result;
  } finally {
    await frames.close();
  }
};

const forPeople = (error: unknown): unknown =>
  (error instanceof QuantizeError ? new UserError(error.fault === 'unknown-layer' ? 'usage' : 'bad-model', error.message, error.hint) : error);

const parent = childParent();
parent.onMessage((message) => {
  work(message as QuantizeJob, (said) => parent.send(said))
    .then((result) => parent.send({ kind: 'done', result } satisfies FromChild))
    .catch((error: unknown) => parent.send({ kind: 'failed', error: errorData(forPeople(error)) } satisfies FromChild));
});
