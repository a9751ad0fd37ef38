import { afterEach, expect, it } from 'vitest';
import { seconds, type EventName, type RequestArgs } from '../../../electron/engine/contract/contract.js';
import type { EngineChannel } from '../../../electron/host/engine-channel.js';
import { EngineLink } from '../../../electron/host/engine-link.js';
import { FileNames } from '../../../electron/host/file-names.js';
import { smallEngine } from './start-host.js';

type Seen = { readonly event: EventName; readonly payload: never };

const settings = { dataFolder: '/data', zooFolder: '/zoo', fontsFolder: '/fonts' };
const video = 'video-0123456789abcdef';
const start: RequestArgs<'run.start'> = { video, model: 'm', provider: 'auto', mode: 'every-frame', from: seconds(0) };
const links: EngineLink[] = [];

const open = (spawn: () => EngineChannel = smallEngine): { link: EngineLink; seen: Seen[]; until: (fits: (seen: Seen) => boolean) => Promise<Seen> } => {
  const seen: Seen[] = [];
  const link = new EngineLink(spawn, settings, (event, payload) => void seen.push({ event, payload: payload as never }), new FileNames());
  links.push(link);
  const until = async (fits: (seen: Seen) => boolean): Promise<Seen> => {
    for (let tries = 0; tries < 600; tries++) {
      const found = seen.find(fits);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`not seen among ${JSON.stringify(seen.slice(0, 20))}`);
  };
  return { link, seen, until };
};
const engineIs = (state: string) => ({ event, payload }: Seen): boolean => event === 'engine' && (payload as { state: string }).state === state;
/** What the engine that lives now was asked so far. */
const asked = async (link: EngineLink): Promise<{ name: string; args: Record<string, unknown> }[]> =>
  (await link.request('models.list', {})).map(({ name }) => JSON.parse(name) as { name: string; args: Record<string, unknown> });
const kill = (link: EngineLink): void => void process.kill(link.pid!, 'SIGKILL');

afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});

it('sets the engine up before anything else is asked of it', async () => {
  const { link } = open();
  const [frames] = await Promise.all([link.request('video.frames', { video }), link.openVideo(video, '/clip.mp4')]);
  expect(frames.times).toEqual(Float64Array.from([0, 0.04, 0.08]));
  const names = (await asked(link)).map(({ name }) => name);
  expect(names[0]).toBe('host.configure');
});

it('takes videos and runs up again, with the ids that the page knows', async () => {
  const { link, seen, until } = open();
  await link.openVideo(video, '/clip.mp4');
  const { run } = await link.request('run.start', start);
  await link.request('run.mode', { run, mode: 'keep-up' });
  await link.request('run.playhead', { run, time: seconds(12.5), playing: true, speed: 1 });
  await link.request('run.pause', { run, paused: true });
  const first = link.pid;
  kill(link);
  const restarting = await until(engineIs('restarting'));
  expect((restarting.payload as { reason: string }).reason).toContain('SIGKILL');
  await until(engineIs('ready'));
  expect(link.pid).not.toBe(first);
  const again = await asked(link);
  expect(again.slice(0, 5)).toMatchObject([
    { name: 'host.configure', args: settings },
    { name: 'host.open', args: { video, path: '/clip.mp4' } },
    { name: 'run.start', args: { video, model: 'm', mode: 'keep-up', from: 12.5 } },
    { name: 'run.pause', args: { paused: true } },
    { name: 'run.playhead', args: { time: 12.5, playing: true, speed: 1 } },
  ]);
  // The small engine numbers its runs by process: the id has changed, but not for the page.
  const inner = again[3]?.args['run'];
  expect(inner).not.toBe(run);
  expect(seen.find(({ event }) => event === 'run')?.payload).toEqual({ run, state: { kind: 'running' } });
  await link.request('run.detections', { run, from: 0, to: 2 });
  expect((await asked(link)).at(-2)).toMatchObject({ name: 'run.detections', args: { run: inner } });
  const again2 = await link.request('run.start', start);
  expect(again2.run).not.toBe(inner);
});

it('refuses what was waiting, in words for people, and answers again afterwards', async () => {
  process.env['SMALL_ENGINE_HANG'] = '1';
  const { link } = open();
  await link.request('models.list', {});
  delete process.env['SMALL_ENGINE_HANG'];
  const waiting = link.request('video.frames', { video });
  const refused = expect(waiting).rejects.toMatchObject({ name: 'UserError', kind: 'internal', hint: expect.stringContaining('again') as string });
  await new Promise((resolve) => setTimeout(resolve, 100));
  kill(link);
  await refused;
  expect((await link.request('video.frames', { video })).complete).toBe(true);
});

it('names files without what leads to them, in refusals and events', async () => {
  const { link, until } = open();
  await expect(link.openVideo(video, '/home/ada/clips/vanished.mp4')).rejects.toMatchObject({ message: 'vanished.mp4: No such file', hint: 'Look into x for vanished.mp4.' });
  const options = { filter: { minScore: 0, hiddenClasses: [] }, start: null, end: null, codec: 'h264', labels: true, scores: true } as const;
  await link.request('host.export', { run: 'run-0123456789abcdef', options, path: '/home/ada/clips/full.mp4' });
  const failed = await until(({ event }) => event === 'export');
  expect(failed.payload).toMatchObject({ state: 'failed', error: { message: '.vovision-1.part could not be written: the disk is full.' } });
});

it('ends exports that were running', async () => {
  const { link, until } = open();
  const options = { filter: { minScore: 0, hiddenClasses: [] }, start: null, end: null, codec: 'h264', labels: true, scores: true } as const;
  await link.request('host.export', { run: 'run-0123456789abcdef', options, path: '/slow.mp4' });
  await expect(link.request('export.cancel', { job: 'job-0123456789abcdef' })).rejects.toThrow('exit code 9');
  const ended = await until(({ event, payload }) => event === 'export' && (payload as { state: string }).state === 'failed');
  expect(ended.payload).toMatchObject({ job: 'job-0123456789abcdef', framesDone: 3, error: { hint: 'Start the export again.' } });
  await until(engineIs('ready'));
});

it('gives up a run that ends the engine again and again, but not the engine', async () => {
  const { link, until } = open();
  await link.openVideo(video, '/clip.mp4');
  const { run } = await link.request('run.start', start);
  for (let deaths = 0; deaths < 3; deaths++) {
    const before = link.pid;
    kill(link);
    while (link.pid === before) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await asked(link)).toBeInstanceOf(Array);
  }
  const failed = await until(({ event, payload }) => event === 'run' && (payload as { state: { kind: string } }).state.kind === 'failed');
  expect(failed.payload).toMatchObject({ run, state: { error: { kind: 'internal' } } });
  expect((await asked(link)).map(({ name }) => name)).not.toContain('run.start');
}, 30_000);

it('says so when the engine cannot be started at all, and tries again when asked for work', async () => {
  let broken = true;
  const { link, seen, until } = open(() => {
    if (broken) throw new Error('no such program');
    return smallEngine();
  });
  const gone = await until(engineIs('gone'));
  expect((gone.payload as { reason: string }).reason).toContain('no such program');
  expect(seen.filter(engineIs('restarting')).length).toBe(4);
  await expect(link.request('models.list', {})).rejects.toMatchObject({ kind: 'internal' });
  broken = false;
  expect((await link.openVideo(video, '/clip.mp4')).codec).toBe('h264');
  await until(engineIs('ready'));
}, 30_000);

it('ends the engine when it is closed', async () => {
  const { link } = open();
  await link.request('models.list', {});
  const pid = link.pid!;
  await link.close();
  expect(() => process.kill(pid, 0)).toThrow();
  await expect(link.request('models.list', {})).rejects.toThrow('closing');
});
