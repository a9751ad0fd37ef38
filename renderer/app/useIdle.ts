import { useEffect, useState } from 'react';

const rest = 2500;

/** True while neither pointer nor keyboard has been used for a while; always false unless `active`. */
export const useIdle = (active: boolean): boolean => {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    if (!active) return;
    let timer = setTimeout(() => setIdle(true), rest);
    const wake = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), rest);
      setIdle(false);
    };
    window.addEventListener('pointermove', wake);
    window.addEventListener('keydown', wake);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('pointermove', wake);
      window.removeEventListener('keydown', wake);
      setIdle(false);
    };
  }, [active]);
  return active && idle;
};
