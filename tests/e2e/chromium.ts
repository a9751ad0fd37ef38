import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../../tools/find-chromium.mjs';
import { root } from '../engine/cli/run.js';

const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio',
];

/** The browser that comes from the registry, unpacked, with the libraries it brings for bare systems. */
const bundled = async (): Promise<{ executablePath: string; env: Record<string, string> }> => {
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  const libraries = join(root, '.cache', 'chromium-libraries');
  const archive = join(root, 'node_modules/@sparticuz/chromium/bin/al2023.tar.br');
  if (!existsSync(libraries) && existsSync(archive)) {
    const { readFile } = await import('node:fs/promises');
    await mkdir(libraries, { recursive: true });
    const tar = join(libraries, 'libraries.tar');
    await writeFile(tar, brotliDecompressSync(await readFile(archive)));
    execFileSync('tar', ['xf', tar, '-C', libraries]);
  }
  return { executablePath, env: { LD_LIBRARY_PATH: [join(libraries, 'lib'), join(libraries, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH'] ?? ''].join(':') } };
};

/** A real browser: an installed Chromium or Chrome, else the one that `npm ci` brought. */
export const launchChromium = async (more: readonly string[] = []): Promise<Browser> => {
  const installed = findChromium();
  const { executablePath, env } = installed === null ? await bundled() : { executablePath: installed, env: {} };
  return chromium.launch({ executablePath, args: [...flags, ...more], env: { ...process.env, ...env } });
};
