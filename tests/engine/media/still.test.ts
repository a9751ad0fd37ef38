import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../electron/engine/contract/contract.js';
import { FrameTable, scanFrames } from '../../../electron/engine/media/frames.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { thumbnail } from '../../../electron/engine/media/still.js';
import { random } from '../../fixtures/bad.js';
import { cacheFolder, canMake, fixture, readFrameNumber, type ClipName } from '../../fixtures/fixtures.js';
import { everyFfmpeg } from './helpers.js';

const versions = await everyFfmpeg();
const clips: readonly ClipName[] = [
  'cfr2997', 'vfr', 'vfr-mkv', 'rotated90', 'rotated270', 'mirrored', 'mirrored90', 'sar2x1', 'start5', 'open-gop', 'long-gop', 'hevc', 'vp9', 'mpeg4-avi', 'ts', 'raw', 'odd', 'one', 'prores',
];

describe.each(versions)('ffmpeg $name', ({ tools }) => {
  const numberOf = (jpeg: Uint8Array, width: number, height: number): number | null => {
    const folder = join(cacheFolder, 'stills');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${process.pid}.jpg`);
    writeFileSync(path, jpeg);
    const pixels = execFileSync(tools.ffmpeg.path, ['-loglevel', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 24 });
    expect(pixels.length).toBe(width * height * 3);
    return readFrameNumber(pixels, width, height, 3);
  };

  test.for(clips)('%s: the still is the frame shown at that time', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const video = await probeVideo(await fixture(name), tools);
    const table = new FrameTable(video);
    await scanFrames(video, tools, { table });
    const next = random(name.length);
    const last = table.timeAt(table.count - 1);
    const rounded = Math.round(table.timeAt(Math.floor(table.count / 2)) * 1e6) / 1e6;
    const times = [0, -3, rounded, next() * last, next() * last, last, last + 5];
    const height = Math.round((240 * video.display.height) / video.display.width);
    for (const time of times) {
      const jpeg = await thumbnail(video, tools, seconds(time), 240);
      expect(numberOf(jpeg, 240, height)).toBe(table.indexAt(seconds(time)));
    }
  });
});
