import { app } from 'electron';
import { join } from 'node:path';
import { defaultDataFolder } from './host/program.js';
import { videosIn } from './shell/arguments.js';
import { Desktop } from './shell/desktop.js';
import { registerScheme } from './shell/protocol.js';
import { confine, quietChromium } from './shell/security.js';

const dataFolder = defaultDataFolder();
const videos = videosIn(process.argv, process.cwd(), app.isPackaged ? null : app.getAppPath());
/** Files that the system or another start of the program hands over before the app is ready. */
const early: string[] = [];
let desktop: Desktop | null = null;

const show = (paths: readonly string[]): void => {
  if (!desktop) {
    early.push(...paths);
    return;
  }
  void desktop.show();
  void desktop.open(paths);
};

const run = async (): Promise<void> => {
  await app.whenReady();
  desktop = await Desktop.start(dataFolder);
  await Promise.all([desktop.show(), desktop.open([...videos, ...early])]);
};

app.setPath('userData', join(dataFolder, 'desktop'));
// Chromium refuses to sandbox what root runs; whoever runs it so says it with the switch.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
quietChromium();

if (app.requestSingleInstanceLock({ videos })) {
  registerScheme();
  app.on('web-contents-created', (_event, contents) => confine(contents));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    show([path]);
  });
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const named = typeof data === 'object' && data !== null && 'videos' in data && Array.isArray(data.videos) ? (data.videos as unknown[]) : [];
    show(named.filter((path): path is string => typeof path === 'string'));
  });
  app.on('activate', () => show([]));
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('will-quit', (event) => {
    if (!desktop) return;
    // The engine puts its files in order first.
    event.preventDefault();
    const closing = desktop.close();
    desktop = null;
    void closing.finally(() => app.quit());
  });
  run().catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
} else {
  app.quit();
}
