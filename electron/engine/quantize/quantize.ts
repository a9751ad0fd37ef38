import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fasterLimits } from '../contract/contract.js';
import type { Model } from '../inference/types.js';
import type { MediaTools } from '../media/types.js';
import { scratchFolder } from '../scratch.js';
import { askChild } from './ask-child.js';
import { cardOf, processor, runtime, writtenCard } from './card.js';
import { inferenceThreads } from '../service/workers.js';
import { gatherFrames, nameOf, type Material } from './frames.js';
import { compareSpeed, type Speed } from './speed.js';
import type { Precision, Progress, Quantized } from './types.js';

export type QuantizeRequest = {
  readonly model: Model;
  readonly to: Precision;
  readonly material: Material;
  /** What the card calls it; the names of its files otherwise. */
  readonly calibratedOn?: string;
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

/**
 * Makes a model smaller and measures what that brings on this machine. Everything is done in children;
 * nothing is left behind. Rejects with a UserError, or the signal's reason.
 */
export const quantizeModel = async (request: QuantizeRequest): Promise<Smaller> => {
  const { model, to, material, tools, progress, signal, target = usualTarget } = request;
  const folder = await scratchFolder('quantize');
  try {
    const frames = join(folder, 'frames.rgb');
    const places = await gatherFrames(material, frames, {
      tools, input: model.card.input, count: request.frames, signal, progress: (step, part) => progress(step, 0.15 * part),
    });
    const output = join(folder, 'smaller.onnx');
    const threads = inferenceThreads();
    const quantized = await askChild({ kind: 'make', path: model.path, card: model.card, to, keep: request.keep, frames, places, target, folder, output, threads },
      { progress: (step, part) => progress(step, 0.15 + 0.7 * part), signal });
    progress('Measuring speed', 0.87);
    const speed = await compareSpeed({ path: model.path, input: model.card.input }, { path: output, input: quantized.input }, folder, threads, signal);
    const bytes = await readFile(output);
    const card = cardOf({
      original: model.card, written: await writtenCard(model.path), to, hash: createHash('sha256').update(bytes).digest('hex'),
      calibratedOn: request.calibratedOn ?? nameOf(material), quantized,
      speed: {
        measure: `median times of one picture, by turns, ONNX Runtime's CPU provider, ${speed.threads} threads, ${processor()}`,
        provider: 'cpu', milliseconds: speed.after, originalMilliseconds: speed.before, ratio: speed.ratio,
      },
      runtime: runtime(),
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
  if (ratio < fasterLimits.ratio) return { wins: false, verdict: `${same.charAt(0).toUpperCase()}${same.slice(1)}, but it is only ${faster} on this machine’s CPU.` };
  return { wins: true, verdict: `It is ${faster}, and ${same}.` };
};
