import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMake, fixture, type ClipName } from '../../fixtures/fixtures.js';
import { random } from '../../fixtures/bad.js';
import { buildMarkModel } from '../../models/mark.js';
import { temporaryFolder, vovision } from '../../engine/cli/run.js';
import { expectAgreement, lookNow, numberIn, settled, type Seen } from '../look.js';
import { closeBrowser, openPage, type PageUnderTest } from '../page-host.js';

let mark = '';
beforeAll(async () => {
  mark = await buildMarkModel(await temporaryFolder());
});
afterAll(closeBrowser);

const openSync = async (name: ClipName): Promise<PageUnderTest> => {
  const path = await fixture(name);
  const data = await temporaryFolder();
  // Using a model once makes it known to the page.
  expect((await vovision(['analyze', await fixture('one'), '--model', mark, '--provider', 'cpu', '--out', data], { env: { VOVISION_DATA: data } })).code).toBe(0);
  const opened = await openPage([path], { dataFolder: data });
  const { page } = opened;
  await page.waitForSelector('[data-part=overlay]:not([data-state=empty])', { state: 'attached' });
  await page.locator('[data-key-target=model]').click();
  await page.getByRole('menuitemradio', { name: /Mark/ }).click();
  await page.waitForFunction(() => document.querySelector('[data-key-target=model]')?.textContent.includes('Mark'));
  return opened;
};

const pause = async (page: Page): Promise<void> => {
  if (!(await page.evaluate(() => document.querySelector('video')!.paused))) await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('video')!.paused);
};

describe('overlay, picture and truth agree', () => {
  const clips = ['sync', 'sync-vfr', 'sync-rotated', 'sync-mirrored', 'sync-mirrored-rotated', 'sync-start5', 'sync-hevc', 'sync-avi'] as const;
  for (const name of clips) {
    it(`on ${name}, paused, after random seeks`, async ({ skip }) => {
      if (!(await canMake(name))) skip(`this ffmpeg cannot encode ${name}`);
      const { page, close } = await openSync(name);
      try {
        await pause(page);
        const timeline = page.locator('[data-part=timeline]');
        const area = (await timeline.boundingBox())!;
        const next = random(name.length);
        const seenFrames = new Set<number>();
        for (let n = 0; n < (name === 'sync' ? 50 : 15); n += 1) {
          await page.mouse.click(area.x + 2 + next() * (area.width - 4), area.y + area.height / 2);
          const seen = await settled(page);
          expectAgreement(seen);
          seenFrames.add(Number(seen.frame));
        }
        expect(seenFrames.size).toBeGreaterThan(10);
        // Single steps, both ways.
        for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) {
          const before = Number((await settled(page)).frame);
          if (before < 2 || before > 296) break;
          await page.keyboard.press(key);
          await page.waitForFunction((old) => document.querySelector<HTMLElement>('[data-part=overlay]')!.dataset['frame'] !== old, String(before));
          const after = await settled(page);
          expect(Number(after.frame)).toBe(before + (key === 'ArrowRight' ? 1 : -1));
          expectAgreement(after);
        }
      } finally {
        await close();
      }
    });
  }

  it('while playing: every picture painted carries the number the overlay names', async () => {
    const { page, close } = await openSync('sync');
    try {
      await page.waitForFunction(() => (document.querySelector<HTMLElement>('[data-part=overlay]')!.dataset['boxes'] ?? '0') !== '0');
      await page.keyboard.press('Home');
      await page.evaluate(() => document.querySelector('video')!.paused).then(async (paused) => {
        if (paused) await page.keyboard.press('Space');
      });
      // The same look as elsewhere, at every refresh of the screen.
      await page.evaluate(`window.lookNow = ${lookNow.toString()}`);
      const seen = await page.evaluate(async () => {
        const { lookNow: lookHere } = window as unknown as { lookNow: () => Seen };
        const all: Seen[] = [];
        const until = performance.now() + 4000;
        while (performance.now() < until) {
          await new Promise(requestAnimationFrame);
          all.push(lookHere());
        }
        return all;
      });
      const shown = seen.filter(({ frame, state }) => frame !== '' && state === 'analysed');
      expect(new Set(shown.map(({ frame }) => frame)).size).toBeGreaterThan(20);
      for (const one of shown) {
        expect(numberIn(one)).toBe(Number(one.frame));
        expect(one.boxes).toBe('1');
      }
    } finally {
      await close();
    }
  });
});
