/**
 * The bench child: one graph, loaded and run in a process of its own. onnxruntime blocks its only
 * thread; whoever started it ends it when it is not needed any more, or does not answer.
 */
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { writeModel } from '../../../models/onnx/write.js';
import { findNetwork } from '../../../models/reference/catalogue.js';
import { childParent } from '../children.js';
import { sessionOptions } from '../inference/detector.js';
import type { BenchReplies, BenchReply, BenchRequest } from './bench-messages.js';
import { feedsFor } from './feeds.js';
import { watchMemory } from './peak-memory.js';
import { readProfile } from './profile.js';

type Request<Kind extends BenchRequest['kind']> = Extract<BenchRequest, { readonly kind: Kind }>;

type Opened = {
  readonly request: Request<'open'>;
  readonly session: InferenceSession;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetched: readonly string[];
  readonly grown: () => number;
};

let opened: Opened | null = null;

const theOpened = (): Opened => {
  if (opened === null) throw new Error('Nothing is loaded yet.');
  return opened;
};

const build = async ({ network: id, size, batch, path }: Request<'build'>): Promise<null> => {
  const entry = findNetwork(id);
  if (entry === null) throw new Error(`There is no network ${id}.`);
  const network = entry.build(size);
  await writeFile(path, writeModel(toOnnx(network, seededWeights(network, 1), { input: 'numbers', batch })));
  return null;
};

const open = async (request: Request<'open'>): Promise<number> => {
  const grown = watchMemory();
  const session = await InferenceSession.create(request.path, sessionOptions(request));
  const feeds = feedsFor(session.inputMetadata, request.inputs, request.values);
  opened = { request, session, feeds, fetched: request.outputs ?? session.outputNames, grown };
  return process.pid;
};

const run = async ({ runs, milliseconds }: Request<'run'>): Promise<readonly number[]> => {
  const { session, feeds, fetched } = theOpened();
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  while (times.length < runs || performance.now() < until) {
    const start = performance.now();
    await session.run(feeds, fetched);
    times.push(performance.now() - start);
  }
  return times;
};

/** A session that profiles; without the optimised graph where the provider cannot write it, as those that compile it cannot. */
const profilingSession = async ({ path, ...request }: Request<'open'>, prefix: string, optimised: string | null): Promise<{ session: InferenceSession; written: boolean }> => {
  const options = { ...sessionOptions(request), enableProfiling: true, profileFilePrefix: prefix };
  if (optimised !== null) {
    try {
      return { session: await InferenceSession.create(path, { ...options, optimizedModelFilePath: optimised }), written: true };
    } catch {
      // Tried again below, where other errors come back.
    }
  }
  return { session: await InferenceSession.create(path, options), written: false };
};

const profile = async ({ runs, folder, optimised }: Request<'profile'>): Promise<BenchReplies['profile']> => {
  const { request, feeds, fetched } = theOpened();
  const name = `profile-${process.pid}`;
  const { session, written } = await profilingSession(request, join(folder, name), optimised);
  try {
    // The first run compiles and allocates.
    for (let n = 0; n < runs + 1; n++) await session.run(feeds, fetched);
    session.endProfiling();
    // Where the optimised graph could not be written, the session that failed may have left a profile too.
    const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}_`)).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    await Promise.all(files.map((file) => rm(join(folder, file))));
    const text = texts.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
    return { nodes: readProfile(text, runs), optimised: written };
  } finally {
    await session.release();
  }
};

const answer = async (request: BenchRequest): Promise<BenchReplies[keyof BenchReplies]> => {
  switch (request.kind) {
    case 'build': return build(request);
    case 'open': return open(request);
    case 'run': return run(request);
    case 'memory': return theOpened().grown();
    case 'profile': return profile(request);
  }
};

const parent = childParent();
let turn: Promise<unknown> = Promise.resolve();
parent.onMessage((message) => {
  turn = turn.then(async () => {
    const reply: BenchReply = await answer(message as BenchRequest).then(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) }),
    );
    parent.send(reply);
  });
});
