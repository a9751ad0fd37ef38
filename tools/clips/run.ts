import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCard } from '../../electron/engine/inference/cards.js';
import type { Frames } from './figures.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program to its end; its stdout. Throws with what it said where it fails. */
const runProgram = (program: string, words: readonly string[]): Promise<string> => new Promise((resolve, reject) => {
  const child = spawn(program, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0) resolve(stdout);
    else reject(new Error(stderr.trim() || `${program} ended with ${String(code)}`));
  });
});

const vovision = (...words: readonly string[]): Promise<string> => runProgram(process.execPath, [join(root, 'bin/vovision.mjs'), ...words]);

/** What a model's card says to begin with, 0..1; null where it says none or there is no card. `model` is a file or an id. */
export const cardConfidence = async (model: string): Promise<number | null> => {
  const listed = async (): Promise<string | undefined> => {
    const { models } = JSON.parse(await vovision('models', 'list', '--json')) as { models: readonly { id: string; path: string }[] };
    return models.find(({ id }) => id === model)?.path;
  };
  const path = existsSync(model) ? model : await listed();
  return path === undefined ? null : (await readCard(path))?.confidence ?? null;
};

export type Analysed = { readonly frames: Frames; readonly times: readonly number[]; readonly results: string; readonly framesPerSecond: number };

/** Analyses a clip as the app does; `results` is the file, in `folder`. */
export const analyse = async (clip: string, model: string, folder: string): Promise<Analysed> => {
  const said = await vovision('analyze', clip, '--model', model, '--provider', 'cpu', '--min-score', '0.05', '--out', folder, '--json');
  const { framesPerSecond } = JSON.parse(said.trim().split('\n').pop() ?? '') as { framesPerSecond: number };
  const results = join(folder, `${basename(clip, extname(clip))}.vovision.jsonl`);
  const [first = '', ...lines] = (await readFile(results, 'utf8')).trimEnd().split('\n');
  const { model: { classes } } = JSON.parse(first) as { model: { classes: readonly string[] } };
  const frames = lines.map((line) => JSON.parse(line) as { i: number; t: number; d: [number, number, number, number, number, number][] }).sort((a, b) => a.i - b.i);
  return {
    results, framesPerSecond, times: frames.map(({ t }) => t),
    frames: frames.map(({ d }) => d.map(([, , , , score, classId]) => ({ score, name: classes[classId] ?? String(classId) }))),
  };
};

const [largestSide, mostBytes] = [960, 80 * 1024];

/** Writes frame `at` with its boxes drawn by the app's own export, as JPEG of at most 960 pixels a side and 80 KB. */
export const writeStill = async (clip: string, { results, times }: Analysed, at: number, confidence: number, file: string): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'vovision-still-'));
  try {
    const drawn = join(folder, 'drawn.mov');
    const [start = 0, end = start + 0.02] = times.slice(at, at + 2);
    // Times are rounded: half a frame on both sides leaves this one alone.
    const half = (end - start) / 2;
    await vovision(
      'export', clip, '--results', results, '--codec', 'prores', '--min-score', String(confidence),
      '--start', String(Math.max(0, start - half)), '--end', String(start + half), '-o', drawn,
    );
    for (let quality = 2; ; quality += 2) {
      await runProgram(process.env['VOVISION_FFMPEG'] ?? 'ffmpeg', [
        '-v', 'error', '-y', '-i', drawn, '-frames:v', '1', '-vf', `scale='min(${largestSide},iw)':'min(${largestSide},ih)':force_original_aspect_ratio=decrease:flags=lanczos`,
        '-pix_fmt', 'yuvj420p', '-q:v', String(quality), file,
      ]);
      if (quality >= 20 || (await stat(file)).size <= mostBytes) return;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
