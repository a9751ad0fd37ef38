import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { root } from '../../engine/cli/run.js';
import { fixture } from '../../fixtures/fixtures.js';
import { closeBrowser, openPage, type PageUnderTest } from '../page-host.js';
import { chooseFloat, dialog, inMenu, keptFiles, shown } from './faster-page.js';
import { stumbles } from './lab-page.js';

afterAll(closeBrowser);

const bothThemes = async (page: Page): Promise<void> => {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
    // Colours come over within a moment.
    await expect.poll(() => stumbles(page, '[role=dialog]'), { message: theme }).toEqual([]);
  }
};

describe('making a model faster', () => {
  let under: PageUnderTest;
  let page: Page;
  beforeAll(async () => {
    under = await openPage([join(root, 'assets/sample.mp4')]);
    ({ page } = under);
    await page.locator('[data-part=overlay]').waitFor();
    await chooseFloat(page);
  });
  afterAll(() => under.close());

  it('is offered where models are chosen, and begins with the video that is open', async () => {
    await inMenu(page, /^Make this model faster/);
    await dialog(page).getByText('Learn from').waitFor();
    expect(await dialog(page).getByRole('checkbox', { name: /sample\.mp4/ }).getAttribute('aria-checked')).toBe('true');
    // The sample itself is open: it is not offered twice.
    await page.waitForTimeout(500);
    expect(await dialog(page).getByRole('checkbox').count()).toBe(1);
    await bothThemes(page);
    await dialog(page).getByRole('checkbox', { name: /sample\.mp4/ }).click();
    expect(await dialog(page).getByRole('button', { name: 'Make it faster' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
  });

  it('is cancelled without a trace, also after the page was loaded again', async () => {
    await inMenu(page, /^Make this model faster/);
    await dialog(page).getByRole('button', { name: 'Make it faster' }).click();
    await dialog(page).locator('[aria-current=step]').waitFor();
    await bothThemes(page);
    await page.reload();
    const card = page.locator('[data-part=faster-card]');
    await card.getByRole('progressbar').waitFor();
    await card.getByRole('button', { name: 'Cancel' }).click();
    await card.getByText('Cancelled. Nothing was kept.').waitFor({ timeout: 60_000 });
    await card.getByRole('button', { name: 'Dismiss' }).click();
    await card.waitFor({ state: 'detached' });
    expect(await keptFiles(under.dataFolder)).toEqual([]);
  });

  it('shows what was measured and which form is kept; that one is used, described and deleted, by keyboard', async () => {
    // What was open before the page was loaded anew is open again.
    await page.locator('[data-part=overlay]').waitFor();
    // Settings are saved a moment later than they change, and the page was loaded anew.
    await chooseFloat(page);
    const original = await shown(page).innerText();
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: /^Make this model faster/ }).focus();
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('button', { name: 'Make it faster' }).focus();
    await page.keyboard.press('Enter');
    await dialog(page).locator('[data-part=faster-progress]').waitFor();
    await page.keyboard.press('Escape');
    const card = page.locator('[data-part=faster-card]');
    await card.getByText(`Making ${original} faster`).waitFor();
    await card.getByRole('button', { name: 'Show' }).click();
    const table = dialog(page).getByRole('table', { name: 'What was measured' });
    await table.waitFor({ timeout: 300_000 });
    await bothThemes(page);

    const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.replaceAll('\u00a0', ' '))));
    expect(rows.map(([name]) => name?.split('\n')[0])).toEqual(['Original', 'int8', 'float16']);
    for (const [, size, time, ratio, agreement] of rows) {
      expect([size, time, ratio, agreement]).toEqual([expect.stringMatching(/^[\d.]+ MB$/), expect.stringMatching(/^[\d.]+ ms$/), expect.stringMatching(/^[\d.]+ ×$/), expect.stringMatching(/^[\d.]+ %$/)]);
    }
    expect(rows[0]!.slice(3)).toEqual(['1.00 ×', '100.0 %']);
    expect(await table.locator('tr[data-won]').count()).toBe(1);

    const use = dialog(page).getByRole('button', { name: 'Use it now' });
    if (await use.count() === 0) {
      // This machine gains nothing: the original stays, and it is said.
      await dialog(page).getByText('The original stays').waitFor();
      expect(await keptFiles(under.dataFolder)).toEqual([]);
      await page.keyboard.press('Escape');
      return;
    }
    expect((await keptFiles(under.dataFolder)).length).toBe(1);
    await use.focus();
    await page.keyboard.press('Enter');
    await dialog(page).waitFor({ state: 'detached' });
    const made = await shown(page).innerText();
    expect(made.startsWith(`${original} · `)).toBe(true);
    // The video is analysed with it.
    await page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor({ timeout: 60_000 });

    await inMenu(page, /^All models/);
    await bothThemes(page);
    // The program may come with such a form of its own.
    const row = dialog(page).locator('li').filter({ hasText: 'made here' });
    await row.getByRole('button', { name: `About ${made}` }).click();
    await page.getByRole('dialog', { name: made }).getByText('32 pictures of sample.mp4').waitFor();
    await page.keyboard.press('Escape');
    await row.getByRole('button', { name: `Delete ${made}` }).focus();
    await page.keyboard.press('Enter');
    await row.getByText('Delete this model and its file?').waitFor();
    await row.getByRole('button', { name: 'Keep' }).click();
    expect((await keptFiles(under.dataFolder)).length).toBe(1);
    await row.getByRole('button', { name: `Delete ${made}` }).click();
    await page.keyboard.press('Enter');
    await row.waitFor({ state: 'detached' });
    expect(await keptFiles(under.dataFolder)).toEqual([]);
    // None that comes with the program can be deleted.
    expect(await dialog(page).getByRole('button', { name: /^(Delete|Take) / }).count()).toBe(0);
    // Another one is in use instead.
    expect(await dialog(page).locator('[aria-pressed=true]').count()).toBe(1);
  }, 400_000);
});

describe('where nothing is open', () => {
  it('learns from the sample; says in words what went wrong', async () => {
    const { page, close, dataFolder } = await openPage();
    try {
      await page.locator('[data-part=empty]').waitFor();
      await chooseFloat(page);
      await inMenu(page, /^Make this model faster/);
      const sample = dialog(page).getByRole('checkbox', { name: /The sample clip/ });
      await sample.waitFor();
      expect(await sample.getAttribute('aria-checked')).toBe('true');
    } finally {
      await close();
    }
    const other = await openPage([await fixture('one')], { dataFolder });
    try {
      await other.page.locator('[data-part=overlay]').waitFor();
      await chooseFloat(other.page);
      await inMenu(other.page, /^Make this model faster/);
      expect(await dialog(other.page).getByRole('checkbox', { name: /The sample clip/ }).getAttribute('aria-checked')).toBe('false');
      await dialog(other.page).getByRole('button', { name: 'Make it faster' }).click();
      const alert = dialog(other.page).getByRole('alert');
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/one\.mp4 has one picture only.*Choose a longer video\./s);
      expect(existsSync(join(dataFolder, 'models', 'files'))).toBe(false);
      await dialog(other.page).getByRole('button', { name: 'Try again' }).click();
      await dialog(other.page).getByRole('button', { name: 'Make it faster' }).waitFor();
    } finally {
      await other.close();
    }
  });
});
