import { useSyncExternalStore } from 'react';

/** The whole page goes full screen, so that menus and dialogs come along; the frame then shows the picture alone. */
export const toggleFullScreen = (): void => {
  const changed = document.fullscreenElement === null ? document.documentElement.requestFullscreen() : document.exitFullscreen();
  // Refused where no click or key asked for it; then nothing happens.
  changed.catch(() => undefined);
};

export const isFullScreen = (): boolean => document.fullscreenElement !== null;

/** Resolves once the page is in its window again, and says so to all that watch. */
export const leaveFullScreen = async (): Promise<void> => {
  if (!isFullScreen()) return;
  const told = new Promise((resolve) => document.addEventListener('fullscreenchange', resolve, { once: true }));
  await document.exitFullscreen().then(() => told, () => undefined);
};

const subscribe = (listener: () => void): (() => void) => {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
};

export const useFullScreen = (): boolean => useSyncExternalStore(subscribe, isFullScreen);
