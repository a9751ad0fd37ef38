import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, BrowserContext, Page, WebSocketRoute } from 'playwright-core';
import { startBrowserHost, type BrowserHost } from '../../../electron/host/browser.js';
import { fixture } from '../../fixtures/fixtures.js';
import { launchChromium } from '../chromium.js';
import { drop } from '../drop.js';

const folder = mkdtempSync(join(tmpdir(), 'browser-test-'));
let host: BrowserHost;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let neighbour: Server;
let neighbourOrigin: string;
const sockets: WebSocketRoute[] = [];
const complaints: string[] = [];
const uploads: string[] = [];

beforeAll(async () => {
  if (!existsSync(resolve(import.meta.dirname, '../../../out/renderer/index.html'))) throw new Error('The page is not built: run "npm run build".');
  host = await startBrowserHost({ open: [], dataFolder: join(folder, 'data') });
  neighbour = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>neighbour</title>'));
  await new Promise<void>((done) => neighbour.listen(0, '127.0.0.1', done));
  neighbourOrigin = `http://127.0.0.1:${(neighbour.address() as AddressInfo).port}`;
  browser = await launchChromium();
  context = await browser.newContext({ acceptDownloads: true });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (request.url().includes('/upload')) uploads.push(request.url());
  });
  await page.routeWebSocket(/\/socket/, (socket) => {
    sockets.push(socket);
    socket.connectToServer();
  });
  await page.goto(host.url);
  await page.waitForSelector('[data-part=empty]');
});
afterAll(async () => {
  await browser.close();
  await host.close();
  neighbour.close();
  rmSync(folder, { recursive: true, force: true });
});

const overlayShows = (boxes: boolean): Promise<unknown> =>
  page.waitForFunction((some) => {
    const overlay = document.querySelector<HTMLElement>('[data-part=overlay]');
    return overlay?.dataset['state'] === 'analysed' && (!some || Number(overlay.dataset['boxes']) >= 0);
  }, boxes);

it('takes the key out of the address and keeps it from scripts', async () => {
  expect(page.url()).toBe(`${new URL(host.url).origin}/`);
  expect(await page.evaluate(() => [document.cookie, crossOriginIsolated, history.length <= 2])).toEqual(['', true, true]);
});

it('takes a dropped video in and shows what is on it', async () => {
  const letGo = await drop(page, [{ name: 'ein “Clip”.mp4', content: readFileSync(await fixture('sync')) }]);
  await letGo();
  await overlayShows(true);
  expect(uploads.length).toBe(1);
  expect(await page.evaluate(() => document.querySelector('video')!.videoWidth)).toBeGreaterThan(0);
});

it('may read its pictures: nothing on the page is of another origin', async () => {
  expect(await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    const draw = canvas.getContext('2d')!;
    draw.drawImage(document.querySelector('video')!, 0, 0);
    return draw.getImageData(0, 0, 1, 1).data.length;
  })).toBe(4);
});

it('gives nothing to a page on another port, which the browser sends the cookie for', async () => {
  const other = await context.newPage();
  await other.goto(neighbourOrigin);
  const target = new URL(host.url).origin;
  const media = await page.evaluate(() => document.querySelector('video')!.currentSrc);
  const outcomes = await other.evaluate(async ([origin, video]) => {
    const waits = (thing: EventTarget, good: string, bad: string): Promise<string> =>
      new Promise((done) => {
        thing.addEventListener(good, () => done('reached'));
        thing.addEventListener(bad, () => done('refused'));
      });
    const outcome = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'reached', () => 'refused');
    const element = document.createElement('video');
    const played = waits(element, 'loadedmetadata', 'error');
    element.src = video;
    const script = document.createElement('script');
    const ran = waits(script, 'load', 'error');
    script.src = `${origin}/assets/`;
    document.head.append(script);
    const frame = document.createElement('iframe');
    frame.src = `${origin}/`;
    document.body.append(frame);
    await new Promise((done) => frame.addEventListener('load', done));
    return {
      socket: await waits(new WebSocket(`${origin.replace('http', 'ws')}/socket`), 'open', 'error'),
      fetched: await outcome(fetch(`${origin}/`, { credentials: 'include' })),
      // Without CORS it is sent, but what comes back stays closed: what matters is that nothing was done.
      sent: await fetch(`${origin}/upload?name=evil.mp4`, { method: 'POST', body: 'x', mode: 'no-cors', credentials: 'include' }).then(() => 'closed', () => 'refused'),
      played: await played,
      ran: await ran,
      framed: (() => {
        try {
          return frame.contentDocument === null ? 'closed' : 'open';
        } catch {
          return 'closed';
        }
      })(),
    };
  }, [target, media] as const);
  expect(outcomes).toMatchObject({ socket: 'refused', fetched: 'refused', played: 'refused', ran: 'refused', framed: 'closed' });
  await other.close();
  expect(await page.evaluate(() => document.body.innerText)).not.toContain('evil');
});

it('comes back by itself when the connection drops', async () => {
  const before = sockets.length;
  await sockets.at(-1)!.close({ code: 4000 });
  await expect.poll(() => sockets.length).toBe(before + 1);
  const overlay = page.locator('[data-part=overlay]');
  const frame = await overlay.getAttribute('data-frame');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => overlay.getAttribute('data-frame')).not.toBe(frame);
  await overlayShows(false);
});

it('hands an exported clip over as a download', async () => {
  await page.waitForFunction(() => /100\s%/.test(document.body.innerText), undefined, { timeout: 60_000 });
  await page.keyboard.press('e');
  await page.getByRole('dialog').getByRole('button', { name: 'Export…' }).click();
  const card = page.getByRole('button', { name: /Download/ });
  await card.waitFor({ timeout: 90_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), card.click()]);
  expect(download.suggestedFilename()).toBe('ein “Clip” boxes.mp4');
  const path = join(folder, 'out.mp4');
  await download.saveAs(path);
  const frames = (file: string): string =>
    execFileSync('ffprobe', ['-v', 'error', '-count_packets', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file]).toString().trim();
  expect(frames(path)).toBe(frames(await fixture('sync')));
});

it('broke no rule of its own on the way', () => {
  expect(complaints.filter((text) => /Content Security Policy|Refused/.test(text))).toEqual([]);
});
