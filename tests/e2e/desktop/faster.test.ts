import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../engine/cli/run.js';
import { chooseFloat, dialog, inMenu, keptFiles, shown } from '../page/faster-page.js';
import { openDesktop, whyNot, type DesktopApp } from './electron-app.js';

const mode = whyNot('sandboxed') === null ? 'sandboxed' : 'root';
const reason = whyNot(mode);
describe.skipIf(reason !== null)(`making a model faster on the desktop${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let desktop: DesktopApp;
  beforeAll(async () => {
    desktop = await openDesktop(mode, { args: ['FOLDER/clip.mp4'], files: { 'clip.mp4': join(root, 'assets/sample.mp4') } });
    await desktop.page.locator('[data-part=overlay]').waitFor();
  });
  afterAll(() => desktop.close());

  it('tries the forms in processes of their own, and uses the one it keeps', async () => {
    const { page, folder } = desktop;
    await chooseFloat(page);
    const original = await shown(page).innerText();
    await inMenu(page, /^Make this model faster/);
    await dialog(page).getByRole('button', { name: 'Make it faster' }).click();
    const table = dialog(page).getByRole('table', { name: 'What was measured' });
    await table.waitFor({ timeout: 300_000 });
    expect((await table.locator('tbody tr th, tbody tr td:first-child').allInnerTexts()).map((name) => name.split('\n')[0])).toEqual(['Original', 'int8', 'float16']);
    const use = dialog(page).getByRole('button', { name: 'Use it now' });
    if (await use.count() === 0) {
      await dialog(page).getByText('The original stays').waitFor();
      expect(await keptFiles(join(folder, 'data'))).toEqual([]);
      return;
    }
    expect((await keptFiles(join(folder, 'data'))).length).toBe(1);
    await use.click();
    await page.waitForFunction((before) => document.querySelector('[data-key-target=model]')?.textContent.startsWith(`${before} · `), original);
    await page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor({ timeout: 120_000 });
  }, 500_000);
});
