import { formatName, formatVersion, type Manifest } from '../../../electron/engine/results/format.js';

/** A manifest with three classes. */
export const sampleManifest = (change: Partial<Manifest> = {}): Manifest => ({
  format: formatName,
  version: formatVersion,
  complete: false,
  video: {
    name: 'street, “früh” 🚲.mp4',
    size: 1_234_567,
    identity: 'ab'.repeat(32),
    display: { width: 1920, height: 1080 },
    timeBase: { num: 1, den: 15_360 },
    firstPts: 0,
    duration: 3600,
    framesPerSecond: 30,
  },
  model: { id: 'six', name: 'Six', hash: 'cd'.repeat(32), classes: ['person', 'car', '__proto__'], input: { width: 320, height: 320 } },
  provider: 'cpu',
  minScore: 0.05,
  runtime: { vovision: '0.1.0', onnxruntime: '1.30.0', ffmpeg: '5.1', node: 'v20' },
  settings: { fit: 'center' },
  createdAt: '2026-11-24T12:00:00.000Z',
  ...change,
});
