import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ModelInfo, Opened, RunInfo } from '../../../electron/engine/contract/contract.js';
import { Page, temporaryFolder } from './start-host.js';

const root = resolve(import.meta.dirname, '../../..');
const options = { filter: { minScore: 0.3, hiddenClasses: [] }, start: null, end: null, codec: 'vp9', labels: true, scores: true };

/** State and parent of a process (proc_pid_stat(5)); null where there is none. */
const statusOf = (pid: number): { readonly state: string; readonly parent: number } | null => {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return { state: state!, parent: Number(parent) };
  } catch {
    return null;
  }
};
const childrenOf = (pid: number): readonly number[] =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((child) => statusOf(child)?.parent === pid);
// A dead process that nobody has asked about still has its number.
const lives = (pid: number): boolean => !['Z', undefined].includes(statusOf(pid)?.state);
const until = async (what: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400 && !what(); tries++) await new Promise((done) => setTimeout(done, 25));
  expect(what()).toBe(true);
};

let temporary: ReturnType<typeof temporaryFolder>;
let host: ChildProcess;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => {
  host.kill('SIGKILL');
  temporary.remove();
});

/** A host as a terminal starts it, at work on a clip; all processes of it. */
const busyHost = async (): Promise<{ pid: number; engine: number; tools: readonly number[]; page: Page }> => {
  host = spawn(process.execPath, [join(root, 'bin/vovision.mjs'), 'serve', join(root, 'assets/sample.mp4')], {
    env: { ...process.env, VOVISION_DATA: join(temporary.path, 'data'), TMPDIR: temporary.path }, detached: true, stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  host.stdout!.on('data', (data: Buffer) => (said += data.toString()));
  await until(() => /token=[\w-]+\n/.test(said));
  const { origin, href } = new URL(said.trim());
  const cookie = await new Promise<string>((done) => request(href, (answer) => done(answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '')).end());
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { cookie, origin } });
  const page = new Page(socket);
  await new Promise((done) => socket.once('open', done));
  await page.request('hello', {});
  const { videos: [opened] } = (await page.event('opened')) as { videos: Opened[] };
  if (opened?.kind !== 'opened') throw new Error('the sample was refused');
  const [model] = await page.request<ModelInfo[]>('models.list', {});
  const { run } = await page.request<RunInfo>('run.start', { video: opened.video.token, model: model!.id, provider: 'cpu', mode: 'every-frame', from: 0 });
  await page.event('detections');
  await page.request('run.pause', { run, paused: true });
  await page.request('export.start', { run, options });
  await page.event('export', ({ framesDone }: { framesDone: number }) => framesDone > 0);
  const [engine] = childrenOf(host.pid!);
  return { pid: host.pid!, engine: engine!, tools: childrenOf(engine!), page };
};

const left = (): readonly string[] => readdirSync(temporary.path, { recursive: true, encoding: 'utf8' }).filter((name) => /\.part$|\.lock$|vovision-export-/.test(name));

it.skipIf(process.platform !== 'linux').each<[string, (pid: number) => void]>([
  ['Ctrl+C in its terminal', (pid) => void process.kill(-pid, 'SIGINT')],
  ['its terminal closing', (pid) => void process.kill(-pid, 'SIGHUP')],
  ['being killed', (pid) => void process.kill(pid, 'SIGKILL')],
])('%s leaves no process, no half clip and no lock behind', async (_, end) => {
  const { pid, engine, tools } = await busyHost();
  expect(tools.length).toBeGreaterThan(0);
  expect(left().length).toBeGreaterThan(0);
  end(pid);
  await until(() => ![pid, engine, ...tools].some(lives));
  expect(left()).toEqual([]);
}, 60_000);

it.skipIf(process.platform !== 'linux')('an engine that dies takes its ffmpeg with it, and the clip is told to have failed', async () => {
  const { engine, tools, page } = await busyHost();
  process.kill(engine, 'SIGKILL');
  await until(() => ![engine, ...tools].some(lives));
  await page.event('export', ({ state }: { state: string }) => state === 'failed');
}, 60_000);
