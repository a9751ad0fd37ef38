import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { root, temporaryFolder } from '../../engine/cli/run.js';
import { closeBrowser, openPage } from '../page-host.js';

const run = promisify(execFile);

afterAll(closeBrowser);

/** The first two seconds of the street. */
const street = async (): Promise<string> => {
  const clip = join(await temporaryFolder(), 'street.mp4');
  const { ffmpeg } = await locateTools();
  await run(ffmpeg.path, ['-v', 'error', '-i', join(root, 'assets/sample.mp4'), '-t', '2', '-c', 'copy', clip]);
  return clip;
};

type Row = { readonly name: string; readonly below: boolean; readonly figures: string };
const rowsOf = (page: Page): Promise<readonly Row[]> => page.locator('[data-part=classes] [data-class]').evaluateAll((rows) => rows.map((row) => ({
  name: row.querySelector('label')!.innerText.trim(),
  below: row.hasAttribute('data-below'),
  figures: [...row.querySelectorAll(':scope > span')].map((span) => span.textContent).join(' '),
})));
const namesOf = async (page: Page): Promise<readonly string[]> => (await rowsOf(page)).map(({ name }) => name);
/** Names of the timeline's lanes, from top to bottom. */
const lanes = (page: Page): Promise<readonly string[]> =>
  page.getByRole('region', { name: 'Timeline' }).locator('li').evaluateAll((rows) => rows.map((row) => row.children[1]!.textContent));
const boxes = (page: Page): Promise<string | null> => page.locator('[data-part=overlay]').getAttribute('data-detail');

it('shows what is there at the confidence first, and the rest on demand', async () => {
  const { page, close } = await openPage([await street()]);
  try {
    await page.locator('[data-part=overlay]').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('Home');
    await page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor({ timeout: 120_000 });
    await page.mouse.move(300, 300);
    const below = page.locator('button[data-part=below]');
    const slider = page.getByRole('slider', { name: 'Confidence' });
    await slider.focus();
    await page.keyboard.press('Home');
    for (let press = 0; press < 4; press++) await page.keyboard.press('PageUp');
    await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('0.4');
    await expect.poll(() => below.innerText()).toMatch(/^\d+ more below 0\.40$/);
    await expect.poll(async () => (await rowsOf(page)).filter(({ figures }) => / 0$/.test(figures))).toEqual([]);
    const usual = await namesOf(page);
    expect(usual).toEqual(expect.arrayContaining(['person', 'car', 'bus']));
    expect(usual.length).toBeLessThan(7);
    expect(await lanes(page)).toEqual(usual);
    const drawn = await boxes(page);

    // By keyboard: as many rows and lanes more as the line says, none of them at the confidence.
    const more = Number.parseInt(await below.innerText(), 10);
    expect(more).toBeGreaterThan(1);
    expect(await below.getAttribute('aria-expanded')).toBe('false');
    await below.focus();
    await page.keyboard.press('Enter');
    expect(await below.getAttribute('aria-expanded')).toBe('true');
    const open = await rowsOf(page);
    expect(open.slice(0, usual.length).map(({ name, below: low }) => [name, low])).toEqual(usual.map((name) => [name, false]));
    expect(open.slice(usual.length)).toHaveLength(more);
    for (const { below: low, figures } of open.slice(usual.length)) {
      expect(low).toBe(true);
      expect(Number(/^up to (0\.\d\d)$/.exec(figures)?.[1])).toBeLessThanOrEqual(0.4);
    }
    await expect.poll(async () => (await lanes(page)).length).toBe(usual.length + Math.min(more, 3));
    expect(await boxes(page)).toBe(drawn);

    // One hidden by hand comes to the list once the pointer has left it, and stays there when the rest goes.
    const hidden = open.at(-1)!.name;
    const last = page.locator('[data-class]').filter({ has: page.getByText(hidden, { exact: true }) });
    await last.hover();
    await last.getByRole('checkbox').uncheck();
    expect(await namesOf(page)).toEqual(open.map(({ name }) => name));
    await page.mouse.move(300, 300);
    await below.click();
    await page.mouse.move(300, 300);
    await expect.poll(() => namesOf(page)).toEqual([...usual, hidden]);
    await expect.poll(() => lanes(page)).toEqual(usual);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => namesOf(page)).toEqual(usual);

    // While the slider is held rows may come, at the end, but none may go.
    const track = (await slider.boundingBox())!;
    await page.mouse.move(track.x + track.width / 2, track.y + track.height / 2);
    await page.mouse.down();
    await page.mouse.move(track.x + 300, track.y + 5, { steps: 5 });
    await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('1');
    await page.waitForTimeout(800);
    expect(await namesOf(page)).toEqual(usual);
    await page.mouse.up();
    await expect.poll(() => namesOf(page)).toEqual([]);
    await slider.focus();
    for (let press = 0; press < 6; press++) await page.keyboard.press('PageDown');
    await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('0.4');
    await expect.poll(() => namesOf(page)).toEqual(usual);
    expect(await boxes(page)).toBe(drawn);
    // Keys number what is listed.
    await page.keyboard.press('1');
    await expect.poll(() => page.getByRole('checkbox', { name: `Show ${usual[0]!}`, exact: true }).isChecked()).toBe(false);
  } finally {
    await close();
  }
});
