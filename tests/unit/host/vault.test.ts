import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { VideoInfo } from '../../../electron/engine/contract/contract.js';
import { Vault } from '../../../electron/host/vault.js';

let folder: string;
let data: string;
let clip: string;
const info = { name: 'clip.mp4' } as VideoInfo;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
  data = join(folder, 'data');
  clip = join(folder, 'clip.mp4');
  writeFileSync(clip, 'clip');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('gives one token for one file, however it is named, that tells nothing of it', async () => {
  const vault = await Vault.load(data);
  symlinkSync(clip, join(folder, 'link.mp4'));
  const { token } = await vault.admit(clip);
  expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect((await vault.admit(join(folder, 'link.mp4'))).token).toBe(token);
  expect((await vault.admit(join(folder, '.', 'x', '..', 'clip.mp4'))).token).toBe(token);
  expect((await (await Vault.load(join(folder, 'other'))).admit(clip)).token).not.toBe(token);
});

it.each<[string, (at: string) => string, RegExp]>([
  ['a folder', (at) => at, /is a folder/],
  ['nothing', (at) => join(at, 'none.mp4'), /not there any more/],
  ['a file for a folder', (at) => join(at, 'clip.mp4', 'x'), /not there any more/],
  ['a relative path', () => 'clip.mp4', /not a file on this computer/],
  ['a path with a zero byte', (at) => `${at}/clip.mp4\0.txt`, /not a file on this computer/],
  ['a device', () => '/dev/null', /not an ordinary file/],
])('does not admit %s', async (_, path, message) => {
  await expect((await Vault.load(data)).admit(path(folder))).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringMatching(message) as string });
});

it('reads only what was opened in this session', async () => {
  const vault = await Vault.load(data);
  const { token } = await vault.admit(clip);
  await expect(vault.read(token)).rejects.toThrow('not open');
  await vault.opened(token, info);
  const { file } = await vault.read(token);
  expect((await file.readFile()).toString()).toBe('clip');
  await file.close();
  const later = await Vault.load(data);
  await expect(later.read(token)).rejects.toThrow('not open');
  expect(later.find(token).path).toBe(clip);
  await expect(vault.read('AAAAAAAAAAAAAAAAAAAAAAAA')).rejects.toThrow('not open');
});

it.skipIf(process.platform === 'win32')('does not wait for a pipe that took the place of a file', async () => {
  const vault = await Vault.load(data);
  const { token } = await vault.admit(clip);
  await vault.opened(token, info);
  rmSync(clip);
  execFileSync('mkfifo', [clip]);
  await expect(vault.read(token)).rejects.toMatchObject({ kind: 'bad-input' });
});

it('remembers opened videos, newest first, without temporary ones, and says which are gone', async () => {
  const vault = await Vault.load(data);
  for (const name of ['a', 'b', 'c']) {
    const path = join(folder, name);
    writeFileSync(path, name);
    const { token } = await vault.admit(path, name === 'c');
    await vault.opened(token, info);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  renameSync(join(folder, 'a'), join(folder, 'moved'));
  const recents = await (await Vault.load(data)).recents();
  expect(recents.map(({ name, missing }) => [name, missing])).toEqual([['b', false], ['a', true]]);
  expect(statSync(join(data, 'recents.json')).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

it('forgets, but keeps open what is open', async () => {
  const vault = await Vault.load(data);
  const { token } = await vault.admit(clip);
  await vault.opened(token, info);
  await vault.forget(token);
  expect(await vault.recents()).toEqual([]);
  expect(await (await Vault.load(data)).recents()).toEqual([]);
  await (await vault.read(token)).file.close();
});

it('keeps settings, merging what is new', async () => {
  const vault = await Vault.load(data);
  await vault.saveSettings({ theme: 'dark', volume: 0.5 });
  await Promise.all([vault.saveSettings({ volume: 1 }), vault.saveSettings({ muted: true })]);
  expect((await Vault.load(data)).settings).toEqual({ theme: 'dark', volume: 1, muted: true });
});

it.each<[string, string]>([
  ['nothing', ''], ['half a file', '{"version":1,"content":[{"tok'], ['another shape', '{"version":1,"content":7}'],
  ['a token that climbs', '{"version":1,"content":[{"token":"../../../../../../etc","path":"/etc/passwd","name":"x","openedAt":1}]}'], ['a list', '[]'], ['null', 'null'],
])('starts empty over %s in its files', async (_, text) => {
  mkdirSync(data);
  writeFileSync(join(data, 'recents.json'), text);
  writeFileSync(join(data, 'settings.json'), text);
  const vault = await Vault.load(data);
  expect(await vault.recents()).toEqual([]);
  expect(vault.settings).toEqual({});
  await vault.saveSettings({ a: 1 });
  expect((await Vault.load(data)).settings).toEqual({ a: 1 });
});

it('leaves a file of a later version as it is', async () => {
  mkdirSync(data);
  const later = '{"version":2,"content":{"what":"is new"}}';
  writeFileSync(join(data, 'settings.json'), later);
  await (await Vault.load(data)).saveSettings({ a: 1 });
  expect(readFileSync(join(data, 'settings.json'), 'utf8')).toBe(later);
});

it.skipIf(process.getuid?.() === 0)('opens videos even where nothing can be remembered (skipped as root, who may write anywhere)', async () => {
  mkdirSync(data);
  chmodSync(data, 0o500);
  const vault = await Vault.load(data);
  const { token } = await vault.admit(clip);
  await vault.opened(token, info);
  await (await vault.read(token)).file.close();
});
