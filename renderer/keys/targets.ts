/** Places a key can go to; the element carries the name as `data-key-target`. */
export type KeyTarget = 'confidence';

/** Puts the focus on a place. Waits a frame, so that a place just shown is there. */
export const focusTarget = (target: KeyTarget): void => {
  requestAnimationFrame(() => {
    const place = document.querySelector<HTMLElement>(`[data-key-target="${target}"]`);
    (place?.querySelector<HTMLElement>('[role="slider"]') ?? place?.querySelector<HTMLElement>('button, input'))?.focus();
  });
};
