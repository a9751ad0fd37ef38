import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Download, Page } from 'playwright-core';
import type { CompareRow, LabResult } from '../../../electron/engine/contract/contract.js';

export const lab = (page: Page) => page.locator('[data-part=lab]');
export const progress = (page: Page) => page.locator('[data-part=lab-progress]');
export const view = (page: Page, name: string): Promise<void> => page.getByRole('radio', { name, exact: true }).click();

export const openLab = async (page: Page): Promise<void> => {
  await page.locator('[data-part=empty], [data-part=overlay]').first().waitFor();
  await page.keyboard.press('g');
  await lab(page).waitFor();
};

export const choose = async (page: Page, label: string, option: string): Promise<void> => {
  await page.getByRole('button', { name: new RegExp(`^${label}:`) }).click();
  await page.getByRole('menuitemradio', { name: option, exact: true }).click();
};

/** Small pictures, few and short turns: what takes seconds. */
export const quick = async (page: Page): Promise<void> => {
  await choose(page, 'Picture', '160 × 160');
  await choose(page, 'Rounds', '2');
  await choose(page, 'Turn', '0.05 s');
};

export const pick = async (page: Page, titles: readonly string[]): Promise<void> => {
  await page.getByRole('button', { name: 'None', exact: true }).click();
  for (const title of titles) await page.getByRole('checkbox', { name: `Measure ${title}`, exact: true }).click();
};

export const measured = async (page: Page): Promise<void> => {
  await progress(page).waitFor({ state: 'detached', timeout: 120_000 });
};

/** Results as they lie in the data folder, newest first. */
export const keptFiles = async (dataFolder: string): Promise<readonly LabResult[]> => {
  const folder = join(dataFolder, 'lab');
  const names = await readdir(folder).catch(() => []);
  const results = await Promise.all(names.map(async (name) => (JSON.parse(await readFile(join(folder, name), 'utf8')) as { result: LabResult }).result));
  return results.sort((a, b) => b.at - a.at);
};

export const rowsOf = (result: LabResult | undefined): readonly CompareRow[] => (result?.outcome.kind === 'compare' ? result.outcome.rows : []);

/** A table as people read it: by row name, then by column title. */
export const readTable = (page: Page, name: string): Promise<readonly (readonly [string, Readonly<Record<string, string>>])[]> =>
  page.getByRole('table', { name }).evaluate((table) => {
    const text = (cell: Element): string => (cell as HTMLElement).innerText.trim();
    const titles = [...table.querySelectorAll('thead th')].map((cell) => (cell.querySelector('button > span')!.firstChild!.textContent ?? '').trim());
    return [...table.querySelectorAll('tbody tr')].map((row) => {
      const cells = [...row.children].map(text);
      return [cells[0]!, Object.fromEntries(cells.map((cell, n) => [titles[n]!, cell]))] as const;
    });
  });

export const contentOf = async (download: Download): Promise<Buffer> => readFile(await download.path());

/** RFC 4180, written anew here. */
export const parseCsv = (text: string): string[][] => {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let n = 0; n < text.length; n++) {
    const char = text[n]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[n + 1] === '"') { cell += '"'; n++; } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',' || char === '\n') {
      rows[rows.length - 1]!.push(cell.replace(/\r$/, ''));
      cell = '';
      if (char === '\n') rows.push([]);
    } else cell += char;
  }
  return rows.filter((row) => row.length > 0);
};

/** What a screen reader would stumble over: controls without a name, ids given twice, tables without heads, text too faint to read. */
export const stumbles = (page: Page, within = '[data-part=lab]'): Promise<string[]> => page.evaluate((part) => {
  const found: string[] = [];
  const shown = (element: Element): boolean => element.checkVisibility({ checkVisibilityCSS: true }) && element.closest('[data-away]') === null;
  const name = (element: Element): string => {
    const by = element.getAttribute('aria-labelledby');
    const labels = (element as HTMLInputElement).labels;
    return [element.getAttribute('aria-label'), by && document.getElementById(by)?.textContent, labels && [...labels].map((label) => label.textContent).join(' '), element.textContent].map((text) => text?.trim()).find(Boolean) ?? '';
  };
  const tell = (element: Element): string => element.outerHTML.slice(0, 120);
  for (const control of document.querySelectorAll('button, input, select, a, [role=checkbox], [role=radio], [role=switch], [tabindex="0"]:not([data-radix-focus-guard])')) {
    if (shown(control) && name(control) === '') found.push(`no name: ${tell(control)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push(`twice: ${id}`);
  for (const table of document.querySelectorAll('table')) {
    if (table.querySelector('thead th[scope=col]') === null || table.getAttribute('aria-label') === null) found.push(`no heads or name: ${tell(table)}`);
  }
  const rgba = (text: string): number[] => {
    const [r = 0, g = 0, b = 0, a = 1] = (/rgba?\((.+)\)/.exec(text)?.[1] ?? '').split(/[ ,/]+/).map(Number);
    return [r, g, b, a];
  };
  const light = ([r, g, b]: number[]): number => [r!, g!, b!].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n]!, 0);
  const ground = (element: Element | null): number[] => {
    if (element === null) return [0, 0, 0, 1];
    const [r, g, b, a] = rgba(getComputedStyle(element).backgroundColor) as [number, number, number, number];
    if (a === 1) return [r, g, b, 1];
    const under = ground(element.parentElement);
    return [r, g, b].map((v, n) => v * a + under[n]! * (1 - a));
  };
  const texts = document.createTreeWalker(document.querySelector(part)!, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement!;
    if ((texts.currentNode.textContent ?? '').trim() === '' || !shown(element) || element.closest(':disabled') !== null) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgba(style.color)), light(ground(element))].sort((x, y) => x - y) as [number, number];
    if ((b + 0.05) / (a + 0.05) < 4.5) found.push(`faint ${((b + 0.05) / (a + 0.05)).toFixed(2)}: ${texts.currentNode.textContent}`);
  }
  return found;
}, within);
