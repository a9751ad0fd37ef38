import { hostChildren, type StartChild } from '../children.js';
import { errorFromData, UserError } from '../contract/contract.js';
import { badModel } from '../inference/model-file.js';
import type { FromChild, Progress, Replies, ToChild } from './types.js';

/** Longest time without a word from the child, ms. */
const patience = 600_000;

export type Asking = { readonly progress: Progress; readonly signal: AbortSignal; readonly startChild?: StartChild };

/** Has a child of its own do one thing with a model. Rejects with a UserError, or the signal's reason; the child is gone in any case. */
export const askChild = <Kind extends ToChild['kind']>(
  job: Extract<ToChild, { readonly kind: Kind }>, { progress, signal, startChild = hostChildren }: Asking,
): Promise<Replies[Kind]> => new Promise((resolve, reject) => {
  if (signal.aborted) {
    reject(signal.reason as Error);
    return;
  }
  const child = startChild('quantize');
  const settle = (act: () => void): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    child.kill();
    act();
  };
  const timer = setTimeout(() => settle(() => reject(new UserError('internal', 'The work on the model came to a standstill.', 'Try a smaller model or fewer pictures.'))), patience);
  const abort = (): void => settle(() => reject(signal.reason as Error));
  signal.addEventListener('abort', abort, { once: true });
  child.onMessage((message) => {
    const said = message as FromChild;
    timer.refresh();
    if (said.kind === 'progress') progress(said.step, said.fraction);
    else if (said.kind === 'alive') return;
    else if (said.kind === 'done') settle(() => resolve(said.result as Replies[Kind]));
    else settle(() => reject(errorFromData(said.error)));
  });
  child.onExit((how) => settle(() => reject(badModel(job.path, `the process that worked on it ended unexpectedly (${how}).`, 'It may have run out of memory: choose a smaller model.'))));
  child.send(job);
});
