import { app, type DownloadItem, type Session } from 'electron';
import { join } from 'node:path';
import { pageUrl } from './origin.js';
import { safeName } from './safe-name.js';

/** What the page may hand over: tables and pictures that it made itself, by their endings. */
const kinds: Readonly<Record<string, { readonly name: string; readonly mime: string }>> = {
  csv: { name: 'CSV table', mime: 'text/csv' },
  md: { name: 'Markdown', mime: 'text/markdown' },
  png: { name: 'PNG picture', mime: 'image/png' },
};

/** Far more than any table or picture of the page is long. */
const most = 64 * 2 ** 20;

/** Whether this is something that our page made and the user asked for just now. */
const isOwn = (item: DownloadItem, ending: string): boolean =>
  item.getURL().startsWith(`blob:${pageUrl}`) && item.hasUserGesture() && item.getMimeType() === kinds[ending]?.mime && item.getTotalBytes() <= most;

/** Refuses every download but the page's own tables and pictures; where those go, the user says in a dialog. */
export const guardDownloads = (session: Session): void => {
  session.on('will-download', (event, item, contents) => {
    const safe = safeName(item.getFilename());
    if (safe === null || contents.getURL().split('#')[0] !== pageUrl || !isOwn(item, safe.ending)) {
      event.preventDefault();
      return;
    }
    item.setSaveDialogOptions({
      title: 'Save',
      defaultPath: join(app.getPath('downloads'), safe.name),
      filters: [{ name: kinds[safe.ending]?.name ?? '', extensions: [safe.ending] }],
      properties: ['showOverwriteConfirmation', 'createDirectory'],
    });
  });
};
