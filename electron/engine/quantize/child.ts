/** The child in which a model is made smaller: onnxruntime blocks its thread for seconds at a time, and the model may be anything. */
import { readFile, writeFile } from 'node:fs/promises';
import { readModel } from '../../../models/onnx/read.js';
import { writeModel } from '../../../models/onnx/write.js';
import { QuantizeError } from '../../../models/quantize/error.js';
import { prepare } from '../../../models/quantize/prepare.js';
import { childParent } from '../children.js';
import { errorData, UserError } from '../contract/contract.js';
import type { ModelCard } from '../inference/types.js';
import { outputError } from '../results/problems.js';
import { dimsFrom, Frames } from './observe.js';
import { findBytes, findHalves, splitFrames } from './search.js';
import { Trial } from './trial.js';
import type { Agreement, FromChild, QuantizeJob, Quantized, Replies, ToChild } from './types.js';

type Say = (message: FromChild) => void;

const make = async (job: QuantizeJob, say: Say): Promise<Quantized> => {
  const frames = await Frames.open(job.frames, job.card.input, job.places);
  try {
    const trial = new Trial(frames, job.folder, job.threads, job, () => say({ kind: 'alive' }));
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

const check = async (path: string, card: ModelCard): Promise<null> => {
  prepare(readModel(await readFile(path)), dimsFrom(card.input));
  return null;
};

const repeat = async (job: Extract<ToChild, { kind: 'repeat' }>, say: Say): Promise<Agreement> => {
  const frames = await Frames.open(job.frames, job.card.input, job.places);
  try {
    return await new Trial(frames, job.folder, job.threads, job, () => say({ kind: 'alive' })).repeat(splitFrames(job.places.length).held);
  } finally {
    await frames.close();
  }
};

const work = (asked: ToChild, say: Say): Promise<Replies[ToChild['kind']]> => {
  switch (asked.kind) {
    case 'make': return make(asked, say);
    case 'check': return check(asked.path, asked.card);
    case 'repeat': return repeat(asked, say);
  }
};

const forPeople = (error: unknown): unknown =>
  (error instanceof Error && 'syscall' in error ? outputError('The new form of the model', error)
    : error instanceof QuantizeError ? new UserError(error.fault === 'unknown-layer' ? 'usage' : 'bad-model', error.message, error.hint) : error);

const parent = childParent();
parent.onMessage((message) => {
  work(message as ToChild, (said) => parent.send(said))
    .then((result) => parent.send({ kind: 'done', result } satisfies FromChild))
    .catch((error: unknown) => parent.send({ kind: 'failed', error: errorData(forPeople(error)) } satisfies FromChild));
});
