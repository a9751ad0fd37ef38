import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, UserError, type ProviderId, type Size } from '../contract/contract.js';
import type { Child, StartChild } from '../children.js';
import { explainProviderError } from '../inference/provider-table.js';
import type { BenchReplies, BenchReply, BenchRequest } from './bench-messages.js';
import { cardMemory } from './nvidia.js';
import type { Bench, BenchGraph, OpenBench } from './types.js';

/** Longest wait for an answer, in milliseconds, beyond the time that was asked for: some providers compile the graph first. */
const patience = { build: 120_000, open: 300_000, run: 120_000, memory: 30_000, profile: 300_000 } as const;

type Kind = keyof BenchReplies;

/** A bench child, asked one thing after the other. What goes wrong in it, or with it, comes as a UserError; it ends at the first abort. */
class Conversation {
  #waiting: { readonly resolve: (reply: BenchReply) => void; readonly reject: (error: Error) => void } | null = null;
  #ended: Error | null = null;
  readonly #exited: Promise<void>;

  constructor(private readonly child: Child) {
    child.onMessage((reply) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.resolve(reply as BenchReply);
    });
    this.#exited = new Promise((resolve) => child.onExit((how) => {
      this.#end(new UserError('provider', `The process it ran in ended unexpectedly (${how}).`, 'It may have run out of memory, or the driver crashed. Try a smaller size or another provider.'));
      resolve();
    }));
  }

  async ask<K extends Kind>(request: Extract<BenchRequest, { readonly kind: K }>, refused: (message: string) => Error, signal?: AbortSignal, more = 0): Promise<BenchReplies[K]> {
    if (signal?.aborted) this.#end(signal.reason as Error);
    if (this.#ended !== null) throw this.#ended;
    const limit = patience[request.kind] + more;
    const timer = setTimeout(() => this.#end(new UserError('provider', `It gave no answer within ${Math.round(limit / 1000)} seconds.`, 'Its driver may hang. Try another provider.')), limit);
    const abort = (): void => this.#end(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const reply = await new Promise<BenchReply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.child.send(request);
      });
      if (!reply.ok) throw refused(reply.message);
      return reply.value as BenchReplies[K];
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends the child; resolves when it is gone. */
  async dispose(): Promise<void> {
    this.#end(new UserError('internal', 'This bench was closed.'));
    await this.#exited;
  }

  #end(error: Error): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.child.kill();
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

/** Providers whose memory is the card's, where nvidia-smi tells of it. */
const onNvidia: ReadonlySet<ProviderId> = new Set(['cuda', 'tensorrt']);

/** Opens benches as children. What is theirs on disk lies in a folder of their own under `folder`, which exists. */
export const benchOpener = (startChild: StartChild, folder: string): OpenBench => async (graph, signal) => {
  const own = await mkdtemp(join(folder, 'bench-'));
  const talk = new Conversation(startChild('lab-bench'));
  const dispose = async (): Promise<void> => {
    await talk.dispose();
    await rm(own, { recursive: true, force: true });
  };
  const refused = (message: string): UserError => new UserError('provider', explainProviderError(graph.provider, message), undefined, { cause: message });
  try {
    const { source, ...how } = graph;
    const pid = await talk.ask({ kind: 'open', ...how, path: await placed(source, own) }, refused, signal);
    return openedBench(talk, graph, own, pid, refused, dispose);
  } catch (error) {
    await dispose();
    throw error;
  }
};

const placed = async (source: BenchGraph['source'], folder: string): Promise<string> => {
  if (typeof source === 'string') return source;
  const path = join(folder, 'graph.onnx');
  await writeFile(path, source);
  return path;
};

const openedBench = (
  talk: Conversation, graph: BenchGraph, folder: string, pid: number, refused: (message: string) => UserError, dispose: () => Promise<void>,
): Bench => ({
  run: async ({ runs, milliseconds: least }, signal) => (await talk.ask({ kind: 'run', runs, milliseconds: least }, refused, signal, least)).map(milliseconds),
  memory: () => (onNvidia.has(graph.provider) ? cardMemory(pid) : talk.ask({ kind: 'memory' }, refused)),
  profile: async (runs, signal, optimised = true) => {
    const path = optimised ? join(folder, 'optimised.onnx') : null;
    const { nodes, optimised: written } = await talk.ask({ kind: 'profile', runs, folder, optimised: path }, refused, signal);
    if (path === null || !written) return { nodes, optimised: null };
    const bytes = await readFile(path);
    await rm(path);
    return { nodes, optimised: bytes };
  },
  dispose,
});

/** Builds a network with seeded weights into the file `path`, in a child: that takes seconds of a thread. */
export const buildNetworkFile = async (
  startChild: StartChild, what: { readonly network: string; readonly size: Size; readonly batch: number; readonly path: string }, signal?: AbortSignal,
): Promise<void> => {
  const talk = new Conversation(startChild('lab-bench'));
  try {
    await talk.ask({ kind: 'build', ...what }, (message) => new UserError('usage', `${what.network} cannot be built: ${message}`), signal);
  } finally {
    await talk.dispose();
  }
};
