/**
 * Whether memory stays flat over 20 000 frames: resident bytes of the engine (decoder included) at
 * every tenth of the run, as ratios to the first tenth.
 *   npx tsx tests/bench/memory.ts [frames]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { locateTools } from '../../electron/engine/media/locate.js';
import { EngineUnderTest } from '../engine/analysis/harness.js';
import { cacheFolder } from '../fixtures/fixtures.js';

const frames = Number(process.argv[2] ?? 20_000);
const { ffmpeg } = await locateTools();
mkdirSync(cacheFolder, { recursive: true });
const clip = join(cacheFolder, `bench-${frames}.mp4`);
if (!existsSync(clip)) {
  execFileSync(ffmpeg.path, ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=30', '-frames:v', String(frames), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', clip]);
}
const under = await EngineUnderTest.create();
await under.start(await under.open(clip));
const samples: number[] = [];
for (let tenth = 1; tenth <= 10; tenth += 1) {
  await under.until(() => (under.last('stats')?.framesDone ?? 0) >= (frames * tenth) / 10 - 20, `tenth ${tenth}`, 3_600_000);
  samples.push(under.last('stats')!.memory);
  // What the test itself keeps of the events must not count.
  under.events.splice(0, under.events.length - 1);
  under.found.clear();
  under.order.length = 0;
}
await under.engine.dispose();
const [first = 1] = samples;
console.log(`memory over ${frames} frames, as ratios to the first tenth (${(first / 2 ** 20).toFixed(0)} MiB):`);
console.log(samples.map((bytes) => (bytes / first).toFixed(3)).join('  '));
process.exit(0);
