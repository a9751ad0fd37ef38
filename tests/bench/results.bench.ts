// How large the results of an hour are, and how long writing, opening and recalling them takes: npx tsx tests/bench/results.bench.ts
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { frameIndex, seconds } from '../../electron/engine/contract/contract.js';
import { ResultStore } from '../../electron/engine/results/store.js';
import { sampleManifest } from '../engine/results/manifest.js';

const frames = 108_000;
const boxesPerFrame = 10;

const boxes = Float32Array.from({ length: boxesPerFrame * 6 }, (_, k) => [612.37, 401.62, 803.11, 577.48, 0.8734, 1][k % 6] ?? 0);
const folder = await mkdtemp(join(tmpdir(), 'vovision-bench-'));
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
try {
  const file = join(folder, 'hour.jsonl');
  const store = await ResultStore.create(file, sampleManifest());
  const begun = performance.now();
  for (let index = 0; index < frames; index++) {
    await store.append(frameIndex(index), seconds(index / 30), boxes);
    // As frames come: with returns to the event loop in between.
    if (index % 100 === 0) await new Promise(setImmediate);
  }
  await store.close();
  const written = performance.now() - begun;
  const before = process.memoryUsage().arrayBuffers;
  const opened = performance.now();
  const again = await ResultStore.openOrResume(file, sampleManifest(), 'refuse');
  const took = performance.now() - opened;
  const megabytesOpen = (process.memoryUsage().arrayBuffers - before) / 1e6;
  const asked = performance.now();
  const batch = await again.batch(0, frames);
  const recalled = performance.now() - asked;
  console.log(JSON.stringify({
    frames: batch.index.length,
    boxes: batch.boxes.length / 6,
    megabytesOnDisk: Number(((await stat(file)).size / 1e6).toFixed(1)),
    megabytesInMemory: Number(megabytesOpen.toFixed(1)),
    writeSeconds: Number((written / 1000).toFixed(2)),
    openSeconds: Number((took / 1000).toFixed(2)),
    recallSeconds: Number((recalled / 1000).toFixed(2)),
    longestPauseMs: Number((delay.max / 1e6).toFixed(1)),
  }));
  await again.close();
} finally {
  delay.disable();
  await rm(folder, { recursive: true, force: true });
}
