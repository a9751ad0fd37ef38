// Finds a Chromium-based browser that the user has installed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const onPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'brave-browser'];
const onWindows = ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
const onMac = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];

const candidates = () => {
  const { env, platform } = process;
  if (platform === 'win32') {
    const roots = [env.LOCALAPPDATA, env.PROGRAMFILES, env['PROGRAMFILES(X86)']].filter(Boolean);
    return roots.flatMap((root) => onWindows.map((name) => join(root, name)));
  }
  if (platform === 'darwin') return onMac.map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return onPath.flatMap((name) => folders.map((folder) => join(folder, name)));
};

const runs = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Path of an installed Chromium or Chrome (`VOVISION_CHROMIUM` first), or null. */
export const findChromium = () => {
  const asked = process.env.VOVISION_CHROMIUM;
  if (asked) return runs(asked) ? asked : null;
  return candidates().find(runs) ?? null;
};
