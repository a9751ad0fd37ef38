// Appends a frame every few milliseconds until it is killed, telling its parent of each.
import { frameIndex, seconds } from '../../../electron/engine/contract/contract.js';
import { ResultStore } from '../../../electron/engine/results/store.js';
import { sampleManifest } from './manifest.js';

const store = await ResultStore.create(process.argv[2] ?? '', sampleManifest());
for (let index = 0; ; index++) {
  await store.append(frameIndex(index), seconds(index / 200), Float32Array.from([1, 2, 3, 4, 0.5, 1]));
  process.send?.({ index, at: Date.now() });
  await new Promise((resolve) => setTimeout(resolve, 4));
}
