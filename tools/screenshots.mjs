// Takes a picture of every view of the page, dark and light, on the sample clip: docs/screenshots/*.jpg.
// npm run screenshots [-- NAME...] takes only the named views.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'docs/screenshots');
const sample = join(root, 'assets/sample.mp4');
const wide = { width: 1440, height: 900 };
/** Frames of the sample that show much at once. */
const crossing = 70;
const flowing = 262;

const browserOf = async () => {
  const installed = findChromium();
  if (installed !== null) return installed;
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
};

/** Starts the browser host with a data folder of its own. */
const serve = async (videos) => {
  const data = mkdtempSync(join(tmpdir(), 'vovision-screenshots-'));
  const child = spawn(process.execPath, [join(root, 'bin/vovision.mjs'), 'serve', ...videos], { env: { ...process.env, VOVISION_DATA: data }, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((done) => child.once('exit', done));
  const url = await new Promise((done, fail) => {
    child.stdout.on('data', (piece) => {
      const found = /http:\/\/\S+/.exec(piece.toString());
      if (found) done(found[0]);
    });
    child.once('exit', (code) => fail(new Error(`the host ended with ${code}`)));
  });
  return {
    url,
    close: async () => {
      child.kill();
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
};

const overlay = (page) => page.locator('[data-part="overlay"]');

/** Shows a frame of the sample, paused, with its boxes. */
const showFrame = async (page, frame) => {
  await overlay(page).waitFor({ timeout: 30_000 });
  await page.keyboard.press('k');
  await page.keyboard.press('Home');
  for (let second = 0; second < Math.floor(frame / 30); second++) await page.keyboard.press('Shift+ArrowRight');
  for (let step = 0; step < frame % 30; step++) await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('[data-part="overlay"]')?.dataset.state === 'boxes', undefined, { timeout: 30_000 }).catch(() => undefined);
  await page.mouse.move(8, 300);
  await page.waitForTimeout(400);
};

const closeAll = async (page) => {
  await page.keyboard.press('Escape');
  await page.waitForTimeout(250);
};

/** Views of a running analysis, in an order that needs no other preparation between them. */
const views = [
  { name: 'player', prepare: (page) => showFrame(page, crossing) },
  { name: 'traffic', prepare: (page) => showFrame(page, flowing) },
  { name: 'hover', prepare: async (page) => {
    const found = await overlay(page).evaluate((canvas) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const scale = Math.min(width / 1280, height / 720);
      const [x1, y1, x2, y2] = JSON.parse(canvas.dataset.detail ?? '[]').sort((a, b) => b[4] - a[4])[0] ?? [0, 0, 1280, 720];
      return [left + width / 2 + ((x1 + x2) / 2 - 640) * scale, top + height / 2 + ((y1 + y2) / 2 - 360) * scale];
    });
    await page.mouse.move(...found, { steps: 4 });
    await page.waitForTimeout(400);
  } },
  { name: 'marks', prepare: async (page) => {
    await showFrame(page, 120);
    await page.keyboard.press('i');
    for (let second = 0; second < 3; second++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('o');
  } },
  { name: 'export', prepare: async (page) => {
    await page.keyboard.press('e');
    await page.getByRole('dialog').waitFor();
    await page.waitForTimeout(3_000);
  }, after: closeAll },
  { name: 'models', prepare: async (page) => {
    await page.keyboard.press('m');
    await page.waitForTimeout(700);
  }, after: closeAll },
  { name: 'providers', prepare: async (page) => {
    await page.getByRole('button', { name: /^Runs on/ }).click();
    await page.waitForTimeout(700);
  }, after: closeAll },
  { name: 'keys', prepare: async (page) => {
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  }, after: closeAll },
  { name: 'narrow', size: { width: 1024, height: 640 }, prepare: (page) => showFrame(page, crossing) },
  { name: 'small', size: { width: 800, height: 600 }, prepare: (page) => page.waitForTimeout(500) },
  { name: 'large', size: { width: 2560, height: 1440 }, prepare: (page) => page.waitForTimeout(500) },
];

const wanted = process.argv.slice(2);
const asked = (name) => wanted.length === 0 || wanted.includes(name);
const setTheme = (page, theme) => page.evaluate((value) => (document.documentElement.dataset.theme = value), theme);

const take = async (page, name, theme) => {
  await setTheme(page, theme);
  // Canvases take their colours from the page a moment later.
  await page.waitForTimeout(350);
  await page.screenshot({ path: join(out, `${name}-${theme}.jpg`), type: 'jpeg', quality: 82, animations: 'disabled' });
  process.stderr.write(`${name}-${theme}.jpg\n`);
};

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: await browserOf(),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required', '--mute-audio', '--font-render-hinting=none'],
});
try {
  for (const theme of ['dark', 'light']) {
    if (asked('empty')) {
      const host = await serve([]);
      const page = await browser.newPage({ viewport: wide, colorScheme: theme });
      await page.goto(host.url);
      await page.getByRole('button', { name: 'Try the sample' }).waitFor();
      await page.waitForTimeout(500);
      await take(page, 'empty', theme);
      await page.close();
      await host.close();
    }
    const host = await serve([sample]);
    const page = await browser.newPage({ viewport: wide, colorScheme: theme });
    await page.goto(host.url);
    await overlay(page).waitFor({ timeout: 30_000 });
    if (asked('running')) {
      await page.waitForTimeout(3_000);
      await take(page, 'running', theme);
    }
    // Every frame of the sample analysed.
    await page.waitForTimeout(25_000);
    for (const view of views.filter(({ name }) => asked(name))) {
      await page.setViewportSize(view.size ?? wide);
      await view.prepare(page);
      await take(page, view.name, theme);
      await view.after?.(page);
    }
    await page.close();
    await host.close();
  }
} finally {
  await browser.close();
}
