import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../engine/cli/run.js';
import { fixture } from '../../fixtures/fixtures.js';
import { closeBrowser, openPage } from '../page-host.js';

afterAll(closeBrowser);

it('a page that is loaded again shows what it showed, with its boxes, and says what is gone meanwhile', async () => {
  const folder = await temporaryFolder();
  const [first, second, third] = ['first.mp4', 'second.mp4', 'third.mp4'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [first, second, third]) await copyFile(await fixture('cfr25'), path);
  const { page, close } = await openPage([first, second, third]);
  try {
    const items = page.getByRole('region', { name: 'Queue' }).getByRole('listitem');
    await items.nth(2).waitFor();
    await items.nth(1).click();
    await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'second.mp4');

    await rm(third);
    await page.reload();
    await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'second.mp4');
    expect(await items.allInnerTexts()).toEqual([expect.stringContaining('first.mp4'), expect.stringContaining('second.mp4')]);
    expect(await page.locator('[data-part=notes]').innerText()).toMatch(/“third\.mp4” was not opened[\s\S]*is not there any more/);
    await page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor({ timeout: 60_000 });
    await page.locator('[data-part=overlay][data-state=analysed]').waitFor();

    // What was closed stays closed, and another tab begins with nothing.
    await page.getByRole('button', { name: 'Take second.mp4 out of the queue' }).click();
    await page.reload();
    await page.waitForFunction(() => document.querySelector('h1')?.innerText === 'first.mp4');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('[data-part=empty]').waitFor();
    expect(await other.locator('[data-part=empty]').innerText()).toContain('first.mp4');
  } finally {
    await close();
  }
});
