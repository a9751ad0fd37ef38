import { app, type Session, type WebContents } from 'electron';
import { guardDownloads } from './downloads.js';
import { isOurs, isPage, pageUrl } from './origin.js';

/** What the page may do beyond showing itself: the picture fills the screen, a figure is copied. */
const permitted: ReadonlySet<string> = new Set(['fullscreen', 'clipboard-sanitized-write']);

/** Schemes that name nothing outside this process. */
const innerSchemes: ReadonlySet<string> = new Set(['blob:', 'data:', 'devtools:']);

/**
 * Switches for Chromium itself, to be set before it starts: it must not look for updates, sites or
 * proxies of its own accord, and no name but our own leads anywhere.
 */
export const quietChromium = (): void => {
  const { commandLine } = app;
  for (const name of ['disable-background-networking', 'disable-component-update', 'disable-domain-reliability', 'no-proxy-server', 'no-pings']) {
    commandLine.appendSwitch(name);
  }
  commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
};

/** Keeps every page, present and future, where it is: no navigation, no further windows, no frames of others. */
export const confine = (contents: WebContents): void => {
  contents.on('will-navigate', (event, url) => {
    // A reload is a navigation to where the page is.
    if (!isPage(url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isPage(event.url)) event.preventDefault();
  });
  // Chromium goes to about:blank without asking anybody: come back from wherever that was.
  contents.on('did-navigate', (_event, url) => {
    if (!isPage(url)) void contents.loadURL(pageUrl).catch(() => undefined);
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
};

/** Refuses permissions, devices and every request that leaves the program. */
export const seal = (session: Session): void => {
  session.setPermissionRequestHandler((contents, permission, decide) =>
    decide(permitted.has(permission) && contents.getURL() !== '' && isOurs(contents.getURL())),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => permitted.has(permission) && isOurs(origin));
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  guardDownloads(session);
  session.webRequest.onBeforeRequest((details, decide) => {
    const inner = isOurs(details.url) || innerSchemes.has(new URL(details.url).protocol);
    decide({ cancel: !inner });
  });
};
