import { utilityProcess } from 'electron';
import { join } from 'node:path';
import { programFolders } from '../host/program.js';

/** A utility process of ours: what a child process is where the program cannot run as plain Node. */
export type Utility = {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Calls every listener once, with what ended it. */
  onExit(listener: (how: string) => void): void;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
};

const killNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself, and its exit is not told yet.
  }
};

/** Starts `out/<entry>.cjs`; `serviceName` is what the system's process list shows, `stdio` what becomes of its output. */
export const startUtility = (entry: string, serviceName: string, stdio: 'inherit' | 'ignore'): Utility => {
  const child = utilityProcess.fork(join(programFolders.out, `${entry}.cjs`), [], { serviceName, stdio });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code) => resolve(`exit code ${code}`));
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void ended.then(listener),
    kill: (signal) => {
      const kill = (): void => {
        if (signal === 'SIGTERM') child.kill();
        else if (child.pid !== undefined) killNow(child.pid);
      };
      // It has no process id before it has started.
      if (child.pid === undefined) child.once('spawn', kill);
      else kill();
    },
  };
};
