import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoreApi } from 'zustand';
import { BatchBuilder, frameIndex, seconds, type PageBridge } from '../../../electron/engine/contract/contract.js';
import { connect, createApp } from '../../../renderer/state/create.js';
import { Detections } from '../../../renderer/state/detections.js';
import type { App } from '../../../renderer/state/slice.js';
import { Lanes } from '../../../renderer/timeline/lanes.js';

/** An engine that never answers. */
const silent: PageBridge = { request: () => new Promise(() => undefined), on: () => () => undefined, drop: () => Promise.resolve([]) };

/** Adds one frame a call with boxes of the given scores, by class id. */
const see = (app: StoreApi<App>, frame: number, scores: readonly (readonly [classId: number, score: number])[]): void => {
  const builder = new BatchBuilder();
  builder.add(frameIndex(frame), seconds(frame), Float32Array.from(scores.flatMap(([id, score]) => [0, 0, 9, 9, score, id])));
  const { detections } = app.getState();
  detections.add(builder.take());
  app.setState({ detectionsVersion: detections.version });
};
const listed = (app: StoreApi<App>): readonly number[] => app.getState().classList.listed;

let app: StoreApi<App>;
let leave: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  app = createApp(silent);
  leave = connect(app, silent);
  app.setState({ detections: new Detections(), filter: { minScore: 0.4, hiddenClasses: [] } });
  vi.advanceTimersByTime(1000);
  see(app, 0, [[7, 0.875], [0, 0.5], [8, 0.25]]);
});
afterEach(() => {
  leave();
  vi.useRealTimers();
});

describe('what holds the list of classes', () => {
  it('lets rows go half a second after the slider was moved last', () => {
    app.getState().setMinScore(0.75);
    vi.advanceTimersByTime(400);
    app.getState().setMinScore(0.8);
    vi.advanceTimersByTime(499);
    expect([listed(app), app.getState().classHold]).toEqual([[0, 7], 'no-removal']);
    vi.advanceTimersByTime(1);
    expect([listed(app), app.getState().classHold]).toEqual([[7], 'free']);
  });

  it('waits for as long as the slider is in hand', () => {
    const { holdClasses, setMinScore } = app.getState();
    holdClasses('slider', 'no-removal');
    setMinScore(1);
    vi.advanceTimersByTime(60_000);
    expect(listed(app)).toEqual([0, 7]);
    setMinScore(0.2);
    expect(listed(app)).toEqual([0, 7, 8]);
    holdClasses('slider', 'free');
    setMinScore(0.9);
    vi.advanceTimersByTime(500);
    expect(listed(app)).toEqual([]);
  });

  it('lets none come under the pointer below the listed ones, whatever else holds it less', () => {
    const { holdClasses } = app.getState();
    holdClasses('pointer', 'frozen');
    holdClasses('slider', 'no-removal');
    see(app, 1, [[3, 0.75]]);
    expect(listed(app)).toEqual([0, 7]);
    holdClasses('pointer', 'no-removal');
    expect(listed(app)).toEqual([0, 7, 3]);
  });

  it('begins anew with each run, held or not, and keeps the line open', () => {
    app.getState().holdClasses('pointer', 'no-removal');
    app.getState().setBelowOpen(true);
    app.getState().toggleClass(0);
    app.setState({ detections: new Detections(), detectionsVersion: 0 });
    expect(app.getState().classList).toEqual({ listed: [], order: [], picked: [] });
    see(app, 0, [[2, 0.9]]);
    expect([listed(app), app.getState().belowOpen]).toEqual([[2], true]);
  });

  it('keeps a class that was hidden by hand until all are shown, and leaves the filter alone', () => {
    const { toggleClass, setMinScore, showAllClasses } = app.getState();
    toggleClass(0);
    setMinScore(0.75);
    vi.advanceTimersByTime(500);
    expect([listed(app), app.getState().filter]).toEqual([[0, 7], { minScore: 0.75, hiddenClasses: [0] }]);
    showAllClasses();
    expect([listed(app), app.getState().filter]).toEqual([[7], { minScore: 0.75, hiddenClasses: [] }]);
  });
});

describe('the lanes of the timeline', () => {
  const lanes = (drawn: Lanes): readonly unknown[] =>
    drawn.of(app.getState(), Int32Array.of(0, 0, 1), 2).map(({ classId, classes, below, peak }) => [classId, classes, below, ...peak]);

  it('are those of the list; of classes below it when it is open, at any score', () => {
    see(app, 2, [[8, 0.125], [8, 0.25], [7, 0.625], [0, 0.25]]);
    const drawn = new Lanes();
    expect(lanes(drawn)).toEqual([[0, 1, false, 1, 0], [7, 1, false, 1, 1]]);
    app.getState().setBelowOpen(true);
    expect(lanes(drawn)).toEqual([[0, 1, false, 1, 0], [7, 1, false, 1, 1], [8, 1, true, 1, 2]]);
    app.getState().toggleClass(8);
    app.getState().toggleClass(0);
    expect(lanes(drawn)).toEqual([[7, 1, false, 1, 1]]);
  });

  it('do not change places while the list is held', () => {
    for (const id of [1, 2, 3, 4, 5]) see(app, id, [[id, 0.5], [id, 0.5]]);
    const drawn = new Lanes();
    const own = (): readonly (number | null)[] => drawn.of(app.getState(), Int32Array.of(0), 1).map(({ classId }) => classId);
    expect(own()).toEqual([1, 2, 3, 4, 5, null]);
    app.getState().holdClasses('slider', 'no-removal');
    for (const frame of [6, 7, 8]) see(app, frame, [[7, 0.5], [0, 0.5]]);
    expect(own()).toEqual([1, 2, 3, 4, 5, null]);
    app.getState().holdClasses('slider', 'free');
    expect(own()).toEqual([0, 7, 1, 2, 3, null]);
  });
});
