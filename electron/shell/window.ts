import { BrowserWindow, nativeTheme } from 'electron';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programFolders, programRoot } from '../host/program.js';
import { pageUrl } from './origin.js';
import type { WindowState, WindowStates } from './window-state.js';

const icon = join(programRoot, 'assets', 'icons', 'icon.png');

const open = (state: WindowState | null): BrowserWindow => {
  const { maximized = false, ...bounds } = state ?? { width: 1280, height: 800 };
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'VoVision',
    // What is seen before the page has painted: the page's own ground.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#111315' : '#f6f7f8',
    autoHideMenuBar: true,
    ...(existsSync(icon) && { icon }),
    webPreferences: {
      preload: join(programFolders.out, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
      // Analysis goes on, and its figures with it, while the window is hidden.
      backgroundThrottling: false,
    },
  });
  if (maximized) window.maximize();
  return window;
};

/** Loads the page anew when its process dies, unless that happens again and again. */
const revive = (window: BrowserWindow): void => {
  let deaths: readonly number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < 60_000), now];
    if (reason !== 'clean-exit' && deaths.length <= 3) window.webContents.reload();
  });
};

/** Opens the window where it was and shows it once it has something to show. `created` hears of it before the page does anything. */
export const openWindow = async (states: WindowStates, created: (window: BrowserWindow) => void): Promise<void> => {
  const window = open(await states.last());
  created(window);
  states.watch(window);
  window.once('ready-to-show', () => window.show());
  window.on('page-title-updated', (event) => event.preventDefault());
  revive(window);
  // Reloading while it still loads breaks the first attempt off; that is no failure.
  await window.loadURL(pageUrl).catch(() => undefined);
};
