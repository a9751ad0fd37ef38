import { badModel } from './model-file.js';
import { explainProviderError } from './provider-table.js';
import type { InspectedOutput } from './trial-messages.js';
import type { TrialRunner } from './trial-runner.js';
import type { ModelCard } from './types.js';

/** Memory a model may take for one picture, bytes: a desktop computer must be able to go on. */
export const modelMemory = 4 * 2 ** 30;
const patience = 60_000;

/**
 * Runs a model that is not trusted yet once, on a made-up picture, in a child with limited memory.
 * Gives all its outputs; throws UserError('bad-model') with the reason where it cannot be run.
 */
export const inspectModel = async (
  path: string, input: ModelCard['input'], trials: TrialRunner, signal?: AbortSignal,
): Promise<Readonly<Record<string, InspectedOutput>>> => {
  const outcome = await trials.run({ kind: 'inspect', path, input, memory: modelMemory }, patience, signal);
  if (outcome.kind === 'timeout') throw badModel(path, `one picture took longer than ${patience / 1000} seconds.`, 'Choose a smaller model.');
  if (outcome.kind === 'crashed') throw badModel(path, `ONNX Runtime crashed on it (${outcome.how}).`);
  const { reply } = outcome;
  switch (reply.kind) {
    case 'inspected': return reply.outputs;
    case 'memory': throw badModel(path, `it wants more than ${modelMemory / 2 ** 30} GB of memory for one picture.`, 'Choose a smaller model.');
    case 'failed': throw badModel(path, `ONNX Runtime cannot run it: ${explainProviderError('cpu', reply.message)}`);
    case 'ran': throw badModel(path, 'the trial was answered by something else.');
  }
};
