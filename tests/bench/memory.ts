/**
 * Whether memory stays flat over 20 000 frames: resident bytes of the engine process and its decoder
 * at every tenth of the run, as ratios to the first tenth.
 *   npx tsx tests/bench/memory.ts [frames]
 */
import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveStats } from '../../electron/engine/contract/contract.js';
import { locateTools } from '../../electron/engine/media/locate.js';
import type { FromEngine, ToEngine } from '../../electron/engine/wire.js';
import { root, temporaryFolder } from '../engine/cli/run.js';
import { cacheFolder } from '../fixtures/fixtures.js';

const frames = Number(process.argv[2] ?? 20_000);
const { ffmpeg } = await locateTools();
mkdirSync(cacheFolder, { recursive: true });
const clip = join(cacheFolder, `bench-${frames}.mp4`);
if (!existsSync(clip)) {
  // The sample street over and over: results grow with what is found, so what is found must be ordinary.
  const sample = join(root, 'assets/sample.mp4');
  execFileSync(ffmpeg.path, ['-v', 'error', '-y', '-stream_loop', String(Math.ceil(frames / 330)), '-i', sample, '-map', '0:v', '-frames:v', String(frames), '-c', 'copy', clip]);
}

const engine = fork(join(root, 'out/engine.cjs'), [], { serialization: 'advanced', execArgv: [] });
let id = 0;
const ask = (name: ToEngine['name'], args: unknown): void => void engine.send({ id: (id += 1), name, args } satisfies ToEngine);
const samples: number[] = [];
const done = new Promise<void>((resolve) => {
  engine.on('message', (message: FromEngine) => {
    if (!('event' in message) || message.event !== 'stats') return;
    const stats: LiveStats = message.payload;
    // The last sample a little early: at the very end the decoder is gone.
    if (stats.framesDone < ((samples.length + 1) * frames) / 10 - 100) return;
    samples.push(stats.memory);
    if (samples.length === 10) resolve();
  });
});
const dataFolder = await temporaryFolder();
ask('host.configure', { dataFolder, zooFolder: join(root, 'models/zoo'), fontsFolder: join(root, 'assets/fonts') });
ask('host.open', { video: 'benchmark-of-memory', path: clip });
// Requests are answered side by side; the video must be open first.
setTimeout(() => ask('run.start', { video: 'benchmark-of-memory', model: 'vovdet-nano', provider: 'cpu', mode: 'every-frame', from: 0 }), 3000);
await done;
engine.kill();
const [first = 1] = samples;
console.log(`memory over ${frames} frames, as ratios to the first tenth (${(first / 2 ** 20).toFixed(0)} MiB):`);
console.log(samples.map((bytes) => (bytes / first).toFixed(3)).join('  '));
process.exit(0);
