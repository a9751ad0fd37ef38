// Draws assets/icon.svg into every icon format the packages need: assets/icons/*.png, icon.ico and icon.icns.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'assets/icons');
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** Below this many pixels the simpler drawing stays clearer. */
const simpleBelow = 33;
/** Apple's names of PNG entries by size. */
const appleTypes = [['icp4', 16], ['icp5', 32], ['icp6', 64], ['ic07', 128], ['ic08', 256], ['ic09', 512], ['ic10', 1024], ['ic11', 32], ['ic12', 64], ['ic13', 256], ['ic14', 512]];

const draw = async (page, svg, size) => {
  await page.setViewportSize({ width: size, height: size });
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  await page.setContent(`<style>*{margin:0}img{display:block;width:${size}px;height:${size}px}</style><img src="${source}">`);
  await page.locator('img').evaluate((image) => image.decode());
  return page.screenshot({ omitBackground: true });
};

const ico = (images) => {
  const head = Buffer.alloc(6 + images.length * 16);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach(({ size, png }, i) => {
    const at = 6 + i * 16;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
};

const icns = (entries) => {
  const parts = entries.map(({ type, png }) => {
    const head = Buffer.alloc(8);
    head.write(type, 'ascii');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 'ascii');
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4);
  return Buffer.concat([head, ...parts]);
};

mkdirSync(out, { recursive: true });
const [full, simple] = ['assets/icon.svg', 'assets/favicon.svg'].map((file) => readFileSync(join(root, file)));
const executablePath = findChromium();
if (executablePath === null) {
  console.error('Drawing the icons needs Chromium or Chrome; VOVISION_CHROMIUM tells where one is.');
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
const pngs = new Map();
for (const size of sizes) pngs.set(size, await draw(page, size < simpleBelow ? simple : full, size));
await browser.close();

for (const [size, png] of pngs) writeFileSync(join(out, `${size}x${size}.png`), png);
writeFileSync(join(out, 'icon.png'), pngs.get(512));
writeFileSync(join(out, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256].map((size) => ({ size, png: pngs.get(size) }))));
writeFileSync(join(out, 'icon.icns'), icns(appleTypes.map(([type, size]) => ({ type, png: pngs.get(size) }))));
