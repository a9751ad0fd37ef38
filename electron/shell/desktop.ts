import { session, type BrowserWindow, type WebContents } from 'electron';
import { Host } from '../host/host.js';
import { Pages } from '../host/pages.js';
import { programFolders } from '../host/program.js';
import { channels } from './channels.js';
import { desktopPlatform } from './dialogs.js';
import { startUtilityEngine } from './engine.js';
import { answerPage } from './ipc.js';
import { installMenu } from './menu.js';
import { serveScheme } from './protocol.js';
import { seal } from './security.js';
import { openWindow } from './window.js';
import { WindowStates } from './window-state.js';

/** The running desktop app: one host, at most one window. */
export class Desktop {
  #opening: Promise<void> | null = null;

  private constructor(
    private readonly host: Host,
    private readonly shown: { window: BrowserWindow | null },
    private readonly states: WindowStates,
  ) {}

  /** Call once, when the app is ready. */
  static async start(dataFolder: string): Promise<Desktop> {
    const shown: { window: BrowserWindow | null } = { window: null };
    const window = (): BrowserWindow | null => shown.window;
    const contents = (): WebContents | null => {
      const open = window();
      return open === null || open.isDestroyed() ? null : open.webContents;
    };
    const host = await Host.start({
      platform: desktopPlatform(window),
      startEngine: startUtilityEngine,
      dataFolder,
      emit: (name, payload) => contents()?.send(channels.event, name, payload),
    });
    seal(session.defaultSession);
    serveScheme(session.defaultSession, new Pages(programFolders.page), host);
    answerPage(host, contents);
    installMenu(() => void host.chooseVideos());
    return new Desktop(host, shown, new WindowStates(dataFolder));
  }

  /** Brings the window to the front, opening it where there is none. */
  show(): Promise<void> {
    this.#opening ??= this.#show().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #show(): Promise<void> {
    const { window: open } = this.shown;
    if (open) {
      if (open.isMinimized()) open.restore();
      open.focus();
      return;
    }
    this.host.expectPage();
    await openWindow(this.states, (window) => {
      this.shown.window = window;
      window.once('closed', () => (this.shown.window = null));
    });
  }

  /** Opens videos that came by another way than the page, and tells it of them. */
  open(paths: readonly string[]): Promise<void> {
    return this.host.announce(paths);
  }

  close(): Promise<void> {
    return this.host.close();
  }
}
