import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { start } from '../engine/cli/run.js';
import { launchChromium } from './chromium.js';

export type PageUnderTest = { readonly page: Page; readonly dataFolder: string; readonly hostPid: number; readonly close: () => Promise<void> };

let browser: Browser | null = null;

/** The page in a real browser, over the browser host started as a user starts it. */
export const openPage = async (videos: readonly string[] = [], options: { dataFolder?: string; viewport?: { width: number; height: number } } = {}): Promise<PageUnderTest> => {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'vovision-page-')));
  const { child, ended } = start(['serve', ...videos], { env: { VOVISION_DATA: dataFolder } });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const found = /http:\/\/\S+/.exec(chunk.toString());
      if (found) resolve(found[0]);
    });
    void ended.then(({ stderr }) => reject(new Error(`the host ended: ${stderr}`)));
  });
  browser ??= await launchChromium();
  const context = await browser.newContext({ viewport: options.viewport ?? { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(url);
  return {
    page,
    dataFolder,
    hostPid: child.pid!,
    close: async () => {
      await context.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
};

export const closeBrowser = async (): Promise<void> => {
  await browser?.close();
  browser = null;
};
