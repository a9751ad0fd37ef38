import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modelPx, seconds } from '../../../electron/engine/contract/contract.js';
import { FrameSource } from '../../../electron/engine/media/decode.js';
import { FrameTable, scanFrames } from '../../../electron/engine/media/frames.js';
import { letterbox, toModel } from '../../../electron/engine/media/letterbox.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { thumbnail } from '../../../electron/engine/media/still.js';
import { random } from '../../fixtures/bad.js';
import { canMake, findMark, fixture, markAt, readFrameNumber, type ClipName } from '../../fixtures/fixtures.js';
import { asTicks, boxFor, clipsFolder, decode, everyFfmpeg, haveClips, inside, trueTimes } from './helpers.js';

const tools = await locateTools();
const versions = await everyFfmpeg();

const syncClips: readonly ClipName[] = ['sync', 'sync-vfr', 'sync-hevc', 'sync-rotated', 'sync-mirrored', 'sync-mirrored-rotated', 'sync-start5', 'sync-avi'];

describe.each(versions)('ffmpeg $name', ({ tools: version }) => {
  test.for(syncClips)('%s: the mark is where it should be in every frame, through any letterbox', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const video = await probeVideo(await fixture(name), version);
    expect(video.display).toEqual({ width: 640, height: 360 });
    const shapes = [['top-left', 640, 640], ['center', 320, 320], ['stretch', 416, 416]] as const;
    const [fit, width, height] = shapes[name.length % shapes.length] ?? shapes[0];
    const box = letterbox(video.display, { width: modelPx(width), height: modelPx(height) }, fit);
    const source = await FrameSource.open(video, version, { letterbox: box });
    let count = 0;
    for (let frame = await source.next(); frame !== null; frame = await source.next()) {
      const picture = inside(frame.pixels, box);
      const number = readFrameNumber(picture, box.inner.width, box.inner.height, 3);
      expect(number).toBe(count);
      const truth = toModel(box, markAt(count));
      const mark = findMark(frame.pixels, box.model.width, box.model.height, 3);
      for (const edge of ['x1', 'y1', 'x2', 'y2'] as const) expect(Math.abs((mark?.[edge] ?? Number.NaN) - truth[edge])).toBeLessThanOrEqual(2);
      source.recycle(frame.pixels);
      count += 1;
    }
    await source.close();
    expect(count).toBe(300);
  });

  test.for(syncClips)('%s: fifty random starts give exactly the frame', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const video = await probeVideo(await fixture(name), version);
    const table = new FrameTable(video);
    await scanFrames(video, version, { table });
    expect(table.count).toBe(300);
    const next = random(42 + name.length);
    for (let k = 0; k < (name === 'sync' ? 50 : 8); k += 1) {
      const at = Math.floor(next() * 300);
      const { seen } = await decode(video, version, { from: table.ticksAt(at), letterbox: boxFor(video, 160) }, 1);
      expect(seen).toEqual([{ number: at, pts: table.ticksAt(at), time: table.timeAt(at) }]);
    }
  });
});

describe.skipIf(!haveClips)('real clips (skipped where ../shared/clips is missing)', () => {
  const clips = haveClips ? readdirSync(clipsFolder).filter((name) => /\.(mp4|mkv)$/.test(name)) : [];
  const counts: Readonly<Record<string, number>> = {
    'car-detection.mp4': 377, 'one-by-one-person-detection.mp4': 1394, 'bottle-detection.mp4': 1189, 'highway.mp4': 38,
  };

  test.each(clips)('%s', async (name) => {
    const path = join(clipsFolder, name);
    const video = await probeVideo(path, tools);
    const truth = await trueTimes(path, video.streamIndex, 0, tools.ffprobe.path);
    expect(truth.length).toBe(counts[name] ?? truth.length);
    const { seen, warning } = await decode(video, tools);
    expect(seen.map((frame) => frame.pts)).toEqual(truth);
    expect(warning).toBeNull();
    expect(video.playable).toBe(true);
    const table = new FrameTable(video);
    await scanFrames(video, tools, { table });
    expect([...table.times()]).toEqual(seen.map((frame) => frame.time));
    const middle = table.ticksAt(Math.floor(table.count / 2));
    expect((await decode(video, tools, { from: asTicks(middle) }, 1)).seen[0]?.pts).toBe(middle);
    expect((await thumbnail(video, tools, seconds(1), 160)).length).toBeGreaterThan(500);
  });
});
