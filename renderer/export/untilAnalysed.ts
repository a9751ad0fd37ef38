import type { App } from '../state/slice.js';
import { app } from '../state/store.js';
import { analysedPart, exportPlan } from './plan.js';
import type { ExportOptions } from '../../electron/engine/contract/contract.js';

/** Whether every frame of the range is known and analysed. */
export const isAnalysed = ({ frames, detections }: App, { start, end }: Pick<ExportOptions, 'start' | 'end'>): boolean => {
  if (frames?.complete !== true) return false;
  const plan = exportPlan(frames.times, start, end);
  return analysedPart(detections.analysed, plan.from, plan.to) >= 1;
};

/** Resolves with true when the condition holds, with false when it is given up. */
export const until = (condition: (state: App) => boolean, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (held: boolean): void => {
      unsubscribe();
      signal.removeEventListener('abort', giveUp);
      resolve(held);
    };
    const giveUp = (): void => end(false);
    const unsubscribe = app.subscribe((state) => {
      if (condition(state)) end(true);
    });
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    else if (condition(app.getState())) end(true);
  });
