import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { fixture } from '../../fixtures/fixtures.js';
import { buildMarkModel } from '../../models/mark.js';
import { temporaryFolder } from '../../engine/cli/run.js';
import { expectAgreement, look, settled } from '../look.js';
import { openDesktop, whyNot, type DesktopApp } from './electron-app.js';

const framesOf = (path: string): number =>
  Number(execFileSync('ffprobe', ['-v', 'error', '-count_packets', '-select_streams', 'v:0', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', path]).toString());

/** Drops a file as the system does: the page gets it with its path, which it cannot read. */
const dropFile = async (page: Page, path: string): Promise<void> => {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 500, y: 300, data });
  await session.detach();
};

const reason = whyNot('sandboxed');
describe.skipIf(reason !== null)(`a user of the desktop app${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let desktop: DesktopApp;
  let page: Page;

  beforeAll(async () => {
    const model = await buildMarkModel(await temporaryFolder());
    const files = { 'clip.mp4': await fixture('sync'), 'mark.onnx': model, 'mark.json': join(dirname(model), 'mark.json') };
    desktop = await openDesktop('sandboxed', { files });
    ({ page } = desktop);
    await page.waitForSelector('[data-part=empty]');
  });
  afterAll(() => desktop.close());

  it('chooses a model with the system\'s dialog', async () => {
    // The dialog itself belongs to the system: only what the user would choose is put in its place.
    await desktop.app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, join(desktop.folder, 'mark.onnx'));
    await page.locator('[data-key-target=model]').click();
    await page.getByRole('menuitem', { name: /Add a model/ }).click();
    await page.waitForFunction(() => document.querySelector('[data-key-target=model]')?.textContent.includes('Mark'));
  });

  it('drops a video and sees boxes on exactly the frame shown, at once', async () => {
    const began = Date.now();
    await dropFile(page, join(desktop.folder, 'clip.mp4'));
    await page.waitForFunction(() => {
      const overlay = document.querySelector<HTMLElement>('[data-part=overlay]');
      return overlay?.dataset['state'] === 'analysed' && overlay.dataset['boxes'] === '1';
    });
    expect(Date.now() - began).toBeLessThan(6000);
    await page.keyboard.press('Space');
    await page.waitForFunction(() => document.querySelector('video')!.paused);
    const timeline = (await page.locator('[data-part=timeline]').boundingBox())!;
    for (const share of [0.1, 0.73, 0.31, 0.97, 0.52]) {
      await page.mouse.click(timeline.x + share * timeline.width, timeline.y + timeline.height / 2);
      expectAgreement(await settled(page));
    }
  });

  it('reads live gauges', async () => {
    const gauges = page.getByRole('region', { name: /.+/ }).filter({ hasText: 'frames/s' });
    await expect.poll(() => gauges.innerText(), { timeout: 20_000 }).toMatch(/\d+ over the whole run/);
    expect(await gauges.innerText()).toMatch(/Inference\s+[\d.]+/);
  });

  it('goes on where it was when the engine is killed', async () => {
    const before = await look(page);
    const pids = await desktop.app.evaluate(({ app }) => app.getAppMetrics().filter(({ name, serviceName }) => [name, serviceName].includes('VoVision engine')).map(({ pid }) => pid));
    process.kill(pids[0]!, 'SIGKILL');
    await expect.poll(async () => (await page.locator('[data-part=notes]').innerText()).length, { timeout: 20_000 }).toBeGreaterThan(0);
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => (await look(page)).frame, { timeout: 20_000 }).not.toBe(before.frame);
    expectAgreement(await settled(page));
  });

  it('exports the annotated clip, with every frame, to where the dialog said', async () => {
    const out = join(desktop.folder, 'out.mp4');
    await desktop.app.evaluate(({ dialog }, path) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    }, out);
    await page.waitForFunction(() => /100\s%/.test(document.body.innerText), undefined, { timeout: 60_000 });
    await page.keyboard.press('e');
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: 'Export…' }).click();
    await page.getByText('out.mp4 is ready').waitFor({ timeout: 60_000 });
    expect(framesOf(out)).toBe(framesOf(join(desktop.folder, 'clip.mp4')));
    expect(readdirSync(desktop.folder).filter((name) => /out.*(part|tmp)/.test(name))).toEqual([]);
  });

  it('closes, and leaves no process behind', async () => {
    const pid = await desktop.app.evaluate(({ app }) => app.getAppMetrics().map(({ pid: one }) => one));
    await desktop.app.close();
    await expect.poll(() => pid.filter((one) => existsSync(`/proc/${one}`))).toEqual([]);
  });
});
