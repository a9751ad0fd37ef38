import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../../electron/engine/alive.js';
import { scratchFolder, sweepScratch } from '../../../electron/engine/scratch.js';

let parent: string;
let dead: number;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'scratch-test-'));
  dead = spawnSync(process.execPath, ['-e', '']).pid;
});

afterAll(() => {
  rmSync(parent, { recursive: true });
});

test('what killed processes left goes, and nothing else', async () => {
  const made = (name: string): string => {
    const path = join(parent, name);
    mkdirSync(join(path, 'inside'), { recursive: true });
    writeFileSync(join(path, 'inside', 'frames.rgb'), 'pixels');
    return path;
  };
  const goes = [`vovision-faster-${dead}-aB3xYz`, `vovision-${dead}-q0q0q0`].map(made);
  const stays = [
    `vovision-faster-${process.pid}-aB3xYz`, `vovision-${process.pid}-aB3xYz`, 'vovision-faster-aB3xYz', 'vovision-test-12x-aB3xYz',
    `vovision-faster-${dead}`, `my-vovision-faster-${dead}-aB3xYz`, 'vovision-0-aB3xYz', 'someone-else',
  ].map(made);
  await sweepScratch(parent);
  expect(goes.filter(existsSync)).toEqual([]);
  expect(stays.filter(existsSync)).toEqual(stays);
});

test('a parent that is not there is nothing to sweep', async () => {
  await expect(sweepScratch(join(parent, 'gone'))).resolves.toBeUndefined();
});

test('a folder names its purpose and process and is private', async () => {
  const folder = await scratchFolder('lab');
  try {
    expect(basename(folder)).toMatch(new RegExp(`^vovision-lab-${process.pid}-\\w{6}$`));
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('processes are told from those that have ended', () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(dead)).toBe(false);
});
