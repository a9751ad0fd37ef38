import { isChildMessage, serveChildren, type ChildEntry, type StartChild } from '../engine/children.js';
import type { FromEngine } from '../engine/wire.js';
import type { StartEngine } from '../host/engine-channel.js';
import { startUtility } from './utility.js';

/** What the system's list of processes calls them. */
const names: Readonly<Record<ChildEntry, string>> = {
  'inference-trial': 'VoVision provider trial',
  'lab-bench': 'VoVision measurement',
  quantize: 'VoVision model work',
};

/** Children for the engine, which cannot start processes itself there. */
const startChild: StartChild = (entry) => {
  const child = startUtility(entry, names[entry], 'ignore');
  return {
    send: (message) => child.send(message),
    onMessage: (listener) => child.onMessage(listener),
    onExit: (listener) => child.onExit(listener),
    kill: () => child.kill('SIGKILL'),
  };
};

/** Starts the engine as a utility process, and the children that it asks for. */
export const startUtilityEngine: StartEngine = () => {
  const child = startUtility('engine', 'VoVision engine', 'inherit');
  const children = serveChildren(startChild, (answer) => child.send(answer));
  child.onExit(() => children.endAll());
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.send(message),
    onMessage: (listener) =>
      child.onMessage((message) => {
        if (isChildMessage(message)) children.take(message);
        else listener(message as FromEngine);
      }),
    onExit: (listener) => child.onExit(listener),
    kill: (signal) => child.kill(signal),
  };
};
