const plates: Readonly<Record<string, string>> = {
  ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Backspace: '⌫', Space: 'Space', Home: 'Home', End: 'End', '1-9': '1 … 9',
};

/** A combination of the table as it is printed on the keyboard, e.g. `Shift+←`, `⌘+E`. */
export const showKeys = (keys: string, mac: boolean): string => {
  if (keys === '+') return '+';
  return keys
    .split(/(?<=.)\+/)
    .map((key) => (key === 'Ctrl' ? (mac ? '⌘' : 'Ctrl') : (plates[key] ?? (key.length === 1 ? key.toUpperCase() : key))))
    .join('+');
};
