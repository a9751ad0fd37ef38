import { useEffect, useState } from 'react';
import { remainingSeconds } from './remaining.js';

/** Seconds that are left of what was first seen at `seen` and is done by `fraction` now, looked at every second; null while that cannot be told, and of nothing. */
export const useRemaining = (seen: { readonly at: number; readonly fraction: number } | null, fraction: number | null): number | null => {
  const [now, setNow] = useState(() => Date.now());
  const running = fraction !== null;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return seen === null || fraction === null ? null : remainingSeconds(seen, fraction, now);
};
