import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../engine/cli/run.js';
import { closeBrowser, openPage } from '../page-host.js';

afterAll(closeBrowser);

/** As low as the desktop program's window can be, and what small laptops leave; the panel stands beside the picture in all of them. */
const lowWindows = [{ width: 1280, height: 480 }, { width: 1024, height: 640 }, { width: 1280, height: 720 }] as const;

/** What a pointer in the middle of the slider's thumb would meet: null where the thumb is out of sight or covered. */
const underThumb = (page: Page): Promise<string | null> =>
  page.getByRole('slider', { name: 'Confidence' }).evaluate((thumb) => {
    const { left, top, width, height } = thumb.getBoundingClientRect();
    const met = document.elementFromPoint(left + width / 2, top + height / 2);
    return met !== null && (thumb.contains(met) || met.contains(thumb)) ? met.tagName : null;
  });
const scrollPanel = (page: Page, to: number): Promise<number> =>
  page.locator('[data-part=classes]').evaluate((list, top) => {
    const panel = list.closest('aside')!;
    panel.scrollTop = top;
    return panel.scrollTop;
  }, to);

describe('the confidence', () => {
  it('is in sight and can be moved in low windows, wherever the panel is scrolled to', async () => {
    const { page, close } = await openPage([join(root, 'assets/sample.mp4')], { viewport: lowWindows[0] });
    try {
      const rows = page.locator('[data-part=classes]').getByRole('checkbox');
      const slider = page.getByRole('slider', { name: 'Confidence' });
      await rows.first().waitFor();
      for (const viewport of lowWindows) {
        await page.setViewportSize(viewport);
        await scrollPanel(page, 0);
        expect.soft(await underThumb(page), `${viewport.height} high, at the top`).not.toBeNull();
        expect.soft(await scrollPanel(page, 100_000)).toBeGreaterThan(0);
        expect.soft(await underThumb(page), `${viewport.height} high, at the end`).not.toBeNull();

        // A row that the keyboard reaches is not left beneath it.
        await rows.first().focus();
        const [row, confidence] = [await rows.first().boundingBox(), await page.locator('[data-key-target=confidence]').boundingBox()];
        expect.soft(row!.y).toBeGreaterThanOrEqual(confidence!.y + confidence!.height);

        const begins = Number(await slider.getAttribute('aria-valuenow'));
        await slider.click();
        await page.keyboard.press('ArrowRight');
        expect.soft(Number(await slider.getAttribute('aria-valuenow'))).toBeGreaterThan(begins);
        expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
      }
    } finally {
      await close();
    }
  });
});

describe('the name of the video', () => {
  it('has room beside the longest name of a model, its facts where they fit', async () => {
    const { page, close } = await openPage([join(root, 'assets/sample.mp4')], { viewport: { width: 1280, height: 720 } });
    try {
      const facts = page.locator('header h1 + span');
      await page.locator('header h1').waitFor();
      await page.keyboard.press('m');
      const names = await page.getByRole('menuitemradio').evaluateAll((items) => items.map((item) => item.textContent));
      const longest = names.findIndex((name) => name.length === Math.max(...names.map((each) => each.length)));
      await page.getByRole('menuitemradio').nth(longest).click();
      await page.getByRole('menuitemradio').first().waitFor({ state: 'detached' });
      for (const [width, shown] of [[1280, true], [800, false]] as const) {
        await page.setViewportSize({ width, height: 600 });
        await expect.poll(() => facts.isVisible()).toBe(shown);
        // "sample.mp4" is shown whole.
        expect.soft(await page.locator('header h1').evaluate((name) => name.scrollWidth - name.clientWidth), `${width} wide`).toBe(0);
        expect.soft(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
      }
    } finally {
      await close();
    }
  });
});
