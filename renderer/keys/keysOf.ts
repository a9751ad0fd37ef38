import { showKeys } from './show.js';
import { keyTable } from './table.js';

const mac = typeof navigator !== 'undefined' && /Mac/.test(navigator.userAgent);

/** The first key of an action as it is printed on the keyboard; undefined if it has none. */
export const keysOf = (id: string): string | undefined => {
  const first = keyTable.find((action) => action.id === id)?.keys[0];
  return first === undefined ? undefined : showKeys(first, mac);
};
