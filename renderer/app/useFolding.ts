import { useEffect } from 'react';
import { app } from '../state/store.js';

/** Narrower than this (CSS pixels), a part has no room beside the picture. */
const queueNeeds = 1200;
const panelNeeds = 920;

export const foldedAt = (width: number) => ({ queue: width < queueNeeds, panel: width < panelNeeds });

/** Folds queue and panel as the window gets narrow. */
export const useFolding = (): void => {
  useEffect(() => {
    const measure = (): void => {
      const next = foldedAt(window.innerWidth);
      const { folded, setFolded } = app.getState();
      if (next.queue !== folded.queue || next.panel !== folded.panel) setFolded(next);
    };
    measure();
    window.addEventListener('resize', measure);
    return () => window.removeEventListener('resize', measure);
  }, []);
};
