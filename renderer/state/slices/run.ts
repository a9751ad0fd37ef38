import {
  errorData, frameIndex, seconds, type AnalysisMode, type ErrorData, type Events, type FrameTimes, type LiveStats,
  type RunId, type RunInfo, type Seconds, type Token,
} from '../../../electron/engine/contract/contract.js';
import { appWords } from '../../words/app.js';
import { Detections } from '../detections.js';
import { endOf } from '../frameTimes.js';
import { piecesToLoad } from '../pieces.js';
import { currentItem } from '../selectors.js';
import type { Slice } from '../slice.js';

export type RunSlice = {
  /** The run of the video on screen; null while there is none. */
  readonly run: RunInfo | null;
  /** Why the video on screen cannot be analysed; null if all is well. */
  readonly runError: ErrorData | null;
  readonly mode: AnalysisMode;
  readonly stats: LiveStats | null;
  /** All detections of the run. The object changes in place: watch `detectionsVersion`. */
  readonly detections: Detections;
  readonly detectionsVersion: number;
  readonly frames: FrameTimes | null;
  /** Where the video on screen ends. */
  readonly end: Seconds;
  readonly setMode: (mode: AnalysisMode) => void;
  /** Shows the current video from its beginning and analyses it. */
  readonly beginVideo: () => Promise<void>;
  /** Analyses the current video anew, with the model and provider chosen now. */
  readonly restartRun: () => Promise<void>;
  readonly leaveRun: (run: RunId | null) => Promise<void>;
  /** Analyses the next waiting video of the queue, if nothing else is being analysed. */
  readonly continueQueue: () => Promise<void>;
  readonly detected: (event: Events['detections']) => void;
  readonly statsCame: (stats: LiveStats) => void;
  readonly runChanged: (event: Events['run']) => void;
  readonly providerChanged: (event: Events['provider']) => void;
  readonly framesCame: (event: Events['frames']) => void;
  readonly engineChanged: (event: Events['engine']) => void;
};

/** Frames asked for at once when stored detections are read back. */
const pieceLength = 8000;

const nothingYet = () => ({
  run: null, runError: null, stats: null, detections: new Detections(), detectionsVersion: 0,
});

export const runSlice: Slice<RunSlice> = (set, get, bridge) => {
  /** Goes up whenever what is under way for the current video no longer counts. */
  let generation = 0;
  /** Detections that came before the answer that names their run. */
  let early: Events['detections'][] = [];

  /** Several where the same content is in the queue more than once: a run's name follows from it. */
  const itemsOfRun = (run: RunId) => get().queue.filter((item) => item.run === run);

  const take = ({ run, batch }: Events['detections']): void => {
    if (get().run?.run !== run) return;
    const { detections } = get();
    detections.add(batch);
    set({ detectionsVersion: detections.version });
  };

  const loadFrames = async (video: Token, mine: number): Promise<void> => {
    try {
      const frames = await bridge.request('video.frames', { video });
      if (mine === generation && (get().frames?.times.length ?? 0) <= frames.times.length) get().framesCame({ video, frames });
    } catch (error) {
      if (mine === generation) get().notifyError(error);
    }
  };

  const start = async (video: Token, mine: number): Promise<void> => {
    const { modelId, providerAsked, mode, time } = get();
    if (modelId === null) return;
    early = [];
    get().updateItem(video, { state: 'analysing', error: null });
    try {
      const started = await bridge.request('run.start', { video, model: modelId, provider: providerAsked, mode, from: time });
      if (mine !== generation) {
        await get().leaveRun(started.run);
        return;
      }
      get().updateItem(video, { run: started.run });
      set({ run: started, providers: started.provider.others.length > 0 ? started.provider.others : get().providers });
      early.forEach(take);
      early = [];
      get().runChanged({ run: started.run, state: started.state });
      for (const [from, to] of piecesToLoad(started.analysed, get().frame ?? 0, pieceLength)) {
        const batch = await bridge.request('run.detections', { run: started.run, from, to });
        if (mine !== generation) return;
        take({ run: started.run, batch });
      }
    } catch (error) {
      if (mine !== generation) return;
      set({ runError: errorData(error) });
      get().updateItem(video, { state: 'failed', error: errorData(error) });
      void get().continueQueue();
    }
  };

  /**
   * The engine was started again and its host has taken the run up. What it stored in its last moments
   * may never have arrived here.
   */
  const refill = async (): Promise<void> => {
    const mine = generation;
    const { run, frames, detections } = get();
    if (run === null) return;
    const last = Math.max(detections.lastFrame, (frames?.times.length ?? 0) - 1);
    try {
      for (const [from, to] of piecesToLoad([[frameIndex(0), frameIndex(last)]], get().frame ?? 0, pieceLength)) {
        const batch = await bridge.request('run.detections', { run: run.run, from, to });
        if (mine !== generation) return;
        take({ run: run.run, batch });
      }
    } catch (error) {
      // A run that was not taken up says so itself.
      if (mine === generation && get().runError === null) get().notifyError(error);
    }
  };

  /** Stops whatever is being analysed, for the user wants something else first. */
  const stopAll = async (): Promise<void> => {
    for (const item of get().queue) {
      if (item.run === null || item.state === 'done') continue;
      get().updateItem(item.video.token, { run: null, state: item.state === 'failed' ? 'failed' : 'waiting' });
      await get().leaveRun(item.run);
    }
  };

  return {
    ...nothingYet(),
    mode: 'every-frame',
    frames: null,
    end: seconds(0),
    setMode: (mode) => {
      const { run } = get();
      set({ mode });
      if (run !== null) bridge.request('run.mode', { run: run.run, mode }).catch(get().notifyError);
    },
    beginVideo: async () => {
      const mine = ++generation;
      const { current } = get();
      const video = currentItem(get())?.video ?? null;
      set({
        ...nothingYet(), frames: null, end: seconds(video?.duration ?? 0), time: seconds(0), frame: null,
        markIn: null, markOut: null, playing: false, playError: null, filter: { ...get().filter, hiddenClasses: [] },
      });
      await stopAll();
      if (current === null || mine !== generation) return;
      await Promise.all([loadFrames(current, mine), start(current, mine)]);
    },
    restartRun: async () => {
      const mine = ++generation;
      const { current, run } = get();
      set({ ...nothingYet(), filter: { ...get().filter, hiddenClasses: [] } });
      if (run !== null) await get().leaveRun(run.run);
      await stopAll();
      if (current === null || mine !== generation) return;
      const missing = get().frames?.complete === true ? null : loadFrames(current, mine);
      await Promise.all([missing, start(current, mine)]);
    },
    leaveRun: async (run) => {
      if (run === null) return;
      // The run may have ended by itself; then there is nothing left to stop.
      await bridge.request('run.stop', { run }).catch(() => undefined);
    },
    continueQueue: async () => {
      const { queue, modelId, providerAsked } = get();
      const shown = currentItem(get());
      // The video on screen comes first.
      if (shown !== null && shown.state !== 'done' && shown.state !== 'failed') return;
      const next = queue.find((item) => item.state === 'waiting');
      if (modelId === null || next === undefined || queue.some((item) => item.state === 'analysing')) return;
      const video = next.video.token;
      const mine = generation;
      get().updateItem(video, { state: 'analysing' });
      try {
        const started = await bridge.request('run.start', {
          video, model: modelId, provider: providerAsked, mode: 'every-frame', from: 0,
        });
        if (mine !== generation && get().current !== video) {
          get().updateItem(video, { state: 'waiting', run: null });
          await get().leaveRun(started.run);
          return;
        }
        if (!get().queue.some((item) => item.video.token === video)) {
          await get().leaveRun(started.run);
          void get().continueQueue();
          return;
        }
        get().updateItem(video, { run: started.run });
        get().runChanged({ run: started.run, state: started.state });
      } catch (error) {
        get().updateItem(video, { state: 'failed', error: errorData(error) });
        void get().continueQueue();
      }
    },
    detected: (event) => {
      if (get().run === null) early = [...early.slice(-200), event];
      else take(event);
    },
    statsCame: (stats) => {
      if (get().run?.run === stats.run) set({ stats });
      if (stats.framesTotal === null) return;
      const progress = Math.min(1, stats.framesDone / Math.max(1, stats.framesTotal));
      for (const item of itemsOfRun(stats.run)) {
        if (item.state !== 'done') get().updateItem(item.video.token, { progress });
      }
    },
    runChanged: ({ run, state }) => {
      const shown = get().run;
      if (shown?.run === run) set({ run: { ...shown, state }, runError: state.kind === 'failed' ? state.error : null });
      const items = itemsOfRun(run);
      if (items.length === 0) return;
      if (state.kind === 'done' && state.warning !== null && items.some((item) => item.state !== 'done')) get().notify('warning', state.warning);
      for (const { video: { token }, state: before } of items) {
        if (state.kind === 'failed') get().updateItem(token, { state: 'failed', error: state.error });
        else if (state.kind === 'done') get().updateItem(token, { state: 'done', progress: 1 });
        // Idle is no news: there is nothing to do just now, or nothing at all any more. What is done is at work again
        // only on screen, and not because another of the same content is.
        else if (state.kind !== 'idle' && (before !== 'done' || (token === get().current && items.length === 1))) get().updateItem(token, { state: 'analysing' });
      }
      if (state.kind === 'failed' || state.kind === 'done') void get().continueQueue();
    },
    providerChanged: ({ run, info }) => {
      const shown = get().run;
      if (shown?.run !== run) return;
      const changed = info.running !== shown.provider.running;
      set({ run: { ...shown, provider: info }, providers: info.others });
      if (changed) get().notify(info.running === 'cpu' ? 'warning' : 'info', info.reason);
    },
    framesCame: ({ video, frames }) => {
      if (get().current !== video) return;
      const declared = currentItem(get())?.video.duration ?? null;
      const end = endOf(frames.times, frames.complete, declared);
      set({ frames, end, frame: get().frame ?? (frames.times.length > 0 ? frameIndex(0) : null) });
    },
    engineChanged: (engine) => {
      const back = engine.state === 'ready' && get().engine.state !== 'ready';
      set({ engine });
      if (!back) return;
      // The banner may have stood for a moment only.
      get().notify('info', appWords.engineBack, appWords.engineBackDetail);
      void refill();
      // A measurement was lost with the engine.
      if (get().labOverview !== null) void get().loadLab();
    },
  };
};
