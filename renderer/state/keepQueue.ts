import type { StoreApi } from 'zustand';
import type { Token } from '../../electron/engine/contract/contract.js';
import type { App } from './slice.js';

const place = 'vovision.queue';
/** A page that ended without a goodbye this soon after its videos were opened again may have ended of them, milliseconds. */
const tooSoon = 20_000;

/** What a page has open, as the next one in the same tab or window finds it. */
export type KeptQueue = {
  readonly videos: readonly Token[];
  /** The one on screen. */
  readonly shown: Token | null;
};
type Kept = KeptQueue & {
  /** When the videos were last opened again, ms since 1970; null since the page said goodbye, or if they never were. */
  readonly restored: number | null;
};

const isToken = (value: unknown): value is Token => typeof value === 'string';

const read = (storage: Storage): Kept | null => {
  try {
    const found: unknown = JSON.parse(storage.getItem(place) ?? 'null');
    if (typeof found !== 'object' || found === null || !('videos' in found) || !Array.isArray(found.videos) || !found.videos.every(isToken)) return null;
    const shown = 'shown' in found && isToken(found.shown) ? found.shown : null;
    const restored = 'restored' in found && typeof found.restored === 'number' ? found.restored : null;
    return { videos: found.videos, shown, restored };
  } catch {
    return null;
  }
};

const write = (storage: Storage, kept: Kept): void => {
  try {
    storage.setItem(place, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing begins empty, as it would without this.
  }
};

/**
 * Keeps what is open for the page that is loaded next in the same tab or window: after a reload, and after the page's
 * process died. The returned function says goodbye and ends it.
 */
export const keepQueue = (app: StoreApi<App>, storage: Storage): (() => void) => {
  const stop = app.subscribe((now, before) => {
    if (now.queue === before.queue && now.current === before.current) return;
    write(storage, { videos: now.queue.map(({ video }) => video.token), shown: now.current, restored: read(storage)?.restored ?? null });
  });
  return () => {
    stop();
    const kept = read(storage);
    if (kept !== null) write(storage, { ...kept, restored: null });
  };
};

/** What the page before had open; null where that was nothing, or where opening it again may have ended that page. */
export const takeKeptQueue = (storage: Storage, now = Date.now()): KeptQueue | null => {
  const kept = read(storage);
  if (kept === null || kept.videos.length === 0) return null;
  const bad = kept.restored !== null && now - kept.restored < tooSoon;
  write(storage, bad ? { videos: [], shown: null, restored: null } : { ...kept, restored: now });
  return bad ? null : kept;
};
