import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { FromEngine, ToEngine } from '../engine/wire.js';
import { programFolders } from './program.js';

/** A running engine process, whatever started it. */
export type EngineChannel = {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  /** Calls every listener once, with what ended it: an exit code or a signal's name. */
  onExit(listener: (how: string) => void): void;
  /** Asks it to end (`SIGTERM`), or ends it (`SIGKILL`). */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
};

export type StartEngine = () => EngineChannel;

/**
 * The engine and its children are a process group: Ctrl+C in a terminal is heard by the host alone,
 * which ends them in order, and no ffmpeg outlives an engine that died. Windows knows no such groups.
 */
const ownGroup = process.platform !== 'win32';

/** Ends what a dead engine left running. */
const endGroup = (pid: number | undefined): void => {
  if (!ownGroup || pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It left nothing.
  }
};

/** Starts the engine as an ordinary Node child: what the browser host and the command line use. */
export const forkEngine: StartEngine = () => {
  const child = fork(join(programFolders.out, 'engine.cjs'), [], { serialization: 'advanced', execArgv: [], detached: ownGroup });
  // An 'error' (it could not be started) comes without an 'exit'.
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => {
      endGroup(child.pid);
      resolve(signal ?? `exit code ${code ?? 'unknown'}`);
    });
    child.on('error', (error) => resolve(error.message));
  });
  return {
    pid: child.pid,
    // A message to a process that has just died is lost; its requests are refused when the exit is seen.
    send: (message) => void child.send(message, () => undefined),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
    onExit: (listener) => void ended.then(listener),
    kill: (signal) => void child.kill(signal),
  };
};
