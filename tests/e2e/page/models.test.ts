import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { usualMinScore } from '../../../electron/engine/contract/contract.js';
import { root, temporaryFolder } from '../../engine/cli/run.js';
import { closeBrowser, openPage } from '../page-host.js';
import { stumbles } from './lab-page.js';

afterAll(closeBrowser);

type Card = { readonly name: string; readonly confidence?: number; readonly classes: readonly string[]; readonly accuracy: { readonly sets: readonly { readonly set: string; readonly ap50: Readonly<Record<string, number | null>> }[] } };
const card = async (id: string): Promise<Card> => JSON.parse(await readFile(join(root, `models/zoo/${id}.json`), 'utf8')) as Card;
const { name: usual } = await card('vovdet-nano-int8');
const { name: other } = await card('vovdet-nano');

const shows = (page: Page, name: string): Promise<unknown> =>
  page.waitForFunction((wanted) => document.querySelector('[data-key-target=model]')?.textContent === wanted, name);
const choose = async (page: Page, name: string): Promise<void> => {
  await page.keyboard.press('m');
  await page.getByRole('menuitemradio', { name }).first().click();
  await shows(page, name);
};

describe('the model that is used', () => {
  it('is at first the one that suits the machine, found without trying anything; it says so', async () => {
    const { page, dataFolder, close } = await openPage();
    try {
      await shows(page, usual);
      expect((await readdir(dataFolder)).includes('providers')).toBe(false);
      await page.keyboard.press('m');
      expect(await page.getByRole('menuitemradio', { name: usual }).textContent()).toContain('suits this machine');
      expect(await page.getByRole('menuitemradio').filter({ hasText: 'suits this machine' }).count()).toBe(1);
      await page.keyboard.press('Escape');
      // What is no choice of the user's is not kept as one.
      await page.keyboard.press('l');
      await page.waitForTimeout(1200);
      expect(await readFile(join(dataFolder, 'settings.json'), 'utf8').catch(() => '')).not.toContain('vovdet');
    } finally {
      await close();
    }
  });

  it('is what the user chose once, also after a new start', async () => {
    const dataFolder = await temporaryFolder();
    const first = await openPage([], { dataFolder });
    await shows(first.page, usual);
    await choose(first.page, other);
    await first.close();
    const second = await openPage([], { dataFolder });
    try {
      await shows(second.page, other);
    } finally {
      await second.close();
    }
  });
});

describe('the confidence', () => {
  const begins = async (id: string): Promise<string> => String((await card(id)).confidence ?? usualMinScore);
  const slider = (page: Page) => page.getByRole('slider', { name: 'Confidence' });
  const standsAt = (page: Page, value: string): Promise<void> => expect.poll(() => slider(page).getAttribute('aria-valuenow')).toBe(value);

  it('is the model’s own until the user sets another, which stays with that model; one key press goes back', async () => {
    const dataFolder = await temporaryFolder();
    const sample = join(root, 'assets/sample.mp4');
    const [own, others] = [await begins('vovdet-nano-int8'), await begins('vovdet-nano')];
    const first = await openPage([sample], { dataFolder });
    const back = (page: Page) => page.getByRole('button', { name: `Back to ${Number(own).toFixed(2)}` });
    try {
      await shows(first.page, usual);
      await standsAt(first.page, own);
      expect(await back(first.page).count()).toBe(0);
      await first.page.keyboard.press('c');
      await first.page.keyboard.press('End');
      await standsAt(first.page, '1');
      await back(first.page).waitFor();
      await choose(first.page, other);
      await standsAt(first.page, others);
      await choose(first.page, usual);
      await standsAt(first.page, '1');
      for (const theme of ['dark', 'light']) {
        await first.page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
        // Colours fade from one theme to the other.
        await expect.poll(() => stumbles(first.page, '[data-key-target=confidence]'), { message: theme }).toEqual([]);
      }
    } finally {
      await first.close();
    }
    const second = await openPage([sample], { dataFolder });
    try {
      await shows(second.page, usual);
      await standsAt(second.page, '1');
      await back(second.page).focus();
      await second.page.keyboard.press('Enter');
      await standsAt(second.page, own);
      expect(await back(second.page).count()).toBe(0);
      await second.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Confidence');
    } finally {
      await second.close();
    }
  });
});

describe('keys that follow each other at once', () => {
  it('reach the place that the first one shows and goes to', async () => {
    const { page, close } = await openPage([join(root, 'assets/sample.mp4')]);
    try {
      await shows(page, usual);
      await page.keyboard.press('p');
      const slider = page.getByRole('slider', { name: 'Confidence' });
      await slider.waitFor({ state: 'detached' });
      await page.evaluate(() => {
        for (const key of ['c', 'End']) document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      });
      expect(await slider.getAttribute('aria-valuenow')).toBe('1');
    } finally {
      await close();
    }
  });
});

describe('about a model', () => {
  it('shows how accurate it is on each set, class by class, readable in both themes', async () => {
    const { page, close } = await openPage();
    try {
      await shows(page, usual);
      await page.keyboard.press('m');
      await page.getByRole('menuitem', { name: 'About this model' }).click();
      const table = page.getByRole('dialog').getByRole('table', { name: 'Accuracy' });
      await table.waitFor();
      const { accuracy, classes } = await card('vovdet-nano-int8');
      const rows = await table.locator('tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
      const written = (value: number | null | undefined): string => (value ?? null) === null ? '–' : value!.toFixed(2);
      expect(rows[0]).toEqual(['Class', ...accuracy.sets.map(({ set }) => set)]);
      expect(rows[1]).toEqual(['All classes', ...accuracy.sets.map(({ ap50 }) => written(ap50['all']))]);
      expect(rows.slice(-classes.length)).toEqual(classes.map((name) => [name, ...accuracy.sets.map(({ ap50 }) => written(ap50[name]))]));
      for (const theme of ['dark', 'light']) {
        await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
        await page.waitForTimeout(300);
        expect(await stumbles(page, '[role=dialog]'), theme).toEqual([]);
      }
    } finally {
      await close();
    }
  });
});
