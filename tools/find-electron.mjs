// Finds an Electron to start the desktop app with, or fetches npm's.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

/** The shell uses protocol.handle, utilityProcess and webUtils. */
const oldestMajor = 29;
/** Milliseconds to find out whether the download host answers, and for the download itself. */
const answerWithin = 6_000;
const fetchWithin = 300_000;

const executable = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';

const inFolder = (folder, oldest) => {
  const path = join(folder, executable);
  if (!existsSync(path)) return { path: null, why: `there is no Electron in ${folder}` };
  const file = join(folder, 'version');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : '';
  if (Number.parseInt(version, 10) < oldest) return { path: null, why: `Electron ${version} in ${folder} is too old (${oldest} or newer is needed)` };
  return { path, why: `Electron ${version || 'of unknown version'} in ${folder}` };
};

const packageFolder = () => {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
};

const hostAnswers = async () => {
  const address = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? 'https://github.com/electron/electron/releases/';
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), answerWithin);
  try {
    await fetch(address, { method: 'HEAD', signal: controller.signal });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
};

const download = (folder) =>
  new Promise((resolve) => {
    execFile(process.execPath, [join(folder, 'install.js')], { timeout: fetchWithin }, (error) => resolve(error === null));
  });

/**
 * `{path, why}`: the executable, or null with the reason. Looks where `VOVISION_ELECTRON_DIST` or
 * `ELECTRON_OVERRIDE_DIST_PATH` says, then at npm's package; `fetch` allows to download what that lacks.
 */
export const findElectron = async ({ fetch: mayFetch, oldest = oldestMajor }) => {
  const asked = process.env.VOVISION_ELECTRON_DIST ?? process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (asked) return inFolder(asked, oldest);
  const folder = packageFolder();
  if (folder === null) return { path: null, why: 'the electron package is not installed' };
  const dist = join(folder, 'dist');
  if (existsSync(join(dist, executable))) return inFolder(dist, oldest);
  if (!mayFetch) return { path: null, why: "npm's electron has not fetched its binary" };
  if (!(await hostAnswers())) return { path: null, why: "Electron's binary is not here and its download host cannot be reached" };
  console.error('Fetching Electron, once …');
  if (!(await download(folder))) return { path: null, why: "Electron's binary could not be fetched" };
  return inFolder(dist, oldest);
};
