import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { choose, lab, measured, openLab, parseCsv, pick, progress, quick } from '../page/lab-page.js';
import { openDesktop, whyNot, type DesktopApp } from './electron-app.js';

const mode = whyNot('sandboxed') === null ? 'sandboxed' : 'root';
const reason = whyNot(mode);
describe.skipIf(reason !== null)(`the lab on the desktop${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let desktop: DesktopApp;
  let page: Page;
  beforeAll(async () => {
    desktop = await openDesktop(mode, {});
    ({ page } = desktop);
    await openLab(page);
  });
  afterAll(() => desktop.close());

  /** Where the user would save to, put in the place of the system's dialog; and what the dialog would have offered. */
  const saveTo = (path: string): Promise<void> => desktop.app.evaluate(({ session }, target) => {
    const seen = globalThis as unknown as { downloads: unknown[] };
    seen.downloads = [];
    session.defaultSession.once('will-download', (event, item) => {
      seen.downloads.push({ refused: event.defaultPrevented ? true : false, dialog: item.getSaveDialogOptions().defaultPath ?? null });
      if (!event.defaultPrevented) item.setSavePath(target);
    });
  }, path);
  const downloads = (): Promise<unknown[]> => desktop.app.evaluate(() => (globalThis as unknown as { downloads: unknown[] }).downloads);

  it('measures, and saves tables and pictures where the user says', async () => {
    await pick(page, ['MobileNetV2']);
    await quick(page);
    await choose(page, 'Rounds', '1');
    await page.getByRole('button', { name: 'Measure 1 network' }).click();
    await progress(page).waitFor();
    await measured(page);
    await lab(page).getByRole('heading', { level: 2 }).first().waitFor();

    const csv = join(desktop.folder, 'taken.csv');
    await saveTo(csv);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Save as CSV' }).click();
    await expect.poll(() => existsSync(csv)).toBe(true);
    await expect.poll(() => parseCsv(readFileSync(csv, 'utf8'))[1]?.[0]).toBe('MobileNetV2');
    expect(await downloads()).toEqual([{ refused: false, dialog: expect.stringMatching(/vovision-compare-[a-z]+\.csv$/) as string }]);

    const png = join(desktop.folder, 'taken.png');
    await saveTo(png);
    await page.locator('[data-file="compare-latency"]').getByRole('button', { name: 'Save as picture' }).click();
    await expect.poll(() => existsSync(png) && readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
  });

  it.each([
    ['a program', 'setup.exe', 'application/octet-stream'],
    ['a name that leads elsewhere', '../../x.csv', 'text/html'],
    ['a page under the name of a table', 'x.csv', 'text/html'],
  ])('refuses %s', async (_, name, type) => {
    await saveTo(join(desktop.folder, 'never'));
    await page.evaluate(([given, mime]) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['x'], { type: mime! }));
      link.download = given!;
      link.click();
    }, [name, type]);
    await expect.poll(downloads).toEqual([expect.objectContaining({ refused: true })]);
    expect(existsSync(join(desktop.folder, 'never'))).toBe(false);
  });
});
