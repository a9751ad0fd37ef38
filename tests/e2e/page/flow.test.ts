import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FileChooser, Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { root, shared, temporaryFolder } from '../../engine/cli/run.js';
import { fixture, readFrameNumber } from '../../fixtures/fixtures.js';
import { drop } from '../drop.js';
import { closeBrowser, openPage } from '../page-host.js';

const run = promisify(execFile);
const sample = join(root, 'assets/sample.mp4');
const foreign = join(shared, 'models/foreign-face-slim-320.onnx');

afterAll(closeBrowser);

const overlay = (page: Page) => page.locator('[data-part=overlay]');
const notes = (page: Page) => page.locator('[data-part=notes]');
const boxes = async (page: Page): Promise<number[][]> => JSON.parse((await overlay(page).getAttribute('data-detail')) ?? '[]') as number[][];
const analysedWhole = (page: Page): Promise<void> => page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor();
/** What the timeline has painted. */
const painted = (page: Page): Promise<string> =>
  page.evaluate(() => [...document.querySelectorAll<HTMLCanvasElement>('[data-part=timeline] canvas')].map((canvas) => canvas.toDataURL()).join());
const focusConfidence = async (page: Page): Promise<void> => {
  await page.keyboard.press('c');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Confidence');
};
/** Names of the requests that the page sends from now on. */
const listen = (page: Page): Promise<void> =>
  page.evaluate(`
    window.heard = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
      window.heard.push(/"name":"([a-z.]+)"/.exec(text)?.[1] ?? text.slice(0, 80));
      send.call(this, data);
    };
  `);
const heard = (page: Page): Promise<string[]> => page.evaluate(() => (window as unknown as { heard: string[] }).heard);

describe('two videos and a file that is none', () => {
  it('queues the videos, says why the other is refused, and acts on confidence, classes and mode at once', async () => {
    const { page, close } = await openPage();
    try {
      await page.getByRole('button', { name: 'Open videos' }).waitFor();
      const release = await drop(page, [
        { name: 'street.mp4', content: await readFile(sample) },
        { name: 'notes.mp4', content: Buffer.from('Milk, bread, apples\n'.repeat(40)) },
        { name: 'counted.mp4', content: await readFile(await fixture('cfr25')) },
      ]);
      await page.locator('[data-part=drop]').waitFor();
      await release();
      const items = page.getByRole('region', { name: 'Queue' }).getByRole('listitem');
      await items.nth(1).waitFor();
      expect(await items.allInnerTexts()).toEqual([expect.stringContaining('street.mp4'), expect.stringContaining('counted.mp4')]);
      expect(await notes(page).innerText()).toMatch(/“notes\.mp4” was not opened[\s\S]*is not a video: it is a text file\.[\s\S]*Choose the video file itself\./);
      expect(await page.locator('h1').innerText()).toBe('street.mp4');

      const speed = page.getByRole('region', { name: 'Speed' });
      await expect.poll(() => speed.innerText(), { timeout: 20_000 }).toMatch(/^\d+(\.\d)?\s+frames\/s\s+\d+(\.\d)? over the whole run/);
      await expect.poll(() => speed.innerText()).toMatch(/Inference\s+\d+(\.\d)?\s[\s\S]*Runs on[\s\S]*Memory\s+\d+ MB/);
      expect(await speed.innerText()).toMatch(/is the limit|Measuring|sets the pace|All done/);

      // The second goes on by itself once the first is done.
      await expect.poll(() => items.allInnerTexts(), { timeout: 40_000 }).toEqual([expect.stringContaining('Done'), expect.stringContaining('Done')]);

      await page.keyboard.press('k');
      await page.keyboard.press('Home');
      for (const key of ['Shift+ArrowRight', 'Shift+ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
      await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-part=overlay]')!.dataset['frame'] === '61');
      await listen(page);
      const before = await boxes(page);
      const timeline = await painted(page);
      const slider = page.getByRole('slider', { name: 'Confidence' });
      const begins = Number(await slider.getAttribute('aria-valuenow'));
      expect(before.length).toBeGreaterThan(1);
      expect(Math.min(...before.map(([, , , , score]) => score!))).toBeGreaterThanOrEqual(begins);

      await focusConfidence(page);
      await page.keyboard.press('End');
      await expect.poll(() => boxes(page)).toEqual([]);
      await expect.poll(() => painted(page)).not.toBe(timeline);
      await page.keyboard.press('Home');
      await expect.poll(async () => (await boxes(page)).length).toBeGreaterThan(before.length);
      const hundredths = Math.round(100 * begins);
      for (let press = 0; press < Math.floor(hundredths / 10); press++) await page.keyboard.press('PageUp');
      for (let press = 0; press < hundredths % 10; press++) await page.keyboard.press('ArrowRight');
      await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe(String(begins));
      await expect.poll(() => boxes(page)).toEqual(before);
      // The slider counts as let go a moment later.
      await expect.poll(() => painted(page)).toBe(timeline);

      const [first] = before;
      const { classes } = JSON.parse(await readFile('models/zoo/vovdet-nano.json', 'utf8')) as { readonly classes: readonly string[] };
      await page.getByRole('region', { name: 'Classes' }).getByRole('checkbox', { name: new RegExp(`\\b${classes[first![5]!]!}$`, 'i') }).uncheck();
      await expect.poll(() => boxes(page)).toEqual(before.filter(([, , , , , id]) => id !== first![5]));
      await expect.poll(() => painted(page)).not.toBe(timeline);
      await page.getByRole('button', { name: 'Show all' }).click();
      await expect.poll(() => boxes(page)).toEqual(before);
      expect(await page.locator('[data-part=analysed]').getAttribute('data-frames')).toBe('330');
      expect((await heard(page)).filter((name) => name.startsWith('run.') && name !== 'run.playhead')).toEqual([]);

      await page.getByRole('button', { name: /^Which frames are analysed/ }).click();
      await page.getByRole('menuitemradio', { name: /Keep up/ }).click();
      await page.getByRole('button', { name: 'Which frames are analysed: Keep up' }).waitFor();
      expect(await heard(page)).toContain('run.mode');

      await notes(page).getByRole('button', { name: 'Dismiss' }).click();
      expect(await notes(page).innerText()).toBe('');
    } finally {
      await close();
    }
  });
});

describe('a marked part', () => {
  it('becomes a clip with exactly its frames', async () => {
    const { page, close } = await openPage([await fixture('sync')]);
    try {
      await overlay(page).waitFor();
      await page.keyboard.press('k');
      await analysedWhole(page);
      const frameIs = (frame: number): Promise<unknown> =>
        page.waitForFunction((wanted) => document.querySelector<HTMLElement>('[data-part=overlay]')!.dataset['frame'] === wanted, String(frame));
      await page.keyboard.press('Home');
      await frameIs(0);
      for (const [key, frame] of [['Shift+ArrowRight', 30], ['ArrowRight', 31], ['i', 31], ['Shift+ArrowRight', 61], ['o', 61]] as const) {
        await page.keyboard.press(key);
        await frameIs(frame);
      }
      // No boxes: the numbers in the pixels stay as they are.
      await focusConfidence(page);
      await page.keyboard.press('End');
      await page.getByRole('slider', { name: 'Confidence' }).blur();
      await page.keyboard.press('e');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Frames').waitFor();
      expect(await dialog.innerText()).toMatch(/In to out\s+00:00:01\.033 – 00:00:02\.033[\s\S]*at least 1\.00[\s\S]*Frames\s+30\s+Length\s+1\.0\ss\s+Sound\s+kept/);
      // The still is there, and not black.
      await page.waitForFunction(() => {
        const still = document.querySelector<HTMLCanvasElement>('[role=dialog] canvas');
        return still !== null && !still.hidden && still.width > 0 && still.getContext('2d')!.getImageData(0, 0, still.width, still.height).data.some((value, at) => at % 4 < 3 && value > 60);
      });
      await dialog.getByRole('button', { name: 'Export…' }).click();
      await dialog.waitFor({ state: 'detached' });
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
      expect(download.suggestedFilename()).toMatch(/\.mp4$/);
      const clip = join(await temporaryFolder(), 'clip.mp4');
      await download.saveAs(clip);
      const { ffmpeg } = await locateTools();
      const { stdout } = await run(ffmpeg.path, ['-loglevel', 'error', '-i', clip, '-f', 'rawvideo', '-pix_fmt', 'rgba', '-vsync', 'passthrough', 'pipe:1'], { encoding: 'buffer', maxBuffer: 1 << 28 });
      const size = 640 * 360 * 4;
      const numbers = Array.from({ length: stdout.length / size }, (_, n) => readFrameNumber(stdout.subarray(n * size, (n + 1) * size), 640, 360));
      expect(numbers).toEqual(Array.from({ length: 30 }, (_, n) => 31 + n));
    } finally {
      await close();
    }
  });
});

describe('what may happen in the middle', () => {
  it('a model that does not say all is asked about; a file that is none is refused with a reason', async ({ skip }) => {
    if (!existsSync(foreign)) skip('the folder ../shared/models is not here');
    const { page, close } = await openPage([await fixture('cfr25')]);
    try {
      await overlay(page).waitFor();
      const add = async (file: Parameters<FileChooser['setFiles']>[0]): Promise<void> => {
        await page.keyboard.press('m');
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('menuitem', { name: 'Add a model…' }).click()]);
        await chooser.setFiles(file);
      };
      await add({ name: 'broken.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from('no model') });
      await page.getByText(/^broken\.onnx cannot be used/).waitFor();
      await add(foreign);
      const dialog = page.getByRole('dialog');
      await dialog.getByText('What does it find?').waitFor();
      const use = dialog.getByRole('button', { name: 'Use this model' });
      expect(await use.isDisabled()).toBe(true);
      await dialog.getByRole('textbox').fill('face');
      await use.click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Model: foreign-face-slim-320' }).waitFor();
      await page.getByRole('checkbox', { name: 'Show face' }).waitFor();
      await analysedWhole(page);
    } finally {
      await close();
    }
  });

  it('an engine that is killed is started again, which the page tells, and the analysis goes on', async ({ skip }) => {
    if (process.platform === 'win32') skip('pgrep is not there');
    const { page, hostPid, close } = await openPage([sample]);
    try {
      const analysed = (frames: number): Promise<unknown> =>
        page.waitForFunction((least) => Number(document.querySelector<HTMLElement>('[data-part=analysed]')?.dataset['frames'] ?? 0) > least, frames);
      await analysed(20);
      const { stdout } = await run('pgrep', ['-P', String(hostPid), '-f', 'engine']);
      const before = Number(await page.locator('[data-part=analysed]').getAttribute('data-frames'));
      const told = page.getByText('The analysis stopped and is being started again.').waitFor();
      process.kill(Number(stdout.trim()), 'SIGKILL');
      await told;
      await page.getByText('The analysis stopped and was started again.', { exact: true }).waitFor();
      expect(await notes(page).innerText()).toBe('');
      await analysed(before + 60);
    } finally {
      await close();
    }
  });
});
