import { keyTable, type KeyAction } from './table.js';

/** What of a KeyboardEvent matters here. */
export type Press = {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
};

export type Match = { readonly action: KeyAction; readonly digit: number };

/** Characters that need Shift on some keyboards: there Shift belongs to the character. */
const isSymbol = (key: string): boolean => key.length === 1 && !/[a-z]/i.test(key);

/** The combination as the table spells it, e.g. `Shift+ArrowLeft`, `Ctrl+e`, `?`. */
export const spell = (press: Press): string => {
  const key = press.key === ' ' ? 'Space' : press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const shift = press.shiftKey && !isSymbol(key);
  return `${press.ctrlKey || press.metaKey ? 'Ctrl+' : ''}${shift ? 'Shift+' : ''}${key}`;
};

/** What a key press asks for, if anything. */
export const match = (press: Press, table: readonly KeyAction[] = keyTable): Match | null => {
  if (press.altKey) return null;
  const spelled = spell(press);
  const digit = /^[1-9]$/.test(spelled) ? Number(spelled) : 0;
  const action = table.find(({ keys }) => keys.includes(spelled) || (digit > 0 && keys.includes('1-9')));
  if (action === undefined || (press.repeat && action.repeats !== true)) return null;
  return { action, digit };
};
