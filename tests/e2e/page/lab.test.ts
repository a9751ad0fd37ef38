import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { writeRecord } from '../../../electron/engine/inference/records.js';
import type { ModelCard } from '../../../electron/engine/inference/types.js';
import { buildModel } from '../../../models/onnx/build.js';
import { writeModel } from '../../../models/onnx/write.js';
import { temporaryFolder } from '../../engine/cli/run.js';
import { fixture } from '../../fixtures/fixtures.js';
import { buildMarkModel } from '../../models/mark.js';
import { closeBrowser, openPage, type PageUnderTest } from '../page-host.js';
import { contentOf, keptFiles, lab, measured, openLab, parseCsv, pick, progress, quick, readTable, rowsOf, stumbles, view } from './lab-page.js';

afterAll(closeBrowser);

const start = (page: Page, count: number) => page.getByRole('button', { name: `Measure ${count} networks` });
const bothThemes = async (page: Page): Promise<void> => {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme);
    // Colours come over within a moment.
    await page.waitForTimeout(300);
    expect(await stumbles(page), theme).toEqual([]);
  }
};

describe('a comparison in the lab', () => {
  let under: PageUnderTest;
  let page: Page;
  beforeAll(async () => {
    under = await openPage();
    ({ page } = under);
    await openLab(page);
  });
  afterAll(() => under.close());

  it('begins with an invitation, and with the paper’s networks chosen', async () => {
    await lab(page).getByText('How fast are these networks on this machine?').waitFor();
    await start(page, 11).waitFor();
    expect(await page.getByRole('checkbox', { name: 'Measure VoVNet-27-slim' }).getAttribute('aria-checked')).toBe('true');
    expect(await page.getByRole('checkbox', { name: 'Measure MobileNetV2' }).getAttribute('aria-checked')).toBe('false');
    const energy = page.getByRole('switch', { name: /^Energy/ });
    // Where nothing measures power, it says why.
    if (await energy.isDisabled()) expect((await page.locator('label[for=lab-energy]').innerText()).length).toBeGreaterThan(30);
    await bothThemes(page);
  });

  it('finds by name, sorts by figures', async () => {
    const names = (): Promise<string[]> => page.locator('tr[data-id]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-id')!));
    await page.getByRole('textbox', { name: 'Search' }).fill('mobile');
    expect(await names()).toEqual(['network:mobilenet-v1', 'network:mobilenet-v2']);
    await page.getByRole('textbox', { name: 'Search' }).fill('');
    await page.getByRole('button', { name: 'M params' }).click();
    expect((await names())[0]).toBe('network:vovnetv2-99');
    await page.getByRole('button', { name: 'M params' }).click();
    await page.getByRole('button', { name: 'M params' }).click();
    expect((await names())[0]).toBe('network:vovnet-27-slim');
  });

  it('measures two networks: rows while it runs, figures in the end, and the table says what was kept', async () => {
    await pick(page, ['PeleeNet', 'MobileNetV2']);
    await quick(page);
    await start(page, 2).click();
    await progress(page).waitFor();
    expect(await page.getByRole('checkbox', { name: 'Measure PeleeNet' }).isDisabled()).toBe(true);
    // Rows of the plan are there before their figures.
    await page.getByRole('table', { name: 'All figures' }).getByRole('rowheader', { name: 'MobileNetV2' }).waitFor();
    await measured(page);
    await page.getByRole('heading', { level: 2, name: '2 side by side' }).waitFor();
    const [kept, ...others] = await keptFiles(under.dataFolder);
    expect(others).toEqual([]);
    expect(kept?.plan).toMatchObject({ kind: 'compare', rounds: 2, turn: 50, batch: 1, size: { width: 160, height: 160 }, subjects: ['network:peleenet', 'network:mobilenet-v2'] });
    const shown = new Map(await readTable(page, 'All figures'));
    expect([...shown.keys()]).toEqual(['PeleeNet', 'MobileNetV2']);
    for (const row of rowsOf(kept)) {
      const figures = shown.get(row.title)!;
      expect(Number(figures['Latency, median'])).toBeCloseTo(row.latency!.p50, 2);
      expect(Number(figures['Latency, 95 %'])).toBeCloseTo(row.latency!.p95, 2);
      expect(Number(figures['Pictures a second'])).toBeCloseTo(row.framesPerSecond!, 0);
      expect(Number(figures['Multiply-adds'])).toBeCloseTo(row.multiplyAdds! / 1e9, 2);
      expect(figures['Ran on']).toMatch(/^all \d+ nodes on /);
    }
    await bothThemes(page);
  });

  it('sorts the table by any column, both ways', async () => {
    const order = async (): Promise<string[]> => (await readTable(page, 'All figures')).map(([name]) => name);
    const head = page.getByRole('columnheader', { name: /^Parameters/ });
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    expect(await order()).toEqual(['MobileNetV2', 'PeleeNet']);
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    expect(await order()).toEqual(['PeleeNet', 'MobileNetV2']);
    await head.getByRole('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('none');
  });

  it('reads values out on hover and by arrow keys', async () => {
    const chart = page.getByRole('group', { name: 'Frames per second' });
    const { x, y, width } = (await chart.boundingBox())!;
    await page.mouse.move(x + width / 2, y + 12);
    expect(await chart.locator('[data-part=tip]').innerText()).toMatch(/^PeleeNet[\s\S]*here\s+[\d.]+[\s\S]*Paper: Pelee304 with PeleeNet\s+35\.0/);
    await page.mouse.move(0, 0);
    await chart.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await chart.locator('[aria-live]').innerText()).toMatch(/^MobileNetV2: here [\d.]+/);
    await page.keyboard.press('Escape');
    expect(await chart.locator('[data-part=tip]').count()).toBe(0);
  });

  it('gives CSV with all digits, Markdown, and charts as pictures of the right size', async () => {
    const save = async (item: string): Promise<Buffer> => {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
      expect(download.suggestedFilename()).toMatch(/^vovision-compare-[a-z]+\.(csv|md)$/);
      return contentOf(download);
    };
    const [kept] = await keptFiles(under.dataFolder);
    const [head, ...rows] = parseCsv((await save('Save as CSV')).toString()) as [string[], ...string[][]];
    const column = (title: string): number => head.indexOf(title);
    rowsOf(kept).forEach((row, n) => {
      expect(rows[n]![column('Network')]).toBe(row.title);
      expect(Number(rows[n]![column('Latency, median (ms)')])).toBe(row.latency!.p50);
      expect(Number(rows[n]![column('Pictures a second (1/s)')])).toBe(row.framesPerSecond);
    });
    expect((await save('Save as Markdown')).toString()).toMatch(/^## [\s\S]*\| Network \|[\s\S]*\| MobileNetV2 \|[\s\S]*onnxruntime/);

    const chart = page.locator('[data-part=chart][data-file="compare-latency"]');
    const { width, height } = (await chart.locator('svg[viewBox]').last().evaluate((svg) => ({ width: Number(svg.getAttribute('width')), height: Number(svg.getAttribute('height')) })));
    const [download] = await Promise.all([page.waitForEvent('download'), chart.getByRole('button', { name: 'Save as picture' }).click()]);
    const png = await contentOf(download);
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    // Twice the chart with a margin, title and caption above, the machine below.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * (width + 48), 2 * (height + 52 + 28 + 48)]);
  });

  it('keeps results: shown again after a reload, deleted after a question', async () => {
    await page.reload();
    await openLab(page);
    await page.getByRole('heading', { level: 2, name: '2 side by side' }).waitFor();
    expect((await readTable(page, 'All figures')).length).toBe(2);
    await view(page, 'Kept results');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect((await keptFiles(under.dataFolder)).length).toBe(1);
    await bothThemes(page);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('group', { name: 'Delete this result?' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Nothing is kept yet').waitFor();
    expect(await keptFiles(under.dataFolder)).toEqual([]);
    await view(page, 'Compare');
    await lab(page).getByText('How fast are these networks on this machine?').waitFor();
  });

  it('cancels without keeping anything; survives a reload in the middle', async () => {
    await pick(page, ['PeleeNet', 'MobileNetV2']);
    await quick(page);
    await page.getByRole('button', { name: /^Rounds/ }).click();
    await page.getByRole('menuitemradio', { name: '20' }).click();
    await page.getByRole('button', { name: /^Turn/ }).click();
    await page.getByRole('menuitemradio', { name: '3 s' }).click();
    await start(page, 2).click();
    await progress(page).waitFor();
    await page.reload();
    await openLab(page);
    await progress(page).waitFor();
    await progress(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled. Nothing was kept.').waitFor();
    expect(await keptFiles(under.dataFolder)).toEqual([]);
    // It concerns the comparison, and is said there only.
    await view(page, 'Layers');
    expect(await page.getByText('Cancelled. Nothing was kept.').count()).toBe(0);
    await view(page, 'Compare');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText('Cancelled. Nothing was kept.').count()).toBe(0);
  });
});

describe('a menu', () => {
  it('is gone at once, even when closed before it was ever painted', async () => {
    const { page, close } = await openPage();
    try {
      await openLab(page);
      const trigger = page.getByRole('button', { name: /^Rounds:/ });
      // Closed at several moments of its appearance: how many menus are left.
      for (const moment of [0, 1, 4, 8, 16]) {
        const left = await trigger.evaluate(async (button, wait) => {
          const menu = (): HTMLElement | null => document.querySelector('[role=menuitemradio]');
          const opened = new Promise<void>((resolve) => {
            new MutationObserver((_, observer) => {
              if (menu() === null) return;
              observer.disconnect();
              resolve();
            }).observe(document.body, { childList: true, subtree: true });
          });
          button.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0, pointerType: 'mouse' }));
          await opened;
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          menu()!.click();
          await new Promise((resolve) => setTimeout(resolve, 0));
          return document.querySelectorAll('[role=menu]').length;
        }, moment);
        expect(left, `closed after ${moment} ms`).toBe(0);
        await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.startsWith('Rounds'));
      }
    } finally {
      await close();
    }
  });
});

describe('by keyboard alone', () => {
  it('chooses, measures and looks at layers', async () => {
    const { page, dataFolder, close } = await openPage();
    try {
      await openLab(page);
      await quick(page);
      await page.getByRole('button', { name: 'None', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('checkbox', { name: 'Measure VoVNet-27-slim' }).focus();
      await page.keyboard.press('End');
      const focused = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      expect(await focused()).toMatch(/^Measure VoVDet-/);
      // Over the models that come with the program, whose number may grow.
      while (/^Measure VoVDet-/.test((await focused()) ?? '')) await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      expect(await focused()).toBe('Measure MobileNetV2');
      await page.keyboard.press(' ');
      await page.getByRole('radio', { name: 'Compare' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() => document.activeElement?.textContent === 'Layers');
      await page.keyboard.press('Enter');
      const look = page.getByRole('radio', { name: 'Look at MobileNetV2' });
      await look.focus();
      await page.keyboard.press(' ');
      expect(await look.getAttribute('aria-checked')).toBe('true');
      await page.getByRole('button', { name: 'Measure the layers' }).first().focus();
      await page.keyboard.press('Enter');
      await progress(page).waitFor();
      await measured(page);
      await page.getByRole('group', { name: 'Time of each layer, in order' }).waitFor();
      const [kept] = await keptFiles(dataFolder);
      const rows = kept?.outcome.kind === 'layers' ? kept.outcome.rows : [];
      expect((await readTable(page, 'All figures')).map(([name]) => name)).toEqual(rows.map(({ name }) => name));
      await bothThemes(page);
      await page.keyboard.press('g');
      await lab(page).waitFor({ state: 'detached' });
    } finally {
      await close();
    }
  });
});

describe('beside a video', () => {
  it('leaves the video where it was, and gives errors their own row', async () => {
    const dataFolder = await temporaryFolder();
    const model = await buildMarkModel(await temporaryFolder());
    const card = JSON.parse(await readFile(join(dirname(model), 'mark.json'), 'utf8')) as ModelCard;
    // It can be read, and no runtime knows how to run it.
    const impossible = writeModel(buildModel({ name: 'impossible' }, (graph) => {
      const image = graph.input('image', 'uint8', [1, card.input.height, card.input.width, 3]);
      const pixels = graph.node('Cast', [image], { to: { int: 1 } });
      for (const name of ['boxes', 'scores']) graph.output(name, graph.node('NoSuchOperator', [pixels]), 'float32', [1, 1, 4]);
    }));
    await writeFile(model, impossible);
    const hash = createHash('sha256').update(impossible).digest('hex');
    await writeRecord(join(dataFolder, 'models'), { version: 1, hash, path: model, card: { ...card, hash, name: 'Impossible' }, answers: {} });
    const { page, close } = await openPage([await fixture('sync')], { dataFolder });
    try {
      await page.locator('[data-part=overlay]').waitFor();
      await page.keyboard.press('k');
      await page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor();
      for (const [key, frame] of [['Home', '0'], ['Shift+ArrowRight', '30'], ['ArrowRight', '31']] as const) {
        await page.keyboard.press(key);
        await page.waitForFunction((wanted) => document.querySelector<HTMLElement>('[data-part=overlay]')!.dataset['frame'] === wanted, frame);
      }
      const picture = (): Promise<string> => page.locator('[data-part=picture]').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      const before = await picture();
      await openLab(page);
      // Keys of the video do nothing here.
      for (const key of ['Home', 'ArrowRight', 'm', ' ']) await page.keyboard.press(key);
      expect(await page.getByRole('menu').count()).toBe(0);

      await pick(page, ['MobileNetV2', 'Impossible']);
      await quick(page);
      await start(page, 2).click();
      await progress(page).waitFor();
      await measured(page);
      const [kept] = await keptFiles(dataFolder);
      const broken = rowsOf(kept).find(({ title }) => title === 'Impossible')!;
      expect(broken.error).not.toBeNull();
      const shown = new Map(await readTable(page, 'All figures'));
      expect(Object.values(shown.get('Impossible')!).join(' ')).toContain(broken.error!.message);
      expect(Number(shown.get('MobileNetV2')!['Latency, median'])).toBeGreaterThan(0);

      // One that is gone altogether ends the measurement, in words.
      await writeFile(model, 'no model at all');
      await start(page, 2).click();
      await page.getByText('The measurement failed.').waitFor();
      expect(await page.getByRole('alert').innerText()).toMatch(/could be measured/);
      expect((await keptFiles(dataFolder)).length).toBe(1);

      await page.keyboard.press('g');
      await lab(page).waitFor({ state: 'detached' });
      expect(await page.locator('[data-part=overlay]').getAttribute('data-frame')).toBe('31');
      expect(await picture()).toBe(before);
    } finally {
      await close();
    }
  });
});
