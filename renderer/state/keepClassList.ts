import type { StoreApi } from 'zustand';
import type { App } from './slice.js';

/** The slider counts as let go when it has stood still for this long, milliseconds. */
const settles = 500;

/** Keeps the list of classes true of the run and the filter until the returned function is called. */
export const keepClassList = (app: StoreApi<App>): (() => void) => {
  let settling: ReturnType<typeof setTimeout> | undefined;
  const stop = app.subscribe((now, before) => {
    if (now.filter.minScore !== before.filter.minScore) {
      clearTimeout(settling);
      settling = setTimeout(() => now.holdClasses('settling', 'free'), settles);
      now.holdClasses('settling', 'no-removal');
    }
    if (now.detections !== before.detections) now.emptyClasses();
    else if (now.filter.hiddenClasses !== before.filter.hiddenClasses) now.classesPicked(before.filter.hiddenClasses);
    else if (now.detectionsVersion !== before.detectionsVersion || now.filter !== before.filter || now.run?.model !== before.run?.model) now.relistClasses();
  });
  return () => {
    stop();
    clearTimeout(settling);
  };
};
