/** The inference thread: opens one session and serves frames in the order in which they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError, errorData } from '../contract/contract.js';
import { Detector } from './detector.js';
import { explainProviderError } from './provider-table.js';
import type { FromThread, ThreadStart, ToThread } from './messages.js';
import type { InferenceResult } from './types.js';

const { path, card, options } = workerData as ThreadStart;
const port = parentPort;
if (!port) throw new Error('The inference thread was started as something else.');

const send = (message: FromThread, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

let provider = options.provider;
let detector: Detector | null = null;
let work: Promise<void> = Promise.resolve();

const open = async (): Promise<Detector> => {
  const opened = await Detector.open(path, card, { ...options, provider });
  return opened;
};

/** After a failure: a new session with the same provider first, then with the CPU. */
const recover = async <Value>(attempt: (detector: Detector) => Promise<Value>, cause: unknown): Promise<Value> => {
  const failed = provider;
  const reason = explainProviderError(failed, cause);
  await detector?.dispose().catch(() => undefined);
  detector = null;
  try {
    detector = await open();
    const value = await attempt(detector);
    send({ kind: 'provider', change: { from: failed, to: failed, reason } });
    return value;
  } catch (again) {
    await detector?.dispose().catch(() => undefined);
    detector = null;
    if (failed === 'cpu') throw again;
    provider = 'cpu';
    detector = await open();
    const value = await attempt(detector);
    send({ kind: 'provider', change: { from: failed, to: 'cpu', reason } });
    return value;
  }
};

const serve = async (message: Extract<ToThread, { kind: 'run' }>): Promise<void> => {
  const { id, pixels, letterbox, minScore } = message;
  const attempt = (with_: Detector): ReturnType<Detector['run']> => with_.run(pixels, letterbox, minScore);
  try {
    const found = detector ? await attempt(detector).catch((error: unknown) => recover(attempt, error)) : await recover(attempt, null);
    const result: InferenceResult = { ...found, pixels };
    send({ kind: 'done', id, result }, [pixels.buffer, found.boxes.buffer]);
  } catch (error) {
    const told = new UserError('bad-model', `The model failed on a frame: ${explainProviderError(provider, error)}`, 'Try another provider or another model.');
    send({ kind: 'failed', id, error: errorData(told), pixels }, [pixels.buffer]);
  }
};

const close = async (): Promise<void> => {
  await detector?.dispose().catch(() => undefined);
  send({ kind: 'closed' });
  port.close();
};

port.on('message', (message: ToThread) => {
  work = work.then(() => (message.kind === 'run' ? serve(message) : close()));
});

work = open().then(
  (opened) => {
    detector = opened;
    send({ kind: 'ready' });
  },
  (error: unknown) => {
    const told = new UserError('provider', explainProviderError(provider, error));
    send({ kind: 'refused', error: errorData(told) });
    port.close();
  },
);
