/** Places a key can go to; the element carries the name as `data-key-target`. */
export type KeyTarget = 'confidence' | 'model';

/** Puts the focus on a place; one that opens something is opened. Waits a frame, so that a place just shown is there. */
export const focusTarget = (target: KeyTarget): void => {
  requestAnimationFrame(() => {
    const place = document.querySelector<HTMLElement>(`[data-key-target="${target}"]`);
    const element = place?.matches('button, input, [tabindex]') === true
      ? place
      : place?.querySelector<HTMLElement>('[role="slider"], button, input, [tabindex]');
    element?.focus();
    if (element?.getAttribute('aria-haspopup') === 'menu') {
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    }
  });
};
