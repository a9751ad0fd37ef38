import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../engine/cli/run.js';
import { fixture } from '../../fixtures/fixtures.js';
import { drop } from '../drop.js';
import { closeBrowser, openPage } from '../page-host.js';

afterAll(closeBrowser);

/** Holds the page's first question how to play a video until `letGo` is called. */
const holdFirstPlayback = (page: Page): Promise<void> =>
  page.evaluate(`
    const send = WebSocket.prototype.send;
    let held = false;
    WebSocket.prototype.send = function (data) {
      const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
      if (held || !text.includes('"video.playback"')) return send.call(this, data);
      held = true;
      window.letGo = () => send.call(this, data);
    };
  `);
const playing = (page: Page): Promise<{ src: string; time: number }> =>
  page.locator('video').evaluate((video: HTMLVideoElement) => ({ src: video.src, time: video.currentTime }));

describe('a video that is left before it could be played', () => {
  it('takes nothing from the one that is on screen by then', async () => {
    const { page, close } = await openPage();
    try {
      await page.getByRole('button', { name: 'Open videos' }).waitFor();
      await holdFirstPlayback(page);
      const release = await drop(page, [
        { name: 'slow.avi', content: await readFile(await fixture('sync-avi')) },
        { name: 'direct.mp4', content: await readFile(await fixture('sync')) },
      ]);
      await release();
      await page.waitForFunction(() => 'letGo' in window);
      await page.getByRole('region', { name: 'Queue' }).getByRole('listitem').nth(1).getByRole('button', { name: /^Show direct/ }).click();
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2);
      const before = await playing(page);
      expect(before.src).not.toContain('blob:');
      await page.evaluate('window.letGo()');
      // The answer needs ffmpeg to have begun.
      await page.waitForTimeout(2500);
      const after = await playing(page);
      expect(after.src).toBe(before.src);
      expect(after.time).toBeGreaterThan(before.time);
    } finally {
      await close();
    }
  });
});

describe('a video that is paused before its first picture is there', () => {
  it('stands still at it', async () => {
    const { page, close } = await openPage();
    try {
      await page.getByRole('button', { name: 'Open videos' }).waitFor();
      await holdFirstPlayback(page);
      await (await drop(page, [{ name: 'early.mp4', content: await readFile(await fixture('sync')) }]))();
      await page.waitForFunction(() => 'letGo' in window);
      await page.keyboard.press('k');
      await page.evaluate('window.letGo()');
      await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-part=overlay]')?.dataset['frame'] === '0');
      await page.waitForTimeout(700);
      expect(await page.locator('video').evaluate((video: HTMLVideoElement) => [video.paused, video.currentTime])).toEqual([true, 0]);
      await page.keyboard.press(' ');
      await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2);
    } finally {
      await close();
    }
  });
});

describe('keys in full screen', () => {
  it('leave it for what it hides, or do nothing; none is dead afterwards', async () => {
    const { page, close } = await openPage([join(root, 'assets/sample.mp4')]);
    try {
      await page.locator('[data-part=classes]').getByRole('checkbox').first().waitFor();
      const full = (is: boolean) => page.waitForFunction((wanted) => (document.fullscreenElement !== null) === wanted, is);
      const panel = page.locator('[data-part=classes]');
      await page.keyboard.press('f');
      await full(true);
      await page.keyboard.press('p');
      await page.keyboard.press('q');
      await page.keyboard.press('f');
      await full(false);
      await panel.waitFor();

      await page.keyboard.press('f');
      await full(true);
      await page.keyboard.press('c');
      await full(false);
      await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Confidence');

      await page.locator('body').click({ position: { x: 400, y: 300 } });
      await page.keyboard.press('f');
      await full(true);
      await page.keyboard.press('m');
      await full(false);
      await page.getByRole('dialog').or(page.getByRole('menu')).or(page.getByRole('listbox')).first().waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('f');
      await full(true);
      await page.keyboard.press('f');
      await full(false);
    } finally {
      await close();
    }
  });
});

describe('what the lab is given that cannot be opened', () => {
  it('is said in the lab', async () => {
    const { page, close } = await openPage();
    try {
      await page.getByRole('button', { name: 'Open videos' }).waitFor();
      await page.keyboard.press('g');
      await page.locator('[data-part=lab]').waitFor();
      await (await drop(page, [{ name: 'notes.mp4', content: Buffer.from('Milk, bread, apples\n'.repeat(40)) }]))();
      const said = page.locator('[data-part=lab]').getByRole('alert');
      await said.waitFor();
      expect(await said.innerText()).toContain('“notes.mp4” was not opened');
      await said.getByRole('button').click();
      await said.waitFor({ state: 'detached' });
    } finally {
      await close();
    }
  });
});
