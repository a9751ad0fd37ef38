/** The inference thread: opens one session and serves frames in the order in which they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError, errorData } from '../contract/contract.js';
import { Detector } from './detector.js';
import { SessionKeeper } from './keeper.js';
import { explainProviderError } from './provider-table.js';
import type { FromThread, ThreadStart, ToThread } from './messages.js';

const { path, card, options } = workerData as ThreadStart;
const port = parentPort;
if (!port) throw new Error('The inference thread was started as something else.');

const send = (message: FromThread, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const keeper = new SessionKeeper(
  options.provider,
  (provider) => Detector.open(path, card, { ...options, provider }),
  (change) => send({ kind: 'provider', change }),
);

const serve = async ({ id, pixels, letterbox, minScore }: Extract<ToThread, { kind: 'run' }>): Promise<void> => {
  try {
    const found = await keeper.run((detector) => detector.run(pixels, letterbox, minScore));
    send({ kind: 'done', id, result: { ...found, pixels } }, [pixels.buffer, found.boxes.buffer]);
  } catch (error) {
    const told = new UserError('bad-model', `The model failed on a frame: ${explainProviderError(keeper.running, error)}`, 'Try another provider or another model.');
    send({ kind: 'failed', id, error: errorData(told), pixels }, [pixels.buffer]);
  }
};

const close = async (): Promise<void> => {
  await keeper.dispose();
  send({ kind: 'closed' });
  port.close();
};

let work = keeper.start().then(
  () => send({ kind: 'ready' }),
  (error: unknown) => {
    send({ kind: 'refused', error: errorData(new UserError('provider', explainProviderError(options.provider, error), 'Choose another provider.')) });
    port.close();
  },
);
port.on('message', (message: ToThread) => {
  work = work.then(() => (message.kind === 'run' ? serve(message) : close()));
});
