import { useEffect, useState } from 'react';
import type { StoreApi } from 'zustand';

/**
 * A part of a store, taken at most once in `ms` milliseconds, the latest always in the end.
 * For what changes faster than an eye can read. `select` stays the same function from draw to draw.
 */
export const useEvery = <State, Part>(store: StoreApi<State>, select: (state: State) => Part, ms: number): Part => {
  const [part, setPart] = useState(() => select(store.getState()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let taken = Number.NEGATIVE_INFINITY;
    const take = (): void => {
      timer = undefined;
      taken = performance.now();
      setPart(() => select(store.getState()));
    };
    const changed = (): void => {
      if (timer !== undefined) return;
      const wait = taken + ms - performance.now();
      if (wait <= 0) take();
      else timer = setTimeout(take, wait);
    };
    take();
    const stop = store.subscribe(changed);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, select, ms]);
  return part;
};
