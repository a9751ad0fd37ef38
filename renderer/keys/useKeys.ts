import { useEffect } from 'react';
import { isFullScreen, leaveFullScreen } from '../player/fullScreen.js';
import { app } from '../state/store.js';
import { match } from './match.js';

/** Where keys belong to what has the focus: nothing of the table is done there. */
const takesAllKeys = 'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]';
const sliderKeys = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);

const pressable = 'button, a, summary, [role="button"]';

/**
 * Whether the focused element wants this press for itself. A button that was clicked keeps the focus,
 * yet Space must still play: only one that was reached by keyboard gets Space and Enter.
 */
const isForFocus = (target: Element, event: KeyboardEvent, clicked: Element | null): boolean => {
  if (target.closest(takesAllKeys) !== null) return true;
  if (sliderKeys.has(event.key) && target.closest('[role="slider"], [role="radiogroup"], [role="toolbar"]') !== null) return true;
  return (event.key === ' ' || event.key === 'Enter') && target.matches(pressable) && target !== clicked;
};

/** Obeys the key table for as long as the component is there. */
export const useKeys = (): void => {
  useEffect(() => {
    let clicked: Element | null = null;
    const pointed = (event: PointerEvent): void => {
      clicked = event.target instanceof Element ? event.target.closest(pressable) : null;
    };
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === 'Tab') clicked = null;
      if (event.defaultPrevented || event.isComposing || app.getState().dialog !== null) return;
      if (event.target instanceof Element && isForFocus(event.target, event, clicked)) return;
      const found = match(event);
      if (found !== null && found.action.everywhere !== true && app.getState().place !== 'video') return;
      if (found === null) {
        // A held key whose action does not repeat must not scroll or click either.
        if (event.repeat && match({ ...pressOf(event), repeat: false }) !== null) event.preventDefault();
        return;
      }
      event.preventDefault();
      const { action, digit } = found;
      if (!isFullScreen() || action.fullScreen === undefined) action.run(app.getState(), digit);
      else if (action.fullScreen === 'leave') void leaveFullScreen().then(() => action.run(app.getState(), digit));
    };
    // A clicked button acts on Space when it is let go.
    const released = (event: KeyboardEvent): void => {
      if (event.key === ' ' && app.getState().place === 'video' && event.target instanceof Element && !isForFocus(event.target, event, clicked)) event.preventDefault();
    };
    window.addEventListener('pointerdown', pointed, { capture: true });
    window.addEventListener('keydown', pressed);
    window.addEventListener('keyup', released);
    return () => {
      window.removeEventListener('pointerdown', pointed, { capture: true });
      window.removeEventListener('keydown', pressed);
      window.removeEventListener('keyup', released);
    };
  }, []);
};

const pressOf = ({ key, ctrlKey, metaKey, altKey, shiftKey, repeat }: KeyboardEvent) => ({ key, ctrlKey, metaKey, altKey, shiftKey, repeat });
