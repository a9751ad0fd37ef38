import { flushSync } from 'react-dom';

/** Places a key can go to; the element carries the name as `data-key-target`. */
export type KeyTarget = 'confidence';

/** Puts the focus on a place, also one just shown, before the next key press can arrive. */
export const focusTarget = (target: KeyTarget): void => {
  flushSync(() => undefined);
  const place = document.querySelector<HTMLElement>(`[data-key-target="${target}"]`);
  (place?.querySelector<HTMLElement>('[role="slider"]') ?? place?.querySelector<HTMLElement>('button, input'))?.focus();
};
