import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { root } from '../../engine/cli/run.js';

export const dialog = (page: Page): Locator => page.getByRole('dialog');
export const shown = (page: Page): Locator => page.locator('[data-key-target=model]');
export const keptFiles = async (dataFolder: string): Promise<readonly string[]> =>
  (await readdir(join(dataFolder, 'models', 'files'), { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.onnx'));

/** One that is float32, whatever the page begins with. */
const float = 'vovdet-nano';
export const chooseFloat = async (page: Page): Promise<void> => {
  const { name } = JSON.parse(await readFile(join(root, `models/zoo/${float}.json`), 'utf8')) as { name: string };
  await page.keyboard.press('m');
  await page.getByRole('menuitemradio').filter({ has: page.getByText(name, { exact: true }) }).click();
  await page.waitForFunction((wanted) => document.querySelector('[data-key-target=model]')?.textContent === wanted, name);
};
export const inMenu = async (page: Page, item: RegExp): Promise<void> => {
  await page.keyboard.press('m');
  await page.getByRole('menuitem', { name: item }).click();
  await dialog(page).waitFor();
};
