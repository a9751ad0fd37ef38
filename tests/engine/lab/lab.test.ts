import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Events, RequestArgs } from '../../../electron/engine/contract/contract.js';
import { allNetworks } from '../../../models/reference/catalogue.js';
import { EngineUnderTest } from '../analysis/harness.js';
import { root } from '../cli/run.js';

// Temporary files of this process alone.
const own = mkdtempSync(join(tmpdir(), 'lab-'));
process.env['TMPDIR'] = process.env['TEMP'] = own;
afterAll(() => rmSync(own, { recursive: true, force: true }));

const size = { width: 64, height: 64 };
type Plan = RequestArgs<'lab.start'>['plan'];
const plan = (more: Partial<Extract<Plan, { kind: 'compare' }>> = {}): Plan => ({
  kind: 'compare', subjects: ['network:mobilenet-v1', 'model:first-256'], provider: 'cpu', size, batch: 1, rounds: 2, turn: 20, energy: true, ...more,
});

const toldBy = (under: EngineUnderTest): readonly { readonly at: number; readonly payload: Events['lab'] }[] =>
  under.events.flatMap(({ name, at, payload }) => (name === 'lab' ? [{ at, payload: payload as Events['lab'] }] : []));

const untilEnd = async (under: EngineUnderTest, job: string): Promise<Events['lab']> => {
  await under.until(() => toldBy(under).some(({ payload }) => payload.job === job && payload.state !== 'running'), 'the measurement to end');
  return toldBy(under).find(({ payload }) => payload.job === job && payload.state !== 'running')!.payload;
};

const temporary = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('vovision-lab-'));

/** Process ids of bench children of this process. */
const benches = (): readonly string[] => {
  try {
    return execFileSync('pgrep', ['-P', String(process.pid), '-f', 'lab-bench.cjs'], { encoding: 'utf8' }).trim().split('\n');
  } catch {
    return [];
  }
};

describe('the lab', () => {
  it('says what can be measured, measures it, tells of it and keeps it over a restart', async () => {
    const under = await EngineUnderTest.create();
    const before = await under.engine.handle('lab.open', {});
    expect(before.providers[0]).toBe('cpu');
    expect(before.subjects.map(({ id }) => id)).toEqual([...allNetworks.map(({ id }) => `network:${id}`), 'model:first-256']);
    expect(before.subjects.find(({ id }) => id === 'network:vovnet-39')).toMatchObject({ fixedSize: null, parameters: 21_575_296, multiplyAdds: 7_764_836_352, aggregates: true });
    expect(before.subjects.find(({ id }) => id === 'network:resnet-50')?.aggregates).toBe(false);
    expect(before.subjects.find(({ id }) => id === 'model:first-256')).toMatchObject({ kind: 'model', fixedSize: { width: 256, height: 256 }, aggregates: true });
    expect(before).toMatchObject({ kept: [], damaged: 0, running: null });

    const job = await under.engine.handle('lab.start', { plan: plan({ subjects: ['network:mobilenet-v1', 'model:first-256', 'network:mobilenet-v1'] }) });
    await expect(under.engine.handle('lab.start', { plan: plan() })).rejects.toThrow('already');
    await under.until(() => toldBy(under).length > 0, 'the first report');
    expect((await under.engine.handle('lab.open', {})).running).toMatchObject({ job, state: 'running' });
    const end = await untilEnd(under, job);
    expect(end).toMatchObject({ state: 'done', fraction: 1, error: null });
    // Each is measured once, and a model at its own size.
    expect(end.rows.map(({ subject, input }) => [subject, input.width])).toEqual([['network:mobilenet-v1', 64], ['model:first-256', 256]]);
    const result = await under.engine.handle('lab.result', { id: end.result! });
    expect(result.outcome).toMatchObject({ kind: 'compare', rows: end.rows });
    if (result.outcome.kind === 'compare' && result.outcome.meter.kind === 'none') {
      expect(result.outcome.rows.every(({ energy }) => energy === null)).toBe(true);
      expect(result.outcome.meter.reason).not.toBe('');
    }
    await under.engine.dispose();

    const again = await EngineUnderTest.create(under.dataFolder);
    writeFileSync(join(under.dataFolder, 'lab', 'damaged-0123456789.json'), '{');
    const { kept, damaged } = await again.engine.handle('lab.open', {});
    expect(kept.map(({ id, title, kind, provider }) => ({ id, title, kind, provider }))).toEqual([{ id: end.result, title: '2 side by side, 64x64', kind: 'compare', provider: 'cpu' }]);
    expect(damaged).toBe(1);
    expect(await again.engine.handle('lab.result', { id: end.result! })).toEqual(result);
    await again.engine.handle('lab.forget', { id: end.result! });
    expect((await again.engine.handle('lab.open', {})).kept).toEqual([]);
    await again.engine.dispose();
  });

  it('tells of progress five times a second at most, never backwards', async () => {
    const under = await EngineUnderTest.create();
    const job = await under.engine.handle('lab.start', { plan: plan({ subjects: ['network:mobilenet-v1'], rounds: 60, turn: 10 }) });
    await untilEnd(under, job);
    const running = toldBy(under).filter(({ payload }) => payload.state === 'running');
    expect(running.length).toBeGreaterThan(3);
    running.slice(1).forEach(({ at, payload }, n) => {
      // Timers may fire a little early.
      expect(at - running[n]!.at).toBeGreaterThan(190);
      expect(payload.fraction).toBeGreaterThanOrEqual(running[n]!.payload.fraction);
    });
    await under.engine.dispose();
  });

  it('stops when it is cancelled or the engine ends, keeps nothing, and leaves no process and no file', async () => {
    const before = temporary();
    const under = await EngineUnderTest.create();
    const long = plan({ subjects: ['network:vovnet-27-slim'], turn: 60_000 });
    const job = await under.engine.handle('lab.start', { plan: long });
    await under.until(() => toldBy(under).some(({ payload }) => payload.step.startsWith('Round')), 'a round');
    under.engine.handle('lab.cancel', { job: 'some-other-job-0000' }).catch(() => undefined);
    await under.engine.handle('lab.cancel', { job });
    expect(await untilEnd(under, job)).toMatchObject({ state: 'cancelled', result: null, error: null });
    expect((await under.engine.handle('lab.open', {})).kept).toEqual([]);

    const next = await under.engine.handle('lab.start', { plan: long });
    await under.until(() => toldBy(under).some(({ payload }) => payload.job === next && payload.step.startsWith('Round')), 'a round');
    await under.engine.dispose();
    expect((await untilEnd(under, next)).state).toBe('cancelled');
    expect(benches()).toEqual([]);
    expect(temporary()).toEqual(before);
  });

  it('fails as a whole where nothing can be measured', async () => {
    const under = await EngineUnderTest.create();
    const job = await under.engine.handle('lab.start', { plan: plan({ provider: 'dml' }) });
    expect(await untilEnd(under, job)).toMatchObject({ state: 'failed', result: null, error: { kind: 'provider', message: 'This build of ONNX Runtime does not contain it.' } });
    const unknown = await under.engine.handle('lab.start', { plan: plan({ subjects: ['network:none'] }) });
    expect(await untilEnd(under, unknown)).toMatchObject({ state: 'failed', error: { kind: 'bad-model' } });
    // It can measure again at once.
    const good = await under.engine.handle('lab.start', { plan: plan({ subjects: ['network:mobilenet-v1'], rounds: 1 }) });
    expect((await untilEnd(under, good)).state).toBe('done');
    await under.engine.dispose();
  }, process.platform === 'win32' ? 0 : undefined);

  it('measures layers and tries an argument of the paper', async () => {
    const under = await EngineUnderTest.create();
    const layers = await untilEnd(under, await under.engine.handle('lab.start', { plan: { kind: 'layers', subject: 'network:vovnet-27-slim', provider: 'cpu', size, batch: 1, runs: 2 } }));
    const measured = await under.engine.handle('lab.result', { id: layers.result! });
    expect(measured.title).toBe('Layers of VoVNet-27-slim');
    expect(measured.outcome.kind === 'layers' && measured.outcome.rows.some(({ name, module }) => name.startsWith('stage3') && module === 'stage3.module1')).toBe(true);
    const tried = await untilEnd(under, await under.engine.handle('lab.start', { plan: { kind: 'experiment', experiment: 'aggregation', provider: 'cpu', subject: 'model:first-256', rounds: 1 } }));
    expect((await under.engine.handle('lab.result', { id: tried.result! })).outcome).toMatchObject({ kind: 'experiment', experiment: 'aggregation', finding: expect.stringMatching(/aggregation/) as string });
    await under.engine.dispose();
  });
});

const clip = join(root, 'assets/sample.mp4');

describe('an analysis beside it', () => {
  it('rests while something is measured, also one that is started meanwhile, and goes on after', async () => {
    const under = await EngineUnderTest.create();
    await mkdir(join(under.dataFolder, 'models'), { recursive: true });
    const video = await under.open(clip);
    await under.start(video);
    await under.until(() => under.found.size > 3, 'the first frames');
    const job = await under.engine.handle('lab.start', { plan: plan({ subjects: ['network:mobilenet-v1'], rounds: 4, turn: 200 }) });
    await under.until(() => toldBy(under).length > 0, 'the first report');
    await under.until(() => under.last('run')?.state.kind === 'idle', 'the analysis to rest');
    const atRest = under.found.size;
    await under.start(video, { from: 4 });
    await untilEnd(under, job);
    const measured = toldBy(under);
    const [from, to] = [measured[0]!.at, measured[measured.length - 1]!.at];
    const meanwhile = under.events.filter(({ name, at }) => name === 'detections' && at > from && at < to);
    // What was found just before may be told a moment later.
    expect(meanwhile.length).toBeLessThanOrEqual(1);
    expect(under.found.size).toBeGreaterThanOrEqual(atRest);
    await under.until(() => under.found.size > atRest + 5, 'the analysis to go on');
    await under.engine.dispose();
  });
});
