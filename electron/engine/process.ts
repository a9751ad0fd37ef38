/**
 * The engine as a process: an Electron utilityProcess or a forked child. Speaks wire.ts with the host
 * that started it, and ends when the host goes.
 */
import { constants, setPriority } from 'node:os';
import { errorData, UserError, type EventName, type Events } from './contract/contract.js';
import { isChildMessage, parentPort } from './children.js';
import { Engine } from './engine.js';
import { hostTrials } from './inference/trial-runner.js';
import type { EngineSettings, FromEngine, ToEngine, WireArgs, WireName } from './wire.js';

let engine: Engine | null = null;

type Channel = { send(message: FromEngine): void; onMessage(listener: (message: ToEngine) => void): void };

/** Milliseconds that putting files and children in order may take when nobody is there to wait for it. */
const patience = 5_000;

/** Half-written exports are removed and results flushed before the process goes. */
const farewell = (): void => {
  setTimeout(() => process.exit(70), patience).unref();
  void (engine?.dispose() ?? Promise.resolve()).finally(() => process.exit(0));
};

const openChannel = (): Channel => {
  if (parentPort !== null) {
    const port = parentPort;
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', (event) => listener(event.data as ToEngine)),
    };
  }
  if (process.send === undefined) throw new Error('This is the engine of VoVision; it is started by the program itself.');
  process.on('disconnect', farewell);
  return {
    // What is said to a host that has just gone is lost.
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => process.on('message', (message) => listener(message as ToEngine)),
  };
};

// The picture and the user's hands come first; what is left over is the engine's.
try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Not allowed here; it works all the same.
}

const channel = openChannel();

const emit = <Name extends EventName>(event: Name, payload: Events[Name]): void => {
  channel.send({ event, payload } as FromEngine);
};

const configure = (settings: EngineSettings): null => {
  engine ??= new Engine(settings, {
    emit,
    trials: hostTrials,
    // The host starts a new engine, which takes the run up where it stopped.
    onHang: () => process.exit(70),
  });
  return null;
};

const answer = async (message: ToEngine): Promise<FromEngine> => {
  try {
    if (message.name === 'host.configure') return { id: message.id, ok: true, value: configure(message.args as EngineSettings) };
    if (engine === null) throw new UserError('internal', 'The engine is not set up yet.');
    const value = await engine.handle(message.name, message.args as WireArgs<WireName>);
    return { id: message.id, ok: true, value };
  } catch (error) {
    return { id: message.id, ok: false, error: errorData(error) };
  }
};

channel.onMessage((message) => {
  // Answers about children come the same way; who asked for them listens too.
  if (isChildMessage(message)) return;
  void answer(message).then((reply) => channel.send(reply));
});

process.on('SIGTERM', farewell);
