import { fork } from 'node:child_process';
import { entryFile } from './entry.js';
import type { TrialOutcome, TrialReply, TrialRequest } from './trial-messages.js';

/** Runs trials, each in a process of its own, so that a driver that crashes or hangs harms nobody. */
export type TrialRunner = {
  /** Rejects with the signal's reason when it is aborted; the child is ended in any case. */
  run(request: TrialRequest, milliseconds: number, signal?: AbortSignal): Promise<TrialOutcome>;
};

/** A child process, whatever started it. */
export type TrialChild = {
  send(request: TrialRequest): void;
  onMessage(listener: (reply: TrialReply) => void): void;
  /** Calls back once with what ended it: an exit code or a signal's name. */
  onExit(listener: (how: string) => void): void;
  kill(): void;
};

/** A runner over any way to start `inference-trial.cjs`. */
export const trialRunner = (start: () => TrialChild): TrialRunner => ({
  run: (request, milliseconds, signal) => new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const child = start();
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
    child.onMessage((reply) => end({ kind: 'replied', reply }));
    child.onExit((how) => end({ kind: 'crashed', how }));
    child.send(request);
  }),
});

/** Trials as ordinary Node children. */
export const nodeTrials: TrialRunner = trialRunner(() => {
  const child = fork(entryFile('inference-trial'), [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
    child.on('error', (error) => resolve(error.message));
  });
  return {
    send: (request) => void child.send(request, () => undefined),
    onMessage: (listener) => void child.on('message', (reply) => listener(reply as TrialReply)),
    onExit: (listener) => void ended.then(listener),
    kill: () => void child.kill('SIGKILL'),
  };
});

/** A trial that the engine asks its host to run, since it cannot start processes of its own there. */
export type TrialCall =
  | { readonly trial: number; readonly request: TrialRequest; readonly milliseconds: number }
  | { readonly trial: number; readonly cancel: true };
export type TrialAnswer = { readonly trial: number; readonly outcome: TrialOutcome };

export const isTrialMessage = (message: unknown): message is TrialCall | TrialAnswer =>
  typeof message === 'object' && message !== null && typeof (message as { trial?: unknown }).trial === 'number';

/** The host's end: hands it every message for which `isTrialMessage` holds. */
export const serveTrials = (runner: TrialRunner, answer: (message: TrialAnswer) => void): ((call: TrialCall) => void) => {
  const running = new Map<number, AbortController>();
  return (call) => {
    const { trial } = call;
    if ('cancel' in call) {
      running.get(trial)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(trial, controller);
    void runner.run(call.request, call.milliseconds, controller.signal)
      .catch((error: unknown): TrialOutcome => ({ kind: 'crashed', how: error instanceof Error ? error.message : String(error) }))
      .then((outcome) => {
        running.delete(trial);
        answer({ trial, outcome });
      });
  };
};

/** What an Electron utilityProcess has in place of process.send. */
type ParentPort = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
};

const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort;

/** The engine's end of the same. */
const askingHost = (port: ParentPort): TrialRunner => {
  const waiting = new Map<number, (outcome: TrialOutcome) => void>();
  let next = 0;
  let listening = false;
  const listen = (): void => {
    if (listening) return;
    listening = true;
    port.on('message', ({ data }) => {
      if (isTrialMessage(data) && 'outcome' in data) waiting.get(data.trial)?.(data.outcome);
    });
  };
  return {
    run: (request, milliseconds, signal) => new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      listen();
      const trial = next++;
      const abort = (): void => {
        waiting.delete(trial);
        port.postMessage({ trial, cancel: true } satisfies TrialCall);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      waiting.set(trial, (outcome) => {
        waiting.delete(trial);
        signal?.removeEventListener('abort', abort);
        resolve(outcome);
      });
      port.postMessage({ trial, request, milliseconds } satisfies TrialCall);
    }),
  };
};

/** The runner for the process this is: the desktop's engine asks its host, all others start Node children. */
export const hostTrials: TrialRunner = parentPort === undefined ? nodeTrials : askingHost(parentPort);
