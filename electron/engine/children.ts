/**
 * Processes that the engine has others do their work in: whatever breaks there harms nobody else.
 * Where the engine cannot start processes of its own (an Electron utility process) its host starts
 * them and carries what they say to each other.
 */
import { fork } from 'node:child_process';
import { entryFile } from './inference/entry.js';

/** Entry points that children are started from; each is bundled as `out/ENTRY.cjs`. */
export const childEntries = ['inference-trial', 'lab-bench', 'quantize'] as const;
export type ChildEntry = (typeof childEntries)[number];

/** A child process, whatever started it. */
export type Child = {
  /** Messages are copied; they had better be small where the host carries them. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Calls every listener once with what ended it: an exit code or a signal's name. */
  onExit(listener: (how: string) => void): void;
  kill(): void;
};

export type StartChild = (entry: ChildEntry) => Child;

/** Ordinary Node children. */
export const nodeChildren: StartChild = (entry) => {
  const child = fork(entryFile(entry), [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
    child.on('error', (error) => resolve(error.message));
  });
  return {
    // What is said to a child that has just ended is lost; its end is told.
    send: (message) => void child.send(message as object, () => undefined),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void ended.then(listener),
    kill: () => void child.kill('SIGKILL'),
  };
};

/** What the engine asks its host for, and hears back, by the child's number. */
export type ChildCall =
  | { readonly child: number; readonly start: ChildEntry }
  | { readonly child: number; readonly message: unknown }
  | { readonly child: number; readonly kill: true };
export type ChildAnswer =
  | { readonly child: number; readonly said: unknown }
  | { readonly child: number; readonly exit: string };

/** Whether a message between engine and host is about a child. */
export const isChildMessage = (message: unknown): message is ChildCall | ChildAnswer =>
  typeof message === 'object' && message !== null && typeof (message as { child?: unknown }).child === 'number';

export type ServedChildren = {
  /** Takes every message of the engine for which `isChildMessage` holds. */
  take(call: ChildCall | ChildAnswer): void;
  /** Ends all that are left: their engine has gone. */
  endAll(): void;
};

/** The host's end: starts children for an engine, and carries what they say. */
export const serveChildren = (start: StartChild, answer: (message: ChildAnswer) => void): ServedChildren => {
  const running = new Map<number, Child>();
  const open = (number: number, entry: ChildEntry): void => {
    const failed = (error: unknown): void => answer({ child: number, exit: error instanceof Error ? error.message : String(error) });
    if (running.has(number) || !childEntries.includes(entry)) {
      failed('it is no child that can be started');
      return;
    }
    try {
      const child = start(entry);
      running.set(number, child);
      child.onMessage((said) => {
        if (running.has(number)) answer({ child: number, said });
      });
      child.onExit((exit) => {
        running.delete(number);
        answer({ child: number, exit });
      });
    } catch (error) {
      failed(error);
    }
  };
  return {
    take: (call) => {
      if ('start' in call) open(call.child, call.start);
      else if ('kill' in call) running.get(call.child)?.kill();
      else if ('message' in call) running.get(call.child)?.send(call.message);
    },
    endAll: () => {
      for (const child of running.values()) child.kill();
      running.clear();
    },
  };
};

/** What an Electron utilityProcess has in place of process.send. */
export type ParentPort = {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
};

/** Null in all processes but Electron's utility processes. */
export const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort ?? null;

type Listeners = { readonly message: ((message: unknown) => void)[]; readonly exit: ((how: string) => void)[]; ended: string | null };

/** The engine's end of `serveChildren`. */
export const askingHost = (port: ParentPort): StartChild => {
  const children = new Map<number, Listeners>();
  let next = 0;
  let listening = false;
  const listen = (): void => {
    if (listening) return;
    listening = true;
    port.on('message', ({ data }) => {
      if (!isChildMessage(data)) return;
      const heard = children.get(data.child);
      if (heard === undefined) return;
      if ('said' in data) for (const listener of heard.message) listener(data.said);
      if ('exit' in data) {
        children.delete(data.child);
        heard.ended = data.exit;
        for (const listener of heard.exit) listener(data.exit);
      }
    });
  };
  return (entry) => {
    listen();
    const child = next++;
    const heard: Listeners = { message: [], exit: [], ended: null };
    children.set(child, heard);
    const post = (call: ChildCall): void => port.postMessage(call);
    post({ child, start: entry });
    return {
      send: (message) => post({ child, message }),
      onMessage: (listener) => void heard.message.push(listener),
      onExit: (listener) => {
        if (heard.ended === null) heard.exit.push(listener);
        else listener(heard.ended);
      },
      kill: () => post({ child, kill: true }),
    };
  };
};

/** Children for the process this is: the desktop's engine asks its host, all others start them. */
export const hostChildren: StartChild = parentPort === null ? nodeChildren : askingHost(parentPort);

/** The child's own end: who started it. */
export type Parent = { send(message: unknown): void; onMessage(listener: (message: unknown) => void): void };

/** A child ends when its parent has gone. */
export const childParent = (): Parent => {
  if (parentPort !== null) {
    const port = parentPort;
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data)),
    };
  }
  process.on('disconnect', () => process.exit(0));
  return {
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
  };
};
