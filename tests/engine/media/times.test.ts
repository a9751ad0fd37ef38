import { describe, expect, test } from 'vitest';
import { FrameTable, scanFrames } from '../../../electron/engine/media/frames.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { random } from '../../fixtures/bad.js';
import { canMake, fixture, plainClips, recipeOf, type ClipName } from '../../fixtures/fixtures.js';
import { asTicks, decode, everyFfmpeg, trueTimes } from './helpers.js';

const versions = await everyFfmpeg();
/** Clips whose first frames are cut away or repeated on purpose: their numbers do not count up from 0. */
const renumbered: readonly ClipName[] = ['edit-cut', 'ts-resize'];

describe.each(versions)('ffmpeg $name', ({ tools }) => {
  test.for(plainClips)('%s: every frame once, with the time the file gives it', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const path = await fixture(name);
    const video = await probeVideo(path, tools);
    const frameTicks = Math.round(video.timeBase.den / video.timeBase.num / (video.framesPerSecond ?? Number.NaN));
    const truth = await trueTimes(path, video.streamIndex, frameTicks, tools.ffprobe.path);
    const { seen, warning } = await decode(video, tools);

    expect(seen.map((frame) => frame.pts)).toEqual(truth);
    expect(video.firstPts).toBe(truth[0]);
    const tick = video.timeBase.num / video.timeBase.den;
    for (const [k, frame] of seen.entries()) {
      expect(Math.abs(frame.time - ((truth[k] ?? Number.NaN) - (truth[0] ?? 0)) * tick)).toBeLessThan(1e-6);
    }
    if (!renumbered.includes(name)) {
      expect(seen.map((frame) => frame.number)).toEqual(Array.from({ length: recipeOf(name).frames }, (_, n) => n));
    }
    expect(warning).toBeNull();
  });

  test.for(plainClips)('%s: decoding from anywhere begins with exactly that frame', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const video = await probeVideo(await fixture(name), tools);
    const { seen } = await decode(video, tools);
    const next = random(name.length + seen.length);
    for (let k = 0; k < 6; k += 1) {
      const at = Math.floor(next() * seen.length);
      const wanted = seen[at];
      if (wanted === undefined) throw new Error('no frame');
      // Just after the frame before is as good as the frame itself.
      const before = at > 0 && k % 2 === 1 ? (seen[at - 1]?.pts ?? 0) + 1 : wanted.pts;
      const got = await decode(video, tools, { from: asTicks(before) }, 3);
      expect(got.seen).toEqual(seen.slice(at, at + 3));
    }
  });
});

describe('without decoding', async () => {
  const tools = await locateTools();

  test.for(plainClips)('%s: the table of frames is what decoding gives', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const video = await probeVideo(await fixture(name), tools);
    const { seen } = await decode(video, tools);
    const table = new FrameTable(video);
    await scanFrames(video, tools, { table });
    expect(table.complete).toBe(true);
    expect([...table.times()]).toEqual(seen.map((frame) => frame.time));
    expect(seen.map((frame) => table.indexOfTicks(asTicks(frame.pts)))).toEqual(seen.map((_, n) => n));
  });
});
