// npm start [-- [--browser] [--port N] VIDEO …]: the desktop app where Electron is to be had, else the same page in a browser.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findChromium } from './find-chromium.mjs';
import { findElectron } from './find-electron.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isRoot = process.getuid?.() === 0;
/** Chromium's sandbox refuses to work for root. */
const rootFlags = isRoot ? ['--no-sandbox'] : [];
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
/** An Electron that ends with an error this soon (milliseconds) could not start at all. */
const stillborn = 8_000;

const say = (line) => console.log(line);

/** Signals by which the user ends a program. */
const asked = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    const ended = (result) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve({ ...result, lived: Date.now() - began });
    };
    child.once('error', (error) => ended({ code: -1, how: error.message }));
    // A program that a signal ended has crashed, unless it was asked to end.
    child.once('exit', (code, signal) => ended({ code: code ?? (asked.has(signal) ? 0 : -1), how: signal ?? `exit code ${code}` }));
  });

const build = async () => {
  const built = ['main.cjs', 'preload.cjs', 'engine.cjs', 'host.cjs', 'renderer/index.html'];
  if (built.every((file) => existsSync(join(root, 'out', file)))) return;
  say('Building VoVision, once …');
  const { code } = await run(process.execPath, [join(root, 'tools', 'build.mjs')]);
  if (code !== 0) process.exit(1);
};

/** Starts the desktop app; gives why it could not be, or ends with it. */
const desktop = async (videos) => {
  if (!hasDisplay) return 'there is no display';
  const electron = await findElectron({ fetch: true });
  if (electron.path === null) return electron.why;
  say(`Opening the desktop app with ${electron.why}${isRoot ? ', without its sandbox since you are root' : ''}.`);
  const { code, how, lived } = await run(electron.path, [...rootFlags, root, ...videos]);
  if (code !== 0 && lived < stillborn) return `Electron could not start (${how})`;
  process.exit(code === 0 ? 0 : 1);
};

const windowFlags = ['--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const browser = async (why, { port, videos }) => {
  const { startBrowserHost, defaultDataFolder } = createRequire(import.meta.url)('../out/host.cjs');
  const host = await startBrowserHost({ port, open: videos });
  const close = async () => {
    await host.close();
    process.exit(0);
  };
  process.once('SIGINT', () => void close()).once('SIGTERM', () => void close());
  const chromium = hasDisplay ? findChromium() : null;
  if (chromium === null) {
    const lack = hasDisplay ? ' and no Chromium or Chrome is installed' : why.includes('display') ? '' : ' and there is no display';
    say(`Serving VoVision to a browser on this machine, since ${why}${lack}. Open this address (Ctrl+C ends):`);
    say(host.url);
    return;
  }
  say(`Opening VoVision as a window of ${chromium}, since ${why}${isRoot ? '; without its sandbox since you are root' : ''}.`);
  const profile = join(defaultDataFolder(), 'window');
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  const { code, how, lived } = await run(chromium, [...rootFlags, ...windowFlags, `--user-data-dir=${profile}`, `--app=${host.ticket()}`], { stdio: 'ignore' });
  if (lived > stillborn || (code === 0 && lived > 2_000)) return close();
  say(`The window could not be opened (${how}). Open this address (Ctrl+C ends):`);
  say(host.url);
};

const readArguments = () => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { browser: { type: 'boolean', default: false }, port: { type: 'string' } },
    });
    const port = values.port === undefined ? 0 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port takes a number from 0 to 65535.');
    return { port, videos: positionals, inBrowser: values.browser };
  } catch (error) {
    console.error(`${error.message}\nUse: npm start [-- [--browser] [--port N] VIDEO …]`);
    process.exit(2);
  }
};

const options = readArguments();
await build();
try {
  const why = options.inBrowser ? 'you asked for it' : await desktop(options.videos);
  await browser(why, options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error, error?.hint ?? '');
  process.exit(1);
}
