import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { frameIndex, type DetectionBatch, type Seconds } from '../engine/contract/contract.js';
import { analyseWhole } from '../engine/analysis/whole.js';
import type { MediaTools, VideoFile } from '../engine/media/types.js';
import { makeManifest, videoIdentity } from '../engine/results/manifest.js';
import { ResultStore } from '../engine/results/store.js';
import { scratchFolder } from '../engine/scratch.js';
import type { Parsed } from './arguments.js';
import { openModel } from './open-model.js';
import { openWorker } from './open-worker.js';
import type { Output } from './output.js';

/** Analyses what is to be exported, into a store that is thrown away. `confidence`: what the model's card says to begin with, 0..1. */
export const analyseForExport = async (
  video: VideoFile,
  tools: MediaTools,
  args: Parsed,
  range: { readonly start: Seconds | null; readonly end: Seconds | null },
  output: Output,
  signal: AbortSignal,
): Promise<{ batch: DetectionBatch; classes: readonly string[]; confidence: number | null }> => {
  const model = await openModel(args, output, signal);
  const worker = await openWorker(model, args.text('provider'), output, signal);
  const folder = await scratchFolder('analysis');
  const minScore = 0.05;
  try {
    const manifest = makeManifest({
      video, identity: await videoIdentity(video), model, provider: worker.choice.running, minScore, tools, range,
    });
    const store = await ResultStore.create(join(folder, 'results.jsonl'), manifest);
    try {
      await analyseWhole({
        video, tools, model, thread: worker.thread, store, minScore, signal, ...range,
        onProgress: (done, time) => output.progress(`${done} frames analysed, at ${time.toFixed(1)} s`),
      });
      return { batch: await store.batch(frameIndex(0), frameIndex(Number.MAX_SAFE_INTEGER), signal), classes: model.info.classes, confidence: model.info.confidence };
    } finally {
      await store.close();
    }
  } finally {
    await worker.dispose();
    await rm(folder, { recursive: true, force: true });
  }
};
