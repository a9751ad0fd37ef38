import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from './start-host.js';

const root = resolve(import.meta.dirname, '../../..');
const folders: ReturnType<typeof temporaryFolder>[] = [];
const folder = (): string => {
  const made = temporaryFolder();
  folders.push(made);
  return made.path;
};
afterEach(() => folders.splice(0).forEach(({ remove }) => remove()));

/** npm start with `args`, until it has printed an address or ended. */
const start = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ output: string; stop: () => Promise<number | null> }> => {
  const child = spawn(process.execPath, [join(root, 'tools/start.mjs'), ...args], {
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', VOVISION_DATA: folder(), ...env },
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  let output = '';
  await Promise.race([ended, new Promise<void>((done) => {
    const hear = (data: Buffer): void => {
      output += data.toString();
      if (/token=[\w-]+\n/.test(output)) done();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  })]);
  return {
    output,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
};

const address = (output: string): string => /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(output)?.[0] ?? '';

it('without a display says so, prints the address, serves, and ends cleanly', async () => {
  const { output, stop } = await start([], {});
  expect(output).toContain('there is no display');
  const answer = await fetch(address(output), { redirect: 'manual' });
  expect(answer.status).toBe(303);
  expect(await stop()).toBe(0);
  await expect(fetch(address(output))).rejects.toThrow();
});

it('says why it does not take an Electron that is too old, and that there is no browser', async () => {
  const dist = folder();
  writeFileSync(join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron'), '');
  writeFileSync(join(dist, 'version'), '12.0.0');
  const { output, stop } = await start([], { DISPLAY: ':9999', VOVISION_ELECTRON_DIST: dist, VOVISION_CHROMIUM: join(dist, 'none') });
  expect(output).toMatch(/since Electron 12\.0\.0 in .* is too old/);
  expect(output).toContain('no Chromium or Chrome is installed');
  expect(await stop()).toBe(0);
});

it.skipIf(process.platform === 'win32')('takes the browser where Electron crashes at once', async () => {
  const dist = folder();
  writeFileSync(join(dist, 'electron'), '#!/bin/sh\nkill -TRAP $$\n', { mode: 0o755 });
  writeFileSync(join(dist, 'version'), '45.0.0');
  const { output, stop } = await start([], { DISPLAY: ':9999', VOVISION_ELECTRON_DIST: dist, VOVISION_CHROMIUM: join(dist, 'none') });
  expect(output).toContain('since Electron could not start (SIGTRAP)');
  expect(address(output)).not.toBe('');
  expect(await stop()).toBe(0);
});

it('prints the address where the browser cannot open a window', async () => {
  const bin = folder();
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'chromium'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const { output, stop } = await start(['--browser'], { DISPLAY: ':9999', VOVISION_CHROMIUM: join(bin, 'chromium') });
  expect(output).toContain('The window could not be opened (exit code 1)');
  expect(address(output)).not.toBe('');
  expect(await stop()).toBe(0);
});

it.each([['--port', 'x'], ['--port', '70000'], ['--nope']])('refuses %s %s', async (...args) => {
  const { output, stop } = await start(args, {});
  expect(output).toContain('Use: npm start');
  expect(await stop()).toBe(2);
});
