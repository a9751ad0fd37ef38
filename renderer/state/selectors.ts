import type { VideoInfo } from '../../electron/engine/contract/contract.js';
import type { App } from './slice.js';
import type { QueueItem } from './slices/queue.js';

export const currentItem = (app: Pick<App, 'queue' | 'current'>): QueueItem | null =>
  app.queue.find((item) => item.video.token === app.current) ?? null;

/** The video on screen. */
export const currentVideo = (app: Pick<App, 'queue' | 'current'>): VideoInfo | null => currentItem(app)?.video ?? null;

// One and the same list, for a selector must not answer anew each time.
const noNames: readonly string[] = [];

export const classNames = (app: Pick<App, 'run'>): readonly string[] => app.run?.model.classes ?? noNames;

/** The name of a class, or its number where the model's card names none. */
export const className = (names: readonly string[], classId: number): string => names[classId] ?? `class ${classId}`;
