import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import packageJson from '../../../package.json';
import { errorFromData, UserError } from '../contract/contract.js';
import { hostChildren } from '../children.js';
import { badModel } from '../inference/model-file.js';
import type { Model } from '../inference/types.js';
import type { MediaTools } from '../media/types.js';
import { cardOf } from './card.js';
import { inferenceThreads } from '../service/workers.js';
import { gatherFrames, type Material } from './frames.js';
import { compareSpeed, type Speed } from './speed.js';
import type { FromChild, Precision, Progress, Quantized, QuantizeJob } from './types.js';

export type QuantizeRequest = {
  readonly model: Model;
  readonly to: Precision;
  readonly material: Material;
  readonly tools: MediaTools;
  /** Pictures taken; half of them are held out. */
  readonly frames: number;
  /** Layers to leave in float32. */
  readonly keep: readonly string[];
  /** Share of boxes that must find their partner, 0..1. */
  readonly target?: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

export type Smaller = {
  readonly bytes: Uint8Array;
  readonly card: Readonly<Record<string, unknown>>;
  readonly quantized: Quantized;
  readonly speed: Speed;
  /** Whether it finds the same and is faster. */
  readonly wins: boolean;
  /** Why, in a sentence. */
  readonly verdict: string;
};

export const usualTarget = 0.97;
/** A model that is less than this much faster is not worth what it loses. */
const leastGain = 1.1;
/** Longest time without a word from the child, ms. */
const patience = 600_000;

/**
 * Makes a model smaller and measures what that brings on this machine. Everything is done in children;
 * nothing is left behind. Rejects with a UserError, or the signal's reason.
 */
export const quantizeModel = async (request: QuantizeRequest): Promise<Smaller> => {
  const { model, to, material, tools, progress, signal, target = usualTarget } = request;
  const folder = await mkdtemp(join(tmpdir(), 'vovision-quantize-'));
  try {
    const frames = join(folder, 'frames.rgb');
    const places = await gatherFrames(material, frames, {
      tools, input: model.card.input, count: request.frames, signal, progress: (step, part) => progress(step, 0.15 * part),
    });
    const output = join(folder, 'smaller.onnx');
    const threads = inferenceThreads();
    const quantized = await inChild({ path: model.path, card: model.card, to, keep: request.keep, frames, places, target, folder, output, threads },
      (step, part) => progress(step, 0.15 + 0.7 * part), signal);
    progress('Measuring speed', 0.87);
    const speed = await compareSpeed({ path: model.path, input: model.card.input }, { path: output, input: quantized.input }, folder, threads, signal);
    const bytes = await readFile(output);
    const card = cardOf({
      original: model.card, written: await writtenCard(model.path), to, hash: createHash('sha256').update(bytes).digest('hex'),
      calibratedOn: nameOf(material), quantized, speed, processor: os.cpus()[0]?.model.trim() ?? 'an unknown processor', runtime: `VoVision ${packageJson.version}, ONNX Runtime ${packageJson.dependencies['onnxruntime-node']}`,
    });
    progress('Done', 1);
    return { bytes, card, quantized, speed, ...judge(quantized, speed, target) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};

const judge = ({ agreement }: Quantized, { ratio }: Speed, target: number): { readonly wins: boolean; readonly verdict: string } => {
  const faster = `${ratio.toFixed(2)} times as fast`;
  const same = `${(100 * agreement.matched).toFixed(1)} % of the boxes are the same`;
  if (agreement.boxes === 0) return { wins: false, verdict: `It is ${faster}; whether it finds the same cannot be told, since neither found anything on these pictures.` };
  if (agreement.matched < target) return { wins: false, verdict: `It is ${faster}, but only ${same}; ${(100 * target).toFixed(0)} % were asked for.` };
  if (ratio < leastGain) return { wins: false, verdict: `${same.charAt(0).toUpperCase()}${same.slice(1)}, but it is only ${faster} on this machine’s CPU.` };
  return { wins: true, verdict: `It is ${faster}, and ${same}.` };
};

const nameOf = (material: Material): string => (material.kind === 'video' ? basename(material.video.path) : material.roots.map((root) => basename(root)).join(', '));

/** The card as it lies beside the model. */
const writtenCard = async (path: string): Promise<Readonly<Record<string, unknown>> | null> => {
  try {
    const value: unknown = JSON.parse(await readFile(join(path, '..', `${basename(path, extname(path))}.json`), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // A model without a card beside it was recognised: there is nothing more to hand on.
    return null;
  }
};

const inChild = (job: QuantizeJob, progress: Progress, signal: AbortSignal): Promise<Quantized> => new Promise((resolve, reject) => {
  if (signal.aborted) {
    reject(signal.reason as Error);
    return;
  }
  const child = hostChildren('quantize');
  const settle = (act: () => void): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    child.kill();
    act();
  };
  const timer = setTimeout(() => settle(() => reject(new UserError('internal', 'The work on the model came to a standstill.', 'Try a smaller model or fewer pictures.'))), patience);
  const abort = (): void => settle(() => reject(signal.reason as Error));
  signal.addEventListener('abort', abort, { once: true });
  child.onMessage((message) => {
    const said = message as FromChild;
    timer.refresh();
    if (said.kind === 'progress') progress(said.step, said.fraction);
    else if (said.kind === 'done') settle(() => resolve(said.result));
    else settle(() => reject(errorFromData(said.error)));
  });
  child.onExit((how) => settle(() => reject(badModel(job.path, `the process that worked on it ended unexpectedly (${how}).`, 'It may have run out of memory: choose a smaller model.'))));
  child.send(job);
});
