import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const shared = join(root, '../shared');
/** Why a test on the real clips cannot run here; null where it can. */
export const noSharedClips = existsSync(join(shared, 'clips')) ? null : 'the folder ../shared/clips is not here';

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'vovision-test-'));

/** One data folder for all: providers are tried once. */
const data = join(root, '.cache', 'test-data');

/** Starts the command line as a user does. */
export const start = (words: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): { child: ChildProcess; ended: Promise<Ran> } => {
  const child = spawn(process.execPath, [join(root, 'bin/vovision.mjs'), ...words], {
    cwd: options.cwd ?? root,
    env: { ...process.env, VOVISION_DATA: data, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ran>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended };
};

export const vovision = (words: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ran> =>
  start(words, options).ended;

/** The JSON object on the last line of stdout. */
export const answerOf = (ran: Ran): Record<string, unknown> => {
  const lines = ran.stdout.trimEnd().split('\n');
  return JSON.parse(lines[lines.length - 1] ?? '') as Record<string, unknown>;
};

export type FrameLine = { i: number; t: number; d: [number, number, number, number, number, number][] };

/** A results file as any other program would read it. */
export const readLines = async (file: string): Promise<{ manifest: Record<string, unknown>; frames: FrameLine[] }> => {
  const [first = '', ...rest] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return { manifest: JSON.parse(first) as Record<string, unknown>, frames: rest.map((line) => JSON.parse(line) as FrameLine) };
};
