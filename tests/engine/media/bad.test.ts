import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { seconds, UserError } from '../../../electron/engine/contract/contract.js';
import { FrameTable, scanFrames } from '../../../electron/engine/media/frames.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { thumbnail } from '../../../electron/engine/media/still.js';
import { badFiles, random } from '../../fixtures/bad.js';
import { badNames, cacheFolder, damaged, fixture, fixtureNamed, type ClipName } from '../../fixtures/fixtures.js';
import { decode, everyFfmpeg } from './helpers.js';

const tools = await locateTools();
const versions = await everyFfmpeg();
const folder = join(cacheFolder, `bad-${process.pid}`);
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failure = async (work: Promise<unknown>): Promise<UserError> => {
  const error: unknown = await work.then(() => new Error('nothing was thrown'), (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
};

describe('what is no video is refused with a sentence', () => {
  test.each(badNames)('%s', async (name) => {
    const error = await failure(probeVideo(await fixture(name), tools));
    expect(error.kind).toBe('bad-input');
    expect(error.message).toMatch(badFiles[name].says);
    expect(error.message).not.toContain('\n');
  });

  test('a missing file, a folder, a pipe', async () => {
    expect((await failure(probeVideo(join(folder, 'gone.mp4'), tools))).message).toMatch(/no file “gone\.mp4”/);
    expect((await failure(probeVideo(join(folder, 'gone/below.mp4'), tools))).message).toMatch(/no file/);
    expect((await failure(probeVideo(folder, tools))).message).toMatch(/is a folder/);
    const pipe = join(folder, 'pipe.mp4');
    execFileSync('mkfifo', [pipe]);
    expect((await failure(probeVideo(pipe, tools))).message).toMatch(/not an ordinary file/);
    expect((await failure(probeVideo('/dev/zero', tools))).message).toMatch(/not an ordinary file/);
  });

  test('a name with a number pattern does not become a sequence of pictures', async () => {
    const picture = await fixture('picture');
    for (const name of ['shot001.png', 'shot002.png', 'shot%03d.png']) copyFileSync(picture, join(folder, name));
    expect((await failure(probeVideo(join(folder, 'shot%03d.png'), tools))).message).toMatch(/single picture/);
  });

  test('a link to nowhere', async () => {
    symlinkSync('/nowhere/at/all', join(folder, 'link.mp4'));
    expect((await failure(probeVideo(join(folder, 'link.mp4'), tools))).message).toMatch(/no file/);
  });
});

describe('a list is never followed', () => {
  const lists = {
    'hls.m3u8': (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:2,\n${url}\n#EXT-X-ENDLIST\n`,
    'hls.mp4': (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:2,\n${url}\n#EXT-X-ENDLIST\n`,
    'list.ffconcat': (url: string) => `ffconcat version 1.0\nfile '${url}'\n`,
    'manifest.mpd': (url: string) => `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${url}</BaseURL></Representation></AdaptationSet></Period></MPD>\n`,
    'stream.sdp': (url: string) => `v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=control:${url}\n`,
    'asx.wmv': (url: string) => `<asx version="3.0"><entry><ref href="${url}"/></entry></asx>\n`,
  };

  test.each(versions)('ffmpeg $name', async ({ tools: version }) => {
    let visits = 0;
    const server = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const real = await fixture('ts');
      const video = await probeVideo(real, tools);
      for (const [name, list] of Object.entries(lists)) {
        for (const target of [`http://127.0.0.1:${port}/clip.ts`, `tcp://127.0.0.1:${port}`, `file:${real}`, real]) {
          const path = join(folder, name);
          writeFileSync(path, list(target));
          expect((await failure(probeVideo(path, version))).kind).toBe('bad-input');
          // Also if it had been swapped for the list after it was looked at.
          expect((await failure(decode({ ...video, path }, version, { watchdogMs: 5000 }))).kind).toBe('bad-input');
        }
      }
      expect(visits).toBe(0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('names', () => {
  const names = [
    '-i.mp4', '-y -f null.mp4', 'with space.mp4', 'émoji 😀 漢字.mp4', `quo'te"s.mp4`, 'per%03dcent%20.mp4', 'http:host.mp4',
    'concat:a|b.mp4', 'pipe:0.mp4', 'new\nline.mp4', '[in]scale=1;,.mp4', 'back\\slash.mp4', '$(touch hacked) `x` &;.mp4', '#hash?query.mp4',
    `${'long'.repeat(60)}.mp4`,
  ];
  test.each(names)('%j', async (name) => {
    const path = await fixtureNamed('cfr24', name);
    const video = await probeVideo(path, tools);
    const { seen } = await decode(video, tools, {}, 3);
    expect(seen.map((frame) => frame.number)).toEqual([0, 1, 2]);
    const table = new FrameTable(video);
    await scanFrames(video, tools, { table });
    expect(table.count).toBe(48);
    expect((await thumbnail(video, tools, seconds(1), 64)).subarray(0, 2)).toEqual(new Uint8Array([0xff, 0xd8]));
  });
});

/** Probes and decodes a damaged file: frames that were there before, or a typed error, and soon. */
const survives = async (path: string, whole: readonly number[], version = tools): Promise<number> => {
  try {
    const video = await probeVideo(path, version);
    const { seen } = await decode(video, version);
    for (const [k, frame] of seen.entries()) expect(frame.pts).toBeGreaterThan(seen[k - 1]?.pts ?? Number.NEGATIVE_INFINITY);
    const table = new FrameTable(video);
    await scanFrames(video, version, { table }).catch((error: unknown) => expect(error).toBeInstanceOf(UserError));
    const unknown = seen.filter((frame) => !whole.includes(frame.pts));
    expect(unknown.length).toBeLessThanOrEqual(seen.length);
    return seen.length;
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).kind).toBe('bad-input');
    return 0;
  }
};

describe('damage', () => {
  const clips: ClipName[] = ['faststart', 'fragmented', 'vfr-mkv', 'ts', 'mpeg4-avi', 'hevc'];

  test.each(clips)('%s cut off at any byte', async (name) => {
    const source = await fixture(name);
    const whole = (await decode(await probeVideo(source, tools), tools)).seen.map((frame) => frame.pts);
    const counts: number[] = [];
    for (const part of [0.001, 0.01, 0.05, 0.13, 0.29, 0.41, 0.57, 0.68, 0.83, 0.91, 0.99]) {
      const path = await damaged(source, `cut-${part}-${name}`, (data) => data.subarray(0, Math.floor(data.length * part)));
      counts.push(await survives(path, whole, versions[counts.length % versions.length]?.tools));
    }
    // What is there is given: never more frames from less of a file.
    if (['faststart', 'fragmented', 'vfr-mkv', 'ts'].includes(name)) {
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts[counts.length - 1]).toBeGreaterThan(whole.length * 0.8);
    }
  });

  test.each(clips)('%s with bytes flipped', async (name) => {
    const source = await fixture(name);
    const whole = (await decode(await probeVideo(source, tools), tools)).seen.map((frame) => frame.pts);
    for (let seed = 1; seed <= 10; seed += 1) {
      const next = random(seed * 7919 + name.length);
      const path = await damaged(source, `flip-${seed}-${name}`, (data) => {
        const flips = seed % 2 === 0 ? Math.ceil(data.length / 100) : 1 + Math.floor(next() * 20);
        // Every other file only in its head, where the index is.
        const span = seed % 4 < 2 ? data.length : Math.min(data.length, 2000);
        for (let k = 0; k < flips; k += 1) {
          const at = Math.floor(next() * span);
          data[at] = (data[at] ?? 0) ^ (1 << Math.floor(next() * 8));
        }
        return data;
      });
      await survives(path, whole, versions[seed % versions.length]?.tools);
    }
  });

  test('a cut is told, and the frames before it are given', async () => {
    const source = await fixture('faststart');
    const path = await damaged(source, 'told.mp4', (data) => data.subarray(0, Math.floor(data.length * 0.6)));
    const { seen, warning } = await decode(await probeVideo(path, tools), tools);
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.map((frame) => frame.number)).toEqual(seen.map((_, n) => n));
    expect(warning).toMatch(/damaged|breaks off/);
  });

  test('a file that vanishes or shrinks meanwhile', async () => {
    const path = join(folder, 'vanishing.mp4');
    copyFileSync(await fixture('faststart'), path);
    const video = await probeVideo(path, tools);
    truncateSync(path, 5000);
    const { seen } = await decode(video, tools);
    expect(seen.length).toBeLessThan(60);
    rmSync(path);
    expect((await failure(decode(video, tools))).message).toMatch(/“vanishing\.mp4”/);
    expect((await failure(scanFrames(video, tools, { table: new FrameTable(video) }))).kind).toBe('bad-input');
    expect((await failure(thumbnail(video, tools, seconds(1), 64))).kind).toBe('bad-input');
  });

  test('a header that promises terabytes does not make memory grow', async () => {
    const path = await damaged(await fixture('faststart'), 'lie.mp4', (data) => {
      const at = data.indexOf('mdat');
      data.writeUInt32BE(0xfffffff0, at - 4);
      const size = data.indexOf('stsz');
      data.writeUInt32BE(0x7fffffff, size + 12);
      return data;
    });
    await survives(path, []);
  });
});
