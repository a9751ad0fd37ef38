import { isTrialMessage, serveTrials, trialRunner } from '../engine/inference/trial-runner.js';
import type { TrialReply } from '../engine/inference/trial-messages.js';
import type { FromEngine } from '../engine/wire.js';
import type { StartEngine } from '../host/engine-channel.js';
import { startUtility } from './utility.js';

/** Provider trials for the engine, which cannot start processes itself there. */
const trials = trialRunner(() => {
  const child = startUtility('inference-trial', 'VoVision provider trial', 'ignore');
  return {
    send: (request) => child.send(request),
    onMessage: (listener) => child.onMessage((reply) => listener(reply as TrialReply)),
    onExit: (listener) => child.onExit(listener),
    kill: () => child.kill('SIGKILL'),
  };
});

/** Starts the engine as a utility process and runs the trials that it asks for. */
export const startUtilityEngine: StartEngine = () => {
  const child = startUtility('engine', 'VoVision engine', 'inherit');
  const tryProvider = serveTrials(trials, (answer) => child.send(answer));
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.send(message),
    onMessage: (listener) =>
      child.onMessage((message) => {
        if (!isTrialMessage(message)) listener(message as FromEngine);
        else if (!('outcome' in message)) tryProvider(message);
      }),
    onExit: (listener) => child.onExit(listener),
    kill: (signal) => child.kill(signal),
  };
};
