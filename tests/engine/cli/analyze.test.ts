import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canMake, damaged, fixture, fixtureNamed, markAt, plainClips } from '../../fixtures/fixtures.js';
import { buildMarkModel } from '../../models/mark.js';
import { frameTimes } from '../ffprobe.js';
import { answerOf, noSharedClips, readLines, shared, start, temporaryFolder, vovision } from './run.js';

let folder = '';
let mark = '';
beforeAll(async () => {
  folder = await temporaryFolder();
  mark = await buildMarkModel(join(folder, 'model'));
});

const analyze = async (path: string, ...words: string[]): Promise<{ answer: Record<string, unknown>; frames: Awaited<ReturnType<typeof readLines>>['frames'] }> => {
  const ran = await vovision(['analyze', path, '--provider', 'cpu', '--out', folder, '--json', ...words]);
  expect(ran.stderr + ran.stdout.slice(0, 500)).not.toContain('vovision:');
  expect(ran.code).toBe(0);
  const answer = answerOf(ran);
  return { answer, frames: (await readLines(String(answer['results']))).frames };
};

const expectTimes = (frames: readonly { i: number; t: number }[], times: readonly number[]): void => {
  expect(frames).toHaveLength(times.length);
  frames.forEach(({ i, t }, n) => {
    expect(i).toBe(n);
    expect(t).toBeGreaterThan(n === 0 ? -1 : (frames[n - 1]?.t ?? 0));
    // Where the container stores no time, ffprobe says none.
    if (!Number.isNaN(times[n])) expect(Math.abs(t - (times[n] ?? Infinity))).toBeLessThan(1e-6);
  });
};

describe('analyze gives one line per frame, each at the time ffprobe gives it', () => {
  for (const name of plainClips) {
    it(name, async ({ skip }) => {
      if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
      const path = await fixture(name);
      const { answer, frames } = await analyze(path, '--model', mark);
      expectTimes(frames, await frameTimes(path));
      expect(answer['frames']).toBe(frames.length);
      expect(answer['provider']).toBe('cpu');
    });
  }

  // What can be seen there, and in which share of the frames the model to begin with finds it at least. Cars from above are its weakness.
  for (const [clip, person, least] of [['car-detection.mp4', false, 0.04], ['walk.mkv', true, 0.95], ['highway.mp4', false, 0.95]] as const) {
    it.skipIf(noSharedClips !== null)(`the real clip ${clip}${noSharedClips === null ? '' : ` (${noSharedClips})`}`, async () => {
      const path = join(shared, 'clips', clip);
      const { answer, frames } = await analyze(path);
      expectTimes(frames, await frameTimes(path));
      const found = frames.filter(({ d }) => d.some(([, , , , score, classId]) => score >= 0.4 && classId === (person ? 0 : 2))).length;
      expect(found).toBeGreaterThan(frames.length * least);
      const [width, height] = [Number(answer['width']), Number(answer['height'])];
      for (const { d } of frames) {
        for (const [x1, y1, x2, y2, score, classId] of d) {
          expect(x1).toBeGreaterThanOrEqual(0);
          expect(y1).toBeGreaterThanOrEqual(0);
          expect(x2).toBeLessThanOrEqual(width);
          expect(y2).toBeLessThanOrEqual(height);
          expect(x2).toBeGreaterThan(x1);
          expect(y2).toBeGreaterThan(y1);
          expect(score).toBeGreaterThanOrEqual(0.05);
          expect(score).toBeLessThanOrEqual(1);
          expect(Number.isInteger(classId) && classId >= 0 && classId < 21).toBe(true);
        }
      }
    });
  }
});

describe('the boxes', () => {
  it.for(['sync', 'sync-vfr', 'sync-rotated', 'sync-start5', 'sync-hevc'] as const)('of %s are where the mark is, on every frame', async (name, { skip }) => {
    if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
    const { frames } = await analyze(await fixture(name), '--model', mark);
    expect(frames).toHaveLength(300);
    for (const { i, d } of frames) {
      const truth = markAt(i);
      expect(d).toHaveLength(1);
      const [x1, y1, x2, y2, score] = d[0]!;
      expect(score).toBeGreaterThan(0.9);
      for (const [found, true_] of [[x1, truth.x1], [y1, truth.y1], [x2, truth.x2], [y2, truth.y2]] as const) {
        expect(Math.abs(found - true_)).toBeLessThanOrEqual(2);
      }
    }
  });
});

describe('analyze', () => {
  it('keeps the frames of a range, under their own numbers', async () => {
    const path = await fixture('bframes');
    const times = await frameTimes(path);
    const { frames } = await analyze(path, '--model', mark, '--start', '0.5', '--end', '1.2');
    const wanted = times.flatMap((t, i) => (t >= 0.5 && t < 1.2 ? [i] : []));
    expect(frames.map(({ i }) => i)).toEqual(wanted);
    for (const { i, t } of frames) expect(Math.abs(t - (times[i] ?? 0))).toBeLessThan(1e-6);
  });

  it('says that there is no frame where the range holds none, exit code 2, and leaves earlier results as they are', async () => {
    const out = await temporaryFolder();
    const words = ['analyze', await fixture('cfr24'), '--provider', 'cpu', '--model', mark, '--out', out, '--json'];
    const file = join(out, 'cfr24.vovision.jsonl');
    expect((await vovision([...words, '--start', '100'])).code).toBe(2);
    expect(existsSync(file)).toBe(false);
    expect((await vovision(words)).code).toBe(0);
    const before = await readFile(file);
    for (const range of [['--start', '100'], ['--start', '1.99'], ['--start', '0.5001', '--end', '0.5002']]) {
      const ran = await vovision([...words, ...range]);
      expect(ran.code).toBe(2);
      expect(answerOf(ran)).toMatchObject({ error: { kind: 'usage', message: expect.stringContaining('There is no frame from') as string } });
      expect(await readFile(file)).toEqual(before);
    }
  });

  it('ends an analysis whose frames were all there already', async () => {
    const out = await temporaryFolder();
    const words = ['analyze', await fixture('cfr24'), '--provider', 'cpu', '--model', mark, '--out', out, '--json'];
    expect((await vovision(words)).code).toBe(0);
    const file = join(out, 'cfr24.vovision.jsonl');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.replace('"complete": true', '"complete":false').replace('"complete":true', '"complete":false'));
    const ran = await vovision(words);
    expect([ran.code, answerOf(ran)['frames']]).toEqual([0, 48]);
    expect((await readLines(file)).frames.map(({ i }) => i)).toEqual(Array.from({ length: 48 }, (_, n) => n));
  });

  it('gives the figures it promises', async () => {
    const { answer } = await analyze(await fixture('cfr25'), '--model', mark);
    expect(answer).toMatchObject({ frames: 50, width: 320, height: 240, provider: 'cpu', warning: null, resumedFrames: 0 });
    const latency = answer['latencyMs'] as Record<string, { p50: number; p95: number }>;
    for (const stage of ['decode', 'preprocess', 'inference', 'postprocess', 'endToEnd']) {
      expect(latency[stage]!.p50).toBeGreaterThanOrEqual(0);
      expect(latency[stage]!.p95).toBeGreaterThanOrEqual(latency[stage]!.p50);
    }
    expect(latency['endToEnd']!.p50).toBeGreaterThanOrEqual(latency['inference']!.p50);
    expect(Number(answer['framesPerSecond'])).toBeGreaterThan(1);
  });

  it.each(['-dash.mp4', 'sp ace.mp4', "quo'te\".mp4", 'emoji 🚗.mp4', '%d percent%.mp4', 'colon:slash\\.mp4'])('reads a file named %s', async (name) => {
    const path = await fixtureNamed('cfr24', name);
    const ran = await vovision(['analyze', path, '--model', mark, '--provider', 'cpu', '--out', folder, '--json']);
    expect(ran.code).toBe(0);
    expect(answerOf(ran)['frames']).toBe(48);
    // Also where it is named as a user standing beside it would.
    const beside = await vovision(['analyze', name, '--model', mark, '--provider', 'cpu', '--out', folder, '--json'], { cwd: join(path, '..') });
    expect(beside.code).toBe(0);
  });

  it('goes on after kill -9 where it stopped, at most a second of work lost', async () => {
    const path = await fixture('sync');
    const out = await temporaryFolder();
    const words = ['analyze', path, '--provider', 'cpu', '--out', out, '--json'];
    const file = join(out, 'sync.vovision.jsonl');
    const { child, ended } = start(words);
    while (!existsSync(file) || (await stat(file)).size < 4000) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await ended;
    const before = (await readFile(file, 'utf8')).split('\n').length - 2;
    expect(before).toBeGreaterThan(0);
    const ran = await vovision(words);
    expect(ran.code).toBe(0);
    expect(Number(answerOf(ran)['resumedFrames'])).toBeGreaterThanOrEqual(before);
    expect(Number(answerOf(ran)['resumedFrames'])).toBeLessThan(300);
    const { frames } = await readLines(file);
    expectTimes([...frames].sort((a, b) => a.i - b.i), await frameTimes(path));
  });

  it('says that a file breaks off, and keeps what is there', async () => {
    const path = await damaged(await fixture('faststart'), 'cut.mp4', (data) => data.subarray(0, Math.floor(data.length * 0.6)));
    const { answer, frames } = await analyze(path, '--model', mark);
    expect(frames.length).toBeGreaterThan(10);
    expect(frames.length).toBeLessThan(60);
    expect(answer['warning']).toMatch(/cut\.mp4” (breaks off|is damaged)/);
  });

  it('is cancelled by Ctrl-C with exit code 130 and keeps what it found', async () => {
    const out = await temporaryFolder();
    const { child, ended } = start(['analyze', await fixture('sync'), '--provider', 'cpu', '--out', out]);
    const file = join(out, 'sync.vovision.jsonl');
    while (!existsSync(file) || (await stat(file)).size < 4000) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect((await readLines(file)).frames.length).toBeGreaterThan(0);
  });

  it('says what is wrong with the command, exit code 2', async () => {
    for (const words of [['analyze'], ['analyze', 'a.mp4', '--nonsense'], ['nonsense'], ['analyze', 'a', '--start', '3', '--end', '2'], ['analyze', 'a', '--provider', 'magic']]) {
      const ran = await vovision(words);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(/^vovision: .+\.\n/);
    }
  });

  it('says what is wrong with the input, exit code 3, also as JSON', async () => {
    const ran = await vovision(['analyze', join(folder, 'nowhere.mp4'), '--json']);
    expect(ran.code).toBe(3);
    expect(answerOf(ran)).toMatchObject({ error: { kind: 'bad-input' } });
  });

  it('leaves the results of another video of the same name as they are, exit code 3; begins those of the same video anew', async () => {
    const out = await temporaryFolder();
    const [one, other] = [join(out, 'one', 'clip.mp4'), join(out, 'other', 'clip.mp4')];
    await mkdir(join(out, 'one'));
    await mkdir(join(out, 'other'));
    await copyFile(await fixture('cfr24'), one);
    await copyFile(await fixture('faststart'), other);
    const words = ['--provider', 'cpu', '--model', mark, '--out', out, '--json'];
    expect((await vovision(['analyze', one, ...words])).code).toBe(0);
    const file = join(out, 'clip.vovision.jsonl');
    const before = await readFile(file);
    const refused = await vovision(['analyze', other, ...words]);
    expect(refused.code).toBe(3);
    expect(answerOf(refused)).toMatchObject({ error: { kind: 'bad-input', message: expect.stringContaining('another video, clip.mp4') as string } });
    expect(await readFile(file)).toEqual(before);
    expect((await vovision(['analyze', one, ...words, '--min-score', '0.3'])).code).toBe(0);
    expect((await readLines(file)).manifest).toMatchObject({ minScore: 0.3, complete: true });
  });

  it('says so where the results cannot be written, exit code 3', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const ran = await vovision(['analyze', await fixture('cfr24'), '--provider', 'cpu', '--model', mark, '--out', join(folder, 'a-file', 'below'), '--json']);
    expect(ran.code).toBe(3);
    expect(answerOf(ran)).toMatchObject({ error: { kind: 'output' } });
  });
});
