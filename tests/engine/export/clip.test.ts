import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { seconds } from '../../../electron/engine/contract/contract.js';
import { exportClip, type ExportSummary } from '../../../electron/engine/export/annotate.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import type { MediaTools, VideoFile } from '../../../electron/engine/media/types.js';
import { canMake, fixture, type ClipName } from '../../fixtures/fixtures.js';
import {
  audioPackets, boxAt, boxError, classes, everyFfmpeg, findGreen, fontsFolder, frameTimes, options, pictures, readFrameNumber,
  streamsOf, tableOf, temporaryFolder, trueMarks,
} from './helpers.js';

let folder = '';
let usual: MediaTools;
const ffmpegs = await everyFfmpeg();

beforeAll(async () => {
  folder = await temporaryFolder();
  usual = await locateTools();
});

type Exported = { readonly path: string; readonly out: string; readonly video: VideoFile; readonly summary: ExportSummary };

const exported = async (name: ClipName, ending: string, change: Parameters<typeof options>[0] = {}, tools = usual): Promise<Exported> => {
  const path = await fixture(name);
  const video = await probeVideo(path, usual);
  const out = join(folder, `${name} ${Math.random().toString(36).slice(2)}.${ending}`);
  const results = trueMarks(video, await tableOf(video, usual), (index) => index + (firstNumbers[name] ?? 0));
  const summary = await exportClip({ video, tools, results, classes, options: options(change), output: out, fontsFolder });
  return { path, out, video, summary };
};

/** Clips whose first frame is not number 0. */
const firstNumbers: Partial<Record<ClipName, number>> = { 'edit-cut': 15 };

const worstDifference = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length ? Math.max(...a.map((value, k) => Math.abs(value - b[k]!))) : Number.POSITIVE_INFINITY;
const fromFirst = (times: readonly number[]): number[] => times.map((time) => time - times[0]!);

/** Frames whose box is more than two pixels off, or whose picture is another frame's. */
const misplaced = async (out: string, video: VideoFile, tools: MediaTools, first = 0): Promise<string[]> => {
  const { width, height } = video.display;
  const barTop = Math.floor((height * 8) / 9);
  const wrong: string[] = [];
  for (const [k, pixels] of (await pictures(out, tools, width, height)).entries()) {
    const number = readFrameNumber(pixels, width, height, 3);
    const found = findGreen(pixels, width, height);
    const expected = boxAt(k + first, width, height);
    const above = <T extends { y2: number }>(box: T | null): T | null => (box === null ? null : { ...box, y2: Math.min(barTop, box.y2) });
    if (number !== k + first) wrong.push(`picture ${k} shows ${number}`);
    const error = boxError(above(found), above(expected));
    if (error > 2) wrong.push(`the box in picture ${k} is ${error} px off`);
  }
  return wrong;
};

const everyTime: ClipName[] = [
  'cfr25', 'cfr2997', 'cfr60', 'vfr', 'vfr-mkv', 'rotated90', 'rotated180', 'rotated270', 'mirrored', 'mirrored180', 'mirrored270', 'sar2x1', 'odd', 'odd-vp9', 'start5', 'start5-mkv',
  'bframes', 'negative-cts', 'open-gop', 'edit-cut', 'long-gop', 'fragmented', 'interlaced', 'cover', 'hevc', 'hevc10', 'h264-10bit', 'h264-422',
  'vp9', 'vp9-alpha', 'av1', 'h264-avi', 'prores', 'mjpeg', 'flv', 'one',
];

describe.each(ffmpegs)('an annotated clip by ffmpeg $name', ({ tools }) => {
  const current = tools.ffmpeg.avutil.major >= 57;
  // The oldest ffmpeg gets the clips that differ most; each costs a second.
  const clips: ClipName[] = current ? everyTime : ['cfr25', 'cfr2997', 'vfr', 'vfr-mkv', 'rotated90', 'odd', 'odd-vp9', 'start5', 'start5-mkv', 'bframes', 'hevc', 'hevc10', 'vp9', 'one'];

  it.for(clips)('keeps frames, times and sound of %s', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const { path, out, video, summary } = await exported(name, 'mp4', {}, tools);
    const [source, clip] = [await frameTimes(path, usual, String(video.streamIndex)), await frameTimes(out, usual)];
    expect(summary.frames).toBe(source.length);
    expect(clip).toHaveLength(source.length);
    expect(worstDifference(fromFirst(clip), fromFirst(source))).toBeLessThan(1e-6);
    if (current) expect(worstDifference(clip, source)).toBeLessThan(1e-6);
    const [before, after] = [await audioPackets(path, usual), await audioPackets(out, usual)];
    expect(after.map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    if (before.length > 0) {
      // Sound stays where it was beside the picture.
      const apart = (packets: typeof before, times: number[]): number => packets[0]!.time - times[0]!;
      expect(Math.abs(apart(after, clip) - apart(before, source))).toBeLessThan(1.1e-3);
    }
    const stream = (await streamsOf(out, usual)).find(({ codec_type: type }) => type === 'video')!;
    expect([stream['width'], stream['height']]).toEqual([video.display.width + (video.display.width % 2), video.display.height + (video.display.height % 2)]);
    expect(stream['sample_aspect_ratio'] ?? '1:1').toBe('1:1');
    expect(JSON.stringify(stream)).not.toContain('rotation');
  });

  it.each(['cfr25', 'vfr', 'start5', 'rotated90', 'mirrored90', 'odd', 'hevc'] as const)('has the box on the right frame of %s', async (name) => {
    const { out, video } = await exported(name, 'mp4', {}, tools);
    expect(await misplaced(out, video, usual)).toEqual([]);
  });

  it('draws labels and keeps drawing ten-bit pictures', async () => {
    const { out, video } = await exported('hevc10', 'mov', { codec: 'prores', labels: true, scores: true }, tools);
    expect(await frameTimes(out, usual)).toHaveLength(30);
    const stream = (await streamsOf(out, usual))[0]!;
    expect(stream['pix_fmt']).toBe('yuv422p10le');
    expect(video.pixelFormat).toBe('yuv420p10le');
  });
});

describe('an annotated clip', () => {
  it.each([
    ['sync', 0], ['sync-vfr', 0], ['edit-cut', 15],
  ] as const)('has the box within two pixels on all frames of %s', async (name, first) => {
    const { out, video } = await exported(name, 'mp4');
    expect(await misplaced(out, video, usual, first)).toEqual([]);
  });

  it.each([
    ['mov', 'prores', 0], ['mov', 'hevc', 0], ['mkv', 'h264', 5e-4], ['mkv', 'hevc', 5e-4], ['webm', 'vp9', 5e-4], ['mp4', 'vp9', 0],
  ] as const)('keeps frames and times as .%s with %s', async (ending, codec, rounding) => {
    for (const name of ['vfr', 'start5'] as const) {
      const { path, out, video } = await exported(name, ending, { codec });
      expect(worstDifference(await frameTimes(out, usual), await frameTimes(path, usual))).toBeLessThanOrEqual(rounding + 1e-6);
      // VP9 smears colour over a few pixels of so small a picture.
      if (codec !== 'vp9') expect(await misplaced(out, video, usual)).toEqual([]);
    }
  });

  it('says what it could not keep', async () => {
    const { out, summary } = await exported('cfr25', 'webm', { codec: 'vp9' });
    expect(summary.notes).toEqual(['The aac sound was encoded anew as opus: a .webm file cannot hold it.']);
    expect((await streamsOf(out, usual)).map((stream) => stream['codec_name'])).toEqual(['vp9', 'opus']);
    expect((await exported('odd', 'mp4')).summary).toMatchObject({ width: 322, height: 242, notes: [expect.stringContaining('made even')] });
  });

  it('marks HEVC so that Apple plays it, and keeps ten bits', async () => {
    const { out } = await exported('hevc10', 'mp4', { codec: 'hevc' });
    expect((await streamsOf(out, usual))[0]).toMatchObject({ codec_tag_string: 'hvc1', pix_fmt: 'yuv420p10le' });
  });

  it.each([
    ['sync', 2, 4], ['sync-vfr', 1.5, 6.2], ['sync-start5', 3, 3.5], ['sync-rotated', 0, 1], ['sync-hevc', 8, null], ['sync-avi', 4, 5],
  ] as const)('cuts a part out of %s', async (name, start, end) => {
    const path = await fixture(name);
    const video = await probeVideo(path, usual);
    const table = await tableOf(video, usual);
    const first = table.firstAtOrAfter(seconds(start));
    const last = end === null ? table.count : table.firstAtOrAfter(seconds(end));
    const { out, summary } = await exported(name, 'mp4', { start: seconds(start), end: end === null ? null : seconds(end) });
    expect(summary.frames).toBe(last - first);
    const times = await frameTimes(out, usual);
    const wanted = Array.from({ length: last - first }, (_, k) => table.timeAt(first + k) - table.timeAt(first));
    expect(worstDifference(times, wanted)).toBeLessThan(1e-6);
    expect(await misplaced(out, video, usual, first)).toEqual([]);
    if (video.audio !== null) await expectSameSound(path, out, video, table.timeAt(first), table.timeAt(last - 1));
  });

  const expectSameSound = async (path: string, out: string, video: VideoFile, from: number, to: number): Promise<void> => {
    const origin = (video.firstPts * video.timeBase.num) / video.timeBase.den;
    const source = await audioPackets(path, usual);
    const clip = await audioPackets(out, usual);
    expect(clip.length).toBeGreaterThan((to - from) * 20);
    const offset = source.findIndex(({ hash }) => hash === clip[0]!.hash);
    expect(clip.map(({ hash }) => hash)).toEqual(source.slice(offset, offset + clip.length).map(({ hash }) => hash));
    // Each packet at the same distance from the picture as before, none far outside of the part.
    for (const [k, packet] of clip.entries()) {
      const before = source[offset + k]!.time - origin - from;
      // AVI counts the time of its sound anew from wherever reading begins.
      expect(Math.abs(packet.time - before)).toBeLessThan(video.container === 'avi' ? 0.03 : 1e-3);
    }
    expect(clip[0]!.time).toBeLessThan(0.06);
    expect(clip.at(-1)!.time).toBeLessThanOrEqual(to - from + 0.1);
  };

  it('leaves frames that were not analysed without boxes', async () => {
    const path = await fixture('cfr25');
    const video = await probeVideo(path, usual);
    const all = trueMarks(video, await tableOf(video, usual));
    const some = { index: all.index.slice(0, 10), time: all.time.slice(0, 10), offset: all.offset.slice(0, 11), boxes: all.boxes.slice(0, 120) };
    const out = join(folder, 'some.mp4');
    await exportClip({ video, tools: usual, results: some, classes, options: options(), output: out, fontsFolder });
    const found = (await pictures(out, usual, 320, 240)).map((pixels) => findGreen(pixels, 320, 240) !== null);
    expect(found).toEqual(Array.from({ length: 50 }, (_, k) => k < 10));
  });

  it('reads from paths with anything in them, and writes to such', async () => {
    const odd = join(folder, "-odd ' \" 100%d [x];,:é🚲.mp4");
    const { copyFile } = await import('node:fs/promises');
    await copyFile(await fixture('cfr25'), odd);
    const video = await probeVideo(odd, usual);
    const out = join(folder, "-out ' \" %03d [y];,:é🚲.mp4");
    const results = trueMarks(video, await tableOf(video, usual));
    await exportClip({ video, tools: usual, results, classes: ["{\\p1}m 0 0\\N'%", 'b', 'c'], options: options({ labels: true }), output: out, fontsFolder });
    expect((await stat(out)).size).toBeGreaterThan(1000);
    await rename(out, join(folder, 'renamed.mp4'));
  });
});
