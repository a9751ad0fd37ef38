import { hostChildren, nodeChildren, type StartChild } from '../children.js';
import type { TrialOutcome, TrialReply, TrialRequest } from './trial-messages.js';

/** Runs trials, each in a process of its own, so that a driver that crashes or hangs harms nobody. */
export type TrialRunner = {
  /** Rejects with the signal's reason when it is aborted; the child is ended in any case. */
  run(request: TrialRequest, milliseconds: number, signal?: AbortSignal): Promise<TrialOutcome>;
};

/** A runner over any way to start children. */
export const trialRunner = (start: StartChild): TrialRunner => ({
  run: (request, milliseconds, signal) => new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const child = start('inference-trial');
    const timer = setTimeout(() => end({ kind: 'timeout', milliseconds }), milliseconds);
    const abort = (): void => {
      stop();
      reject(signal?.reason as Error);
    };
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      child.kill();
    };
    const end = (outcome: TrialOutcome): void => {
      stop();
      resolve(outcome);
    };
    signal?.addEventListener('abort', abort, { once: true });
    child.onMessage((reply) => end({ kind: 'replied', reply: reply as TrialReply }));
    child.onExit((how) => end({ kind: 'crashed', how }));
    child.send(request);
  }),
});

/** Trials as ordinary Node children. */
export const nodeTrials: TrialRunner = trialRunner(nodeChildren);

/** Trials in what children this process can have. */
export const hostTrials: TrialRunner = trialRunner(hostChildren);
