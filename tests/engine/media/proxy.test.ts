import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../electron/engine/contract/contract.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { openProxy } from '../../../electron/engine/media/proxy.js';
import type { MediaTools } from '../../../electron/engine/media/types.js';
import { cacheFolder, canMake, fixture, type ClipName } from '../../fixtures/fixtures.js';
import { decode, everyFfmpeg } from './helpers.js';

const run = promisify(execFile);
const versions = await everyFfmpeg();
const usual = await locateTools();

type Played = { mime: string; path: string; firstBytesMs: number };

const proxied = async (name: ClipName, from: number, tools: MediaTools): Promise<Played> => {
  const video = await probeVideo(await fixture(name), tools);
  const started = performance.now();
  const proxy = await openProxy(video, tools, { from: seconds(from) });
  const firstBytesMs = performance.now() - started;
  const chunks: Buffer[] = [];
  for await (const chunk of proxy.stream) chunks.push(chunk as Buffer);
  proxy.close();
  const { mime } = proxy;
  const folder = join(cacheFolder, 'proxies');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${process.pid}-${name}-${from}.${mime.includes('webm') ? 'webm' : 'mp4'}`);
  writeFileSync(path, Buffer.concat(chunks));
  return { mime, path, firstBytesMs };
};

/** Times in the stream itself, as MediaSource takes them: decode time of the fragment and composition offset. */
const timesIn = async (path: string): Promise<number[]> => {
  const { stdout } = await run(usual.ffprobe.path, ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path]);
  return stdout.split('\n').map((line) => line.split(',')[0] ?? '').filter((line) => line !== '').map(Number);
};

const unplayable: readonly ClipName[] = ['hevc', 'hevc10', 'mpeg4-avi', 'prores', 'mjpeg', 'ts', 'wmv', 'mpeg2-ps', 'h264-10bit', 'odd', 'start5', 'vfr', 'sar2x1-rotated', 'rotated90', 'rotated180', 'rotated270', 'mirrored', 'mirrored90', 'mirrored180', 'mirrored270'];

describe.each(versions)('ffmpeg $name', ({ tools }) => {
  test.for(unplayable)('%s: every frame is in the stream, at its time and with its picture', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const video = await probeVideo(await fixture(name), tools);
    const { seen } = await decode(video, tools);
    const { mime, path } = await proxied(name, 0, tools);
    expect(mime).toMatch(video.audio ? /^video\/mp4; codecs="avc1\.[0-9a-f]{6}, mp4a\.40\.2"$/ : /^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/);
    const times = await timesIn(path);
    expect(times.length).toBe(seen.length);
    for (const [k, time] of times.entries()) expect(Math.abs(time - (seen[k]?.time ?? Number.NaN))).toBeLessThan(2e-6);
    const shown = await probeVideo(path, tools);
    expect([shown.rotation, shown.mirrored]).toEqual([0, false]);
    expect(shown.sampleAspect).toEqual({ num: 1, den: 1 });
    const copy = await decode(shown, tools);
    expect(copy.seen.map((frame) => frame.number)).toEqual(seen.map((frame) => frame.number));
  });

  test('from the middle: begins at the frame shown then, at its true time', async () => {
    const video = await probeVideo(await fixture('sync-hevc'), tools);
    const { seen } = await decode(video, tools);
    for (const from of [0.4, 3.337, 9.9]) {
      const { path, firstBytesMs } = await proxied('sync-hevc', from, tools);
      const times = await timesIn(path);
      const first = times[0] ?? Number.NaN;
      expect(first).toBeLessThanOrEqual(from);
      expect(first).toBeGreaterThan(from - 0.08);
      const at = seen.findIndex((frame) => Math.abs(frame.time - first) < 2e-6);
      expect(times.length).toBe(seen.length - at);
      const copy = await decode(await probeVideo(path, tools), tools);
      expect(copy.seen.map((frame) => frame.number)).toEqual(seen.slice(at).map((frame) => frame.number));
      // No measurement, but a stream that starts only when it is complete would be no stream.
      expect(firstBytesMs).toBeLessThan(10_000);
    }
  });
});

test('aborting and closing end the stream', async () => {
  const video = await probeVideo(await fixture('sync-hevc'), usual);
  const leave = new AbortController();
  const proxy = await openProxy(video, usual, { from: seconds(0), signal: leave.signal });
  leave.abort();
  await new Promise((resolve) => (proxy.stream.destroyed ? resolve(null) : proxy.stream.once('close', resolve)));
  const gone = new AbortController();
  gone.abort();
  await expect(openProxy(video, usual, { from: seconds(0), signal: gone.signal })).rejects.toMatchObject({ name: 'AbortError' });
});
