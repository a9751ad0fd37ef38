import { useSyncExternalStore } from 'react';

/** The whole page goes full screen, so that menus and dialogs come along; the frame then shows the picture alone. */
export const toggleFullScreen = (): void => {
  const changed = document.fullscreenElement === null ? document.documentElement.requestFullscreen() : document.exitFullscreen();
  // Refused where no click or key asked for it; then nothing happens.
  changed.catch(() => undefined);
};

const subscribe = (listener: () => void): (() => void) => {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
};

export const useFullScreen = (): boolean => useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
