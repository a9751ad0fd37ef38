import { useEffect } from 'react';
import { useApp } from '../state/store.js';

/** Puts the theme on the page; without `data-theme` the system decides. */
export const useTheme = (): void => {
  const theme = useApp((now) => now.theme);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
  }, [theme]);
};
