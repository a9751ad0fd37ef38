import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeTools, locateTools, outsideAsar, parseVersion } from '../../../electron/engine/media/locate.js';
import { cacheFolder } from '../../fixtures/fixtures.js';

const folder = join(cacheFolder, `locate-${process.pid}`);
const usual = await locateTools();

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  symlinkSync(usual.ffmpeg.path, join(folder, 'ffmpeg'));
  symlinkSync(usual.ffprobe.path, join(folder, 'ffprobe'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the one named by the environment comes first, with the ffprobe beside it', async () => {
  const tools = await locateTools({ env: { VOVISION_FFMPEG: join(folder, 'ffmpeg'), PATH: process.env['PATH'] } });
  expect(tools.ffmpeg).toMatchObject({ path: join(folder, 'ffmpeg'), source: 'environment' });
  expect(tools.ffprobe).toMatchObject({ path: join(folder, 'ffprobe'), source: 'environment' });
});

test('then the packaged one, then PATH, then the registry', async () => {
  expect((await locateTools({ env: { PATH: folder }, packagedFolder: folder })).ffmpeg.source).toBe('packaged');
  expect((await locateTools({ env: { PATH: folder }, packagedFolder: null })).ffmpeg).toMatchObject({ source: 'path', path: join(folder, 'ffmpeg') });
  const bare = await locateTools({ env: { PATH: '' }, packagedFolder: join(folder, 'nothing') });
  expect([bare.ffmpeg.source, bare.ffprobe.source]).toEqual(['registry', 'registry']);
});

test('something that is no ffmpeg is passed over, and the reason is told', async () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'ffmpeg'), '#!/bin/sh\necho hello\n');
  chmodSync(join(broken, 'ffmpeg'), 0o755);
  writeFileSync(join(broken, 'ffprobe'), 'not a program');
  const seen = await describeTools({ env: { VOVISION_FFMPEG: join(broken, 'ffmpeg'), VOVISION_FFPROBE: join(broken, 'gone'), PATH: broken }, packagedFolder: broken });
  const reasons = (tool: string, source: string): (string | null)[] => seen.filter((place) => place.tool === tool && place.source === source).map(({ reason }) => reason);
  expect(reasons('ffmpeg', 'environment')).toEqual([expect.stringMatching(/no ffmpeg/)]);
  expect(reasons('ffprobe', 'environment')).toEqual([expect.stringMatching(/there is no file/)]);
  expect(reasons('ffprobe', 'packaged')).toEqual([expect.stringMatching(/could not be started/)]);
  expect(seen.filter(({ used }) => used).map(({ source }) => source)).toEqual(['registry', 'registry']);
});

test('a folder in the PATH that is relative is not looked at', async () => {
  const seen = await describeTools({ env: { PATH: '.:bin' }, packagedFolder: null });
  expect(seen.find(({ tool, source }) => tool === 'ffmpeg' && source === 'path')?.found).toBeNull();
});

test('versions are read from what the tools say', () => {
  const git = 'ffmpeg version N-47683-g0e8eb07980-static https://x\nlibavutil      56. 24.101 / 56. 24.101\n';
  expect(parseVersion('ffmpeg', git)).toEqual({ version: 'N-47683-g0e8eb07980-static', avutil: { major: 56, minor: 24 } });
  expect(parseVersion('ffprobe', git)).toBeNull();
  expect(parseVersion('ffmpeg', 'hello')).toBeNull();
});

test('programs inside an asar archive are started from beside it', () => {
  expect(outsideAsar('/opt/app.asar/node_modules/x/ffmpeg')).toBe('/opt/app.asar.unpacked/node_modules/x/ffmpeg');
  expect(outsideAsar('/opt/app.asar.unpacked/x/ffmpeg')).toBe('/opt/app.asar.unpacked/x/ffmpeg');
  expect(outsideAsar('C:\\a\\app.asar\\x\\ffmpeg.exe')).toBe('C:\\a\\app.asar.unpacked\\x\\ffmpeg.exe');
  expect(outsideAsar('/home/x/ffmpeg')).toBe('/home/x/ffmpeg');
});

test('a file of the user that may not be run is told, not changed', async () => {
  const { ffprobe } = await locateTools({ env: { PATH: '' }, packagedFolder: null });
  const copy = join(folder, 'copy');
  copyFileSync(ffprobe.path, copy);
  chmodSync(copy, 0o644);
  const seen = await describeTools({ env: { VOVISION_FFPROBE: copy, PATH: '' }, packagedFolder: null });
  expect(seen.find(({ tool, source }) => tool === 'ffprobe' && source === 'environment')?.reason).toMatch(/could not be started/);
  expect(statSync(copy).mode & 0o777).toBe(0o644);
});
