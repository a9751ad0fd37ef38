/**
 * The trial child. A model or a driver that is not trusted yet runs in a thread of this process,
 * while its main thread watches how much memory the two take, and ends both where it is too much.
 */
import { Worker, isMainThread, parentPort as threadPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { childParent, type Parent } from '../children.js';
import { Detector, companionFeeds, sessionOptions } from './detector.js';
import { madeUpPicture } from './picture.js';
import { preprocessFor } from './preprocess.js';
import { toFloats } from './tensors.js';
import type { InspectedOutput, TrialReply, TrialRequest } from './trial-messages.js';

const watchInterval = 20;
/** Numbers an output may have in all: what a detector says is far smaller. */
const largestOutput = 64 * 2 ** 20;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const inspect = async ({ path, input }: Extract<TrialRequest, { kind: 'inspect' }>): Promise<TrialReply> => {
  const session = await InferenceSession.create(path, sessionOptions({ provider: 'cpu', threads: null }));
  const { dims, convert } = preprocessFor(input);
  const { type, data } = convert(madeUpPicture(input.width, input.height));
  const picture = new Tensor(type as 'float32', data as Float32Array, dims);
  const results = await session.run({ ...companionFeeds(input), [input.name]: picture });
  const outputs: Record<string, InspectedOutput> = {};
  let size = 0;
  for (const [name, tensor] of Object.entries(results)) {
    if (tensor.type === 'string') continue;
    size += tensor.size;
    if (size > largestOutput) return { kind: 'failed', message: `Its outputs have more than ${largestOutput} numbers.` };
    outputs[name] = { type: tensor.type, ...toFloats(tensor) };
  }
  return { kind: 'inspected', outputs };
};

/** Opens with the whole graph on the provider, or else with what it can take. */
const open = async (request: Extract<TrialRequest, { kind: 'provider' }>): Promise<{ detector: Detector; whole: boolean }> => {
  const { path, card, provider } = request;
  if (provider === 'cpu') return { detector: await Detector.open(path, card, { provider, threads: null }), whole: true };
  try {
    return { detector: await Detector.open(path, card, { provider, threads: null, strict: true }), whole: true };
  } catch {
    return { detector: await Detector.open(path, card, { provider, threads: null }), whole: false };
  }
};

const tryProvider = async (request: Extract<TrialRequest, { kind: 'provider' }>): Promise<TrialReply> => {
  const { detector, whole } = await open(request);
  const pixels = madeUpPicture(request.card.input.width, request.card.input.height);
  // The first run compiles, the second settles.
  await detector.outputs(pixels);
  const outputs = await detector.outputs(pixels);
  const times: number[] = [];
  const until = performance.now() + 1500;
  while (times.length < 2 || (times.length < 40 && performance.now() < until)) {
    const start = performance.now();
    await detector.outputs(pixels);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { kind: 'ran', outputs, latency: times[times.length >> 1] ?? Number.NaN, whole };
};

const work = async (request: TrialRequest): Promise<TrialReply> => {
  try {
    return await (request.kind === 'inspect' ? inspect(request) : tryProvider(request));
  } catch (error) {
    return { kind: 'failed', message: messageOf(error) };
  }
};

/** Whoever started the child ends it once it has the reply. */
const watch = (from: Parent): void => from.onMessage((message) => {
  const request = message as TrialRequest;
  const before = process.memoryUsage.rss();
  let answered = false;
  const reply = (message: TrialReply): void => {
    if (answered) return;
    answered = true;
    clearInterval(timer);
    from.send(message);
  };
  const timer = setInterval(() => {
    const used = process.memoryUsage.rss() - before;
    if (used <= request.memory) return;
    reply({ kind: 'memory', used });
    // Nobody may have the time to end it before the machine is out of memory.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
  }, watchInterval);
  const worker = new Worker(__filename, { workerData: request });
  worker.on('message', reply);
  worker.on('error', (error) => reply({ kind: 'failed', message: messageOf(error) }));
});

if (isMainThread) watch(childParent());
else void work(workerData as TrialRequest).then((reply) => threadPort?.postMessage(reply));
