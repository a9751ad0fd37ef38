import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StoreApi } from 'zustand';
import type { PageBridge, Settings } from '../../../electron/engine/contract/contract.js';
import { connect, createApp } from '../../../renderer/state/create.js';
import type { App } from '../../../renderer/state/slice.js';

let saved: Settings[];
let app: StoreApi<App>;
let leave: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  saved = [];
  const bridge: PageBridge = {
    request: (name, ...args: readonly unknown[]) => {
      if (name === 'settings.save') saved.push((args[0] as { settings: Settings }).settings);
      return new Promise(() => undefined);
    },
    on: () => () => undefined,
    drop: () => Promise.resolve([]),
  };
  app = createApp(bridge);
  leave = connect(app, bridge);
  app.setState({ hello: {} as App['hello'], modelId: 'nano' });
  app.getState().applySettings({});
});
afterEach(() => {
  leave();
  vi.useRealTimers();
});

it('saves a choice at once, and what is only read never', () => {
  vi.advanceTimersByTime(5000);
  expect(saved).toEqual([]);
  app.setState({ theme: 'light' });
  expect(saved.map(({ theme }) => theme)).toEqual(['light']);
  vi.advanceTimersByTime(5000);
  expect(saved).toHaveLength(1);
});

it('saves a slider that is dragged at most every 0.4 s, the last place included', () => {
  for (let step = 1; step <= 10; step++) {
    app.getState().setMinScore(step / 20);
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(400);
  expect(saved.map(({ confidences }) => confidences)).toEqual([0.05, 0.2, 0.4, 0.5].map((value) => JSON.stringify([['nano', value]])));
});

it('saves what waits when the page goes', () => {
  app.setState({ theme: 'light' });
  app.setState({ theme: 'dark' });
  expect(saved.map(({ theme }) => theme)).toEqual(['light']);
  leave();
  expect(saved.map(({ theme }) => theme)).toEqual(['light', 'dark']);
  vi.advanceTimersByTime(5000);
  expect(saved).toHaveLength(2);
});

it('notes that a model goes back to its own confidence even where that shows the same', () => {
  app.getState().setMinScore(0.4);
  expect(saved.at(-1)?.['confidences']).toBe('[["nano",0.4]]');
  vi.advanceTimersByTime(1000);
  app.getState().resetMinScore();
  expect(saved.at(-1)?.['confidences']).toBeNull();
});
