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

/** Chooses a model by its name, the first of them, and waits until the whole sample was looked at with it. */
const chooseModel = async (page, name) => {
  await page.keyboard.press('m');
  await page.getByRole('menuitemradio').filter({ has: page.getByText(name, { exact: true }) }).first().click();
  await page.locator('[data-part=analysed]', { hasText: '100 %' }).waitFor({ timeout: 120_000 });
};

/** Shows a frame of the sample, paused, with its boxes. */
const showFrame = async (page, frame) => {
  await overlay(page).waitFor({ timeout: 30_000 });
  await page.keyboard.press('k');
  await page.keyboard.press('Home');
  for (let second = 0; second < Math.floor(frame / 30); second++) await page.keyboard.press('Shift+ArrowRight');
  for (let step = 0; step < frame % 30; step++) await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('[data-part="overlay"]')?.dataset.state === 'analysed', undefined, { timeout: 30_000 }).catch(() => undefined);
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
  { name: 'faster', prepare: async (page) => {
    // The usual model may be a smaller form already.
    await chooseModel(page, 'VoVDet-nano');
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: /^Make this model faster/ }).click();
    await page.getByRole('button', { name: 'Make it faster' }).click();
    await page.getByRole('table', { name: 'What was measured' }).waitFor({ timeout: 300_000 });
  }, after: async (page) => {
    await closeAll(page);
    await chooseModel(page, 'VoVDet-nano · int8');
  } },
  { name: 'all-models', prepare: async (page) => {
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: /^All models/ }).click();
    await page.waitForTimeout(400);
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

const inView = (page, name) => page.getByRole('radio', { name, exact: true }).click();
const pick = async (page, label, option) => {
  await page.getByRole('button', { name: new RegExp(`^${label}:`) }).click();
  await page.getByRole('menuitemradio', { name: option, exact: true }).click();
};
const measured = async (page) => {
  const progress = page.locator('[data-part="lab-progress"]');
  await progress.waitFor({ timeout: 60_000 });
  await progress.waitFor({ state: 'detached', timeout: 600_000 });
  await page.waitForTimeout(600);
};

/** Views of the lab, each left to the next: what is measured once is there for all that follow. */
const labViews = [
  { name: 'lab-empty', prepare: async () => undefined },
  { name: 'lab-running', prepare: async (page) => {
    await pick(page, 'Turn', '0.2 s');
    await pick(page, 'Rounds', '3');
    await page.getByRole('button', { name: 'Measure the paper' }).click();
    await page.waitForFunction(() => /^Round 2/.test(document.querySelector('[data-part="lab-progress"]')?.innerText ?? ''), undefined, { timeout: 300_000 });
  }, after: measured },
  { name: 'lab-compare', prepare: async (page) => {
    const chart = page.getByRole('group', { name: /^Time against/ });
    const spot = await chart.locator('circle[data-ink="series1"]').first().boundingBox();
    if (spot !== null) await page.mouse.move(spot.x + spot.width / 2, spot.y + spot.height / 2, { steps: 3 });
  } },
  { name: 'lab-narrow', size: { width: 1024, height: 640 }, prepare: (page) => page.waitForTimeout(400) },
  { name: 'lab-large', size: { width: 2560, height: 1440 }, prepare: (page) => page.waitForTimeout(400) },
  { name: 'lab-layers', prepare: async (page) => {
    await inView(page, 'Layers');
    await page.getByRole('radio', { name: 'Look at VoVNet-27-slim' }).click();
    const start = page.locator('aside').getByRole('button', { name: 'Measure the layers' });
    if (await page.getByRole('group', { name: 'Time of each layer, in order' }).count() === 0) {
      await start.click();
      await measured(page);
    }
  } },
  { name: 'lab-arguments', prepare: async (page) => {
    await inView(page, 'The paper’s arguments');
    await pick(page, 'Rounds', '3');
    for (const id of ['dense-or-one-shot', 'aggregation']) {
      const card = page.locator(`[data-experiment="${id}"]`);
      if (await card.locator('[data-part="finding"]').count() > 0) continue;
      await card.getByRole('button', { name: 'Measure here' }).click();
      await card.locator('[data-part="finding"]').waitFor({ timeout: 300_000 });
    }
    await page.locator('[data-experiment="dense-or-one-shot"]').evaluate((card) => card.scrollIntoView());
    await page.waitForTimeout(600);
  } },
  { name: 'lab-kept', prepare: async (page) => {
    await inView(page, 'Kept results');
    await page.waitForTimeout(300);
  } },
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
  if (labViews.some(({ name }) => asked(name))) {
    const host = await serve([]);
    const page = await browser.newPage({ viewport: wide, colorScheme: 'dark' });
    await page.goto(host.url);
    await page.getByRole('button', { name: 'Try the sample' }).waitFor();
    await page.keyboard.press('g');
    await page.locator('[data-part="lab"]').waitFor({ timeout: 60_000 });
    for (const view of labViews) {
      await page.setViewportSize(view.size ?? wide);
      await view.prepare(page);
      // Nothing is measured twice for the sake of the other theme.
      if (asked(view.name)) for (const theme of ['dark', 'light']) await take(page, view.name, theme);
      await view.after?.(page);
    }
    await page.close();
    await host.close();
  }
  const beyondLab = wanted.length === 0 || wanted.some((name) => !labViews.some((view) => view.name === name));
  for (const theme of beyondLab ? ['dark', 'light'] : []) {
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
