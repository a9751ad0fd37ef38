import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Opened } from '../../../electron/engine/contract/contract.js';
import { Host } from '../../../electron/host/host.js';
import { smallEngine } from './start-host.js';

const folder = mkdtempSync(join(tmpdir(), 'announce-'));
let host: Host;
afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});
const pause = (): Promise<void> => new Promise((done) => setTimeout(done, 120));

it('tells a page of every video that came by another way, once, and never before it listens', async () => {
  const told: string[][] = [];
  host = await Host.start({
    platform: { kind: 'desktop', chooseVideos: () => Promise.resolve([]), chooseModel: () => Promise.resolve(null), chooseOutput: () => Promise.resolve(null), reveal: () => Promise.resolve() },
    startEngine: smallEngine,
    dataFolder: join(folder, 'data'),
    emit: (name, payload) => {
      if (name === 'opened') told.push((payload as { videos: Opened[] }).videos.map((one) => (one.kind === 'opened' ? one.video.name : one.name)));
    },
  });
  const clip = (name: string): string => {
    writeFileSync(join(folder, name), name);
    return join(folder, name);
  };
  await host.announce([clip('a.mp4')]);
  await host.announce([clip('b.mp4'), join(folder, 'none.mp4')]);
  await pause();
  expect(told).toEqual([]);
  await host.request('hello', {});
  await pause();
  expect(told).toEqual([['a.mp4', 'b.mp4', 'none.mp4']]);
  await host.announce([clip('c.mp4')]);
  await host.announce([]);
  expect(told.slice(1)).toEqual([['c.mp4']]);
  // The window is closed and opened again: what came for it meanwhile must not be lost.
  host.expectPage();
  await host.announce([clip('d.mp4')]);
  await pause();
  expect(told.slice(2)).toEqual([]);
  await host.request('hello', {});
  await pause();
  expect(told.slice(2)).toEqual([['d.mp4']]);
});
