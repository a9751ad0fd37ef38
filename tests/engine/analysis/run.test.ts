import { execFile } from 'node:child_process';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { seconds, type RunId } from '../../../electron/engine/contract/contract.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { damaged, fixture, markAt } from '../../fixtures/fixtures.js';
import { buildMarkModel } from '../../models/mark.js';
import { temporaryFolder } from '../cli/run.js';
import { frameTimes } from '../ffprobe.js';
import { EngineUnderTest, type Found } from './harness.js';

const open: EngineUnderTest[] = [];
const create = async (folder?: string): Promise<EngineUnderTest> => {
  const one = await EngineUnderTest.create(folder);
  open.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.engine.dispose()));
});

const expectMarks = (found: ReadonlyMap<number, Found>): void => {
  for (const [index, { boxes }] of found) {
    const truth = markAt(index);
    [truth.x1, truth.y1, truth.x2, truth.y2].forEach((value, n) => expect(Math.abs((boxes[n] ?? NaN) - value)).toBeLessThanOrEqual(2));
  }
};

describe('a run', () => {
  it('visits every frame once, each with its own time and boxes, while the user seeks about', async () => {
    const path = await fixture('sync-vfr');
    const times = await frameTimes(path);
    const under = await create();
    const model = await under.model(await buildMarkModel(await temporaryFolder()));
    const video = await under.open(path);
    const { run } = await under.start(video, { model });
    await under.until(() => under.found.size > 0, 'the first boxes');
    await under.until(() => under.last('frames') !== undefined, 'the frame times');
    for (const at of [0.9, 0.1, 0.5, 0.52, 0.99, 0.3]) {
      const time = seconds((times[times.length - 1] ?? 0) * at);
      await under.engine.handle('run.playhead', { run, time, playing: false, speed: 1 });
      let index = times.length - 1;
      while ((times[index] ?? 0) > time) index -= 1;
      await under.until(() => under.found.has(index), `frame ${index}`);
    }
    await under.untilDone();
    expect(under.found.size).toBe(300);
    expect(new Set(under.order).size).toBe(under.order.length);
    for (const [index, { time }] of under.found) expect(Math.abs(time - (times[index] ?? NaN))).toBeLessThan(1e-6);
    expectMarks(under.found);
  });

  it('follows a seek before it goes on where it was', async () => {
    const under = await create();
    const video = await under.open(await fixture('sync'));
    const { run } = await under.start(video);
    await under.until(() => under.found.size > 0, 'the first boxes');
    await under.engine.handle('run.playhead', { run, time: seconds(8), playing: false, speed: 1 });
    await under.until(() => under.found.has(240), 'the frame at 8 s');
    const between = under.order.indexOf(240);
    // Only what was already in the pipeline comes between.
    expect(between).toBeLessThan(120);
    await under.untilDone();
    expect(under.found.size).toBe(300);
  });

  it('in every-frame mode playing on is not a seek', async () => {
    const under = await create();
    const video = await under.open(await fixture('sync'));
    const { run } = await under.start(video);
    const begun = performance.now();
    const timer = setInterval(() => {
      const time = seconds(Math.min(9.9, (performance.now() - begun) / 1000));
      void under.engine.handle('run.playhead', { run, time, playing: true, speed: 1 });
    }, 50);
    await under.untilDone();
    clearInterval(timer);
    expect(under.order).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(under.last('stats')?.framesDropped).toBe(0);
  });

  it('in keep-up mode leaves out what comes too late, and fills it in afterwards', async () => {
    const under = await create();
    const video = await under.open(await fixture('sync'));
    const { run } = await under.start(video, { mode: 'keep-up' });
    const begun = performance.now();
    // Sixteen times as fast as the clip: nothing keeps up with that.
    const timer = setInterval(() => {
      const time = seconds(Math.min(9.9, ((performance.now() - begun) / 1000) * 16));
      void under.engine.handle('run.playhead', { run, time, playing: true, speed: 16 });
    }, 20);
    await under.until(() => performance.now() - begun > 800, 'the playhead to reach the end');
    clearInterval(timer);
    await under.until(() => (under.last('stats')?.framesDropped ?? 0) > 0, 'dropped frames');
    await under.engine.handle('run.playhead', { run, time: seconds(9.9), playing: false, speed: 1 });
    await under.untilDone();
    expect(under.found.size).toBe(300);
  });

  it('pauses and goes on', async () => {
    const under = await create();
    const video = await under.open(await fixture('sync'));
    const { run } = await under.start(video);
    await under.until(() => under.found.size > 0, 'the first boxes');
    await under.engine.handle('run.pause', { run, paused: true });
    await under.until(() => under.last('run')?.state.kind === 'idle', 'the pause');
    const at = under.found.size;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(under.found.size).toBe(at);
    expect(at).toBeLessThan(300);
    await under.engine.handle('run.pause', { run, paused: false });
    await under.untilDone();
    expect(under.found.size).toBe(300);
  });

  it('is taken up where it stopped by the next engine', async () => {
    const first = await create();
    const path = await fixture('sync');
    const { run } = await first.start(await first.open(path));
    await first.until(() => first.found.size > 20, 'some frames');
    await first.engine.dispose();
    open.length = 0;
    const second = await create(first.dataFolder);
    const again = await second.start(await second.open(path));
    expect(again.run).toBe(run);
    expect(again.analysed.length).toBe(1);
    const done = (again.analysed[0]?.[1] ?? 0) + 1;
    expect(done).toBeGreaterThan(20);
    await second.untilDone();
    expect(second.found.size).toBe(300 - done);
    const all = await second.engine.handle('run.detections', { run, from: 0, to: 1000 });
    expect(Array.from(all.index)).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('is taken up at once, before the times of all frames are known', async () => {
    // Frame times of an AVI come from decoding it, which takes a while.
    const path = await fixture('sync-avi');
    const first = await create();
    await first.start(await first.open(path));
    await first.until(() => first.found.size > 20, 'some frames');
    await first.engine.dispose();
    open.length = 0;
    const next = await create(first.dataFolder);
    // With the model at hand nothing else gives the reading of the file time.
    await next.start(await next.open(await fixture('one')));
    await next.untilDone();
    next.found.clear();
    const { run, analysed } = await next.start(await next.open(path));
    const done = (analysed[0]?.[1] ?? 0) + 1;
    expect(done).toBeGreaterThan(20);
    await next.until(() => next.last('run')?.run === run && next.last('run')?.state.kind !== 'starting', 'the run to begin');
    await next.untilDone();
    expect(next.found.size).toBe(300 - done);
  });

  it('of a file that breaks off says so when it is done', async () => {
    const under = await create();
    const path = await damaged(await fixture('faststart'), 'broken.mp4', (data) => data.subarray(0, Math.floor(data.length * 0.6)));
    await under.start(await under.open(path));
    await under.untilDone();
    expect(under.last('run')?.state).toMatchObject({ kind: 'done', warning: expect.stringContaining('broken.mp4') as string });
    expect(under.found.size).toBeGreaterThan(10);
  });

  it.each([[12], [0], [11, 12, 13]])('is done though packets in the middle hold no picture: %j', async (...without) => {
    const { ffmpeg } = await locateTools();
    const whole = join(await temporaryFolder(), 'whole.mkv');
    await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10:duration=3', '-c:v', 'mjpeg', whole]);
    const path = await damaged(whole, `hole-${without.join('-')}.mkv`, (data) => {
      const begins: number[] = [];
      for (let at = data.indexOf('ffd8ffe0', 0, 'hex'); at >= 0; at = data.indexOf('ffd8ffe0', at + 4, 'hex')) begins.push(at);
      if (begins.length !== 30) throw new Error(`${begins.length} pictures instead of 30`);
      for (const n of without) data.fill(0, begins[n], (begins[n] ?? 0) + 400);
      return data;
    });
    const under = await create();
    const video = await under.open(path);
    const { run } = await under.start(video, { from: 0.5 });
    await under.untilDone();
    // What leads the file is not even counted as a frame by what reads its times, or is never found.
    const there = [...under.found.keys()].sort((a, b) => a - b);
    const given = Array.from({ length: 30 }, (_, n) => n).filter((n) => !(without as number[]).includes(n));
    if (without[0] !== 0) expect(there).toEqual(given);
    else expect(there.length).toBe(29);
    for (const index of there) expect(under.found.get(index)!.time).toBeCloseTo((there[0] === 0 && without[0] === 0 ? index : index - (without[0] === 0 ? 1 : 0)) / 10, 3);
    await under.engine.handle('run.playhead', { run, time: seconds(0), playing: false, speed: 1 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(under.last('run')?.state.kind).toBe('done');
  });

  it('whose results file is taken away fails alone: other videos, and it again, are analysed afterwards', async () => {
    const under = await create();
    const [path, other] = [await fixture('sync'), await fixture('cfr24')];
    const video = await under.open(path);
    const { run } = await under.start(video);
    await under.until(() => under.found.size > 5, 'some frames');
    await rm(join(under.dataFolder, 'runs', `${run}.jsonl`));
    await under.until(() => under.last('run')?.state.kind === 'failed', 'the run to fail');
    under.found.clear();
    await under.start(await under.open(other));
    await under.untilDone();
    expect(under.found.size).toBe(48);
    under.events.length = 0;
    under.found.clear();
    const again = await under.start(video);
    expect([again.run, again.analysed]).toEqual([run, []]);
    await under.untilDone();
    expect(under.found.size).toBe(300);
  });

  it('that the page shows stays open, however many come after it', async () => {
    const under = await create();
    const shown = await under.start(await under.open(await fixture('cfr24')));
    await under.engine.handle('run.playhead', { run: shown.run, time: seconds(0), playing: false, speed: 1 });
    const others: RunId[] = [];
    for (const name of ['cfr60', 'one', 'sync-vfr', 'sync', 'faststart'] as const) {
      others.push((await under.start(await under.open(await fixture(name)))).run);
    }
    expect((await under.engine.handle('run.detections', { run: shown.run, from: 0, to: 10 })).index.length).toBeGreaterThanOrEqual(0);
    await expect(under.engine.handle('run.detections', { run: others[0]!, from: 0, to: 10 })).rejects.toThrow('not open any more');
  });

  it('of a file that was replaced sees what is there now', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'render.mp4');
    await copyFile(await fixture('cfr24'), path);
    const under = await create();
    const video = await under.open(path);
    const before = await under.start(video);
    await under.untilDone();
    await copyFile(await fixture('sync'), path);
    await under.open(path);
    under.events.length = 0;
    under.found.clear();
    const after = await under.start(video);
    expect(after.run).not.toBe(before.run);
    await under.untilDone();
    expect(under.found.size).toBe(300);
    expect((await under.engine.handle('video.frames', { video })).times.length).toBe(300);
  });

  it('of a single frame is done at once', async () => {
    const under = await create();
    await under.start(await under.open(await fixture('one')));
    await under.untilDone();
    expect(under.order).toEqual([0]);
  });

  it('tells figures that add up', async () => {
    const under = await create();
    await under.start(await under.open(await fixture('sync')));
    await under.until(() => (under.last('stats')?.framesDone ?? 0) > 60, 'figures');
    const stats = under.last('stats')!;
    expect(stats.provider).toBe('cpu');
    expect(stats.memory).toBeGreaterThan(50e6);
    expect(stats.framesPerSecond.run).toBeGreaterThan(1);
    expect(stats.latency.endToEnd!.p50).toBeGreaterThan(stats.latency.inference!.p50);
    expect(stats.queues.map(({ name }) => name)).toEqual(['decoded', 'inference']);
    for (const { length, limit } of stats.queues) expect(length).toBeLessThanOrEqual(limit);
    await under.untilDone();
    await under.until(() => under.last('stats')?.bottleneck === 'idle', 'the figures of an idle engine');
    expect(under.last('stats')!.framesDone).toBe(300);
  });
});
