import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../../electron/engine/contract/contract.js';
import { FrameSource } from '../../../electron/engine/media/decode.js';
import { FrameTable, scanFrames } from '../../../electron/engine/media/frames.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { cacheFolder, fixture } from '../../fixtures/fixtures.js';
import { boxFor, decode } from './helpers.js';

const tools = await locateTools();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const isRunning = (pid: number | undefined): boolean => {
  try {
    if (pid === undefined) return false;
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('closing ends the decoder within 200 ms, whenever it comes', async () => {
  const video = await probeVideo(await fixture('sync'), tools);
  for (const wait of [0, 1, 5, 20, 60, 150]) {
    for (const frames of [0, 1, 10]) {
      const source = await FrameSource.open(video, tools, { letterbox: boxFor(video, 320) });
      for (let k = 0; k < frames; k += 1) await source.next();
      await pause(wait);
      const pending = frames === 0 ? source.next() : null;
      const started = performance.now();
      await source.close();
      // `close` itself waits 200 ms at most; the rest is room for a busy machine.
      expect(performance.now() - started).toBeLessThan(1000);
      expect(isRunning(source.pid)).toBe(false);
      expect(await source.next()).toBeNull();
      await pending;
      await source.close();
    }
  }
});

test('aborting rejects with the reason, before, while opening and while waiting', async () => {
  const video = await probeVideo(await fixture('sync'), tools);
  const letterbox = boxFor(video, 320);
  const aborted = new AbortController();
  aborted.abort();
  await expect(FrameSource.open(video, tools, { letterbox, signal: aborted.signal })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(probeVideo(video.path, tools, aborted.signal)).rejects.toMatchObject({ name: 'AbortError' });

  const later = new AbortController();
  const source = await FrameSource.open(video, tools, { letterbox, signal: later.signal });
  for (let k = 0; k < 5; k += 1) await source.next();
  later.abort();
  await expect(source.next()).rejects.toMatchObject({ name: 'AbortError' });
  await source.close();
  expect(isRunning(source.pid)).toBe(false);

  const scanning = new AbortController();
  const scan = scanFrames(video, tools, { table: new FrameTable(video), signal: scanning.signal });
  scanning.abort();
  await expect(scan).rejects.toMatchObject({ name: 'AbortError' });
});

test('a decoder that nobody reads from waits', async () => {
  const video = await probeVideo(await fixture('sync'), tools);
  const source = await FrameSource.open(video, tools, { letterbox: boxFor(video, 320), readAhead: 3 });
  await source.next();
  await pause(400);
  expect(source.queued).toBeGreaterThanOrEqual(3);
  expect(source.queued).toBeLessThanOrEqual(4);
  let count = 1;
  while ((await source.next()) !== null) count += 1;
  expect(count).toBe(300);
  expect(source.warning).toBeNull();
  expect(source.cpuSeconds).toBeGreaterThan(0);
  await source.close();
});

test('recycled buffers are used again, and frames kept are not overwritten', async () => {
  const video = await probeVideo(await fixture('sync'), tools);
  const source = await FrameSource.open(video, tools, { letterbox: boxFor(video, 64) });
  const buffers = new Set<ArrayBuffer>();
  const kept = await source.next();
  const copy = kept?.pixels.slice();
  for (let frame = await source.next(); frame !== null; frame = await source.next()) {
    expect(frame.pixels.byteLength).toBe(frame.pixels.buffer.byteLength);
    buffers.add(frame.pixels.buffer);
    // As it comes back from another thread: the same memory, another view.
    source.recycle(new Uint8Array(frame.pixels.buffer));
  }
  expect(buffers.size).toBeLessThan(40);
  expect(kept?.pixels).toEqual(copy);
  await source.close();
});

test('a source that shows no sign of life is given up', async () => {
  const folder = join(cacheFolder, `watchdog-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'silent.mp4');
  execFileSync('mkfifo', [path]);
  try {
    const video = await probeVideo(await fixture('cfr24'), tools);
    const started = performance.now();
    const error: unknown = await decode({ ...video, path }, tools, { watchdogMs: 400 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/within 0\.4 s/);
    expect(performance.now() - started).toBeLessThan(3000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a decoder that cannot be started says so', async () => {
  const video = await probeVideo(await fixture('cfr24'), tools);
  const broken = { ...tools, ffmpeg: { ...tools.ffmpeg, path: '/nowhere/ffmpeg' } };
  await expect(decode(video, broken)).rejects.toBeInstanceOf(UserError);
});
