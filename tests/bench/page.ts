/**
 * How soon the page shows boxes, in a real browser: from dropping a video, and from seeking to a place
 * that is not analysed; and whether it holds the screen's rate with 300 boxes on the picture.
 *   npx tsx tests/bench/page.ts [clip.mp4]
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { root, shared, temporaryFolder, vovision } from '../engine/cli/run.js';
import { fixture } from '../fixtures/fixtures.js';
import { buildCrowdModel } from '../models/crowd.js';
import { closeBrowser, openPage } from '../e2e/page-host.js';
import { drop } from '../e2e/drop.js';

const given = process.argv[2] ?? join(shared, 'clips/one-by-one-person-detection.mp4');
const clip = existsSync(given) ? given : join(root, 'assets/sample.mp4');
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const show = (name: string, values: number[]): void =>
  console.log(`${name}: median ${median(values).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms, ${values.length} times`);

const untilAnalysed = (page: Page): Promise<unknown> => page.waitForFunction(
  () => document.querySelector<HTMLElement>('[data-part=overlay]')?.dataset['state'] === 'analysed', undefined, { polling: 'raf' },
);

const drops: number[] = [];
for (let n = 0; n < 3; n += 1) {
  const { page, close } = await openPage();
  await page.waitForSelector('[data-part=empty]');
  const content = await readFile(clip);
  const handle = await drop(page, [{ name: basename(clip), content }]);
  const begun = performance.now();
  await handle();
  await untilAnalysed(page);
  drops.push(performance.now() - begun);
  await close();
}
show('drop to first boxes', drops);

/** Boxes of the frame sought, with the picture at rest, standing and while playing on. */
for (const playing of [false, true]) {
  const seeks: number[] = [];
  const { page, close } = await openPage([clip]);
  await untilAnalysed(page);
  if (!playing) await page.keyboard.press('Space');
  const area = (await page.locator('[data-part=timeline]').boundingBox())!;
  for (const at of [0.95, 0.85, 0.75, 0.65]) {
    const begun = performance.now();
    await page.mouse.click(area.x + area.width * at, area.y + area.height / 2);
    await page.waitForFunction(
      (least) => {
        const overlay = document.querySelector<HTMLElement>('[data-part=overlay]');
        const video = document.querySelector('video');
        return overlay?.dataset['state'] === 'analysed' && video !== null && !video.seeking && video.currentTime / video.duration > least;
      },
      at - 0.05, { polling: 'raf' },
    );
    seeks.push(performance.now() - begun);
  }
  await close();
  show(`seek to boxes, ${playing ? 'playing' : 'standing'}`, seeks);
}

/** Frames a second that the page holds while the picture carries 300 boxes. */
{
  const folder = await temporaryFolder();
  const model = await buildCrowdModel(folder, 300);
  const used = await vovision(['analyze', await fixture('one'), '--model', model, '--provider', 'cpu', '--out', folder], { env: { VOVISION_DATA: folder } });
  if (used.code !== 0) throw new Error(used.stderr);
  const { page, close } = await openPage([await fixture('sync')], { dataFolder: folder });
  await untilAnalysed(page);
  await page.locator('[data-key-target=model]').click();
  await page.getByRole('menuitemradio', { name: /Crowd/ }).click();
  await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-part=analysed]') !== null);
  await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('[data-part=overlay]')?.dataset['boxes']) >= 300);
  // Inference must not compete: all of the clip is analysed first.
  await page.waitForTimeout(6000);
  const gaps = await page.evaluate(async () => {
    const all: number[] = [];
    let before = performance.now();
    for (let n = 0; n < 300; n += 1) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      all.push(now - before);
      before = now;
    }
    return all.sort((a, b) => a - b);
  });
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  console.log(`playing with 300 boxes: ${(1000 / mean).toFixed(1)} frames/s of the screen, 95 % of gaps within ${(gaps[284] ?? NaN).toFixed(1)} ms`);
  await close();
}
await closeBrowser();
process.exit(0);
