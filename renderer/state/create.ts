import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PageBridge } from '../../electron/engine/contract/contract.js';
import type { App } from './slice.js';
import { keepClassList } from './keepClassList.js';
import { classListSlice } from './slices/classList.js';
import { engineSlice } from './slices/engine.js';
import { exportsSlice } from './slices/exports.js';
import { fasterSlice } from './slices/faster.js';
import { filterSlice } from './slices/filter.js';
import { labSlice } from './slices/lab.js';
import { modelsSlice } from './slices/models.js';
import { playerSlice } from './slices/player.js';
import { queueSlice } from './slices/queue.js';
import { runSlice } from './slices/run.js';
import { remembered, settingsSlice } from './slices/settings.js';
import { uiSlice } from './slices/ui.js';

/** Between two savings while settings keep changing, milliseconds. */
const settingsPause = 400;

/** The store over a bridge. `connect` binds it to what the engine says unasked. */
export const createApp = (bridge: PageBridge): StoreApi<App> =>
  createStore<App>()((set, get) => ({
    ...engineSlice(set, get, bridge),
    ...queueSlice(set, get, bridge),
    ...runSlice(set, get, bridge),
    ...playerSlice(set, get, bridge),
    ...filterSlice(set, get, bridge),
    ...classListSlice(set, get, bridge),
    ...modelsSlice(set, get, bridge),
    ...exportsSlice(set, get, bridge),
    ...settingsSlice(set, get, bridge),
    ...uiSlice(set, get, bridge),
    ...labSlice(set, get, bridge),
    ...fasterSlice(set, get, bridge),
  }));

/** Listens to the engine and remembers settings until the returned function is called, which saves what is not saved yet. */
export const connect = (app: StoreApi<App>, bridge: PageBridge): (() => void) => {
  const { getState } = app;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let due = false;
  let saved = '';
  // At once, so that a page that is closed on the heels of a choice has saved it.
  const save = (): void => {
    due = false;
    getState().saveSettings();
    pause = setTimeout(() => {
      pause = undefined;
      if (due) save();
    }, settingsPause);
  };
  const remember = (): void => {
    const now = JSON.stringify(remembered(getState()));
    if (now === saved) return;
    if (saved !== '') {
      if (pause === undefined) save();
      else due = true;
    }
    saved = now;
  };
  const watched = ['theme', 'ownConfidences', 'modelChosen', 'providerAsked', 'mode', 'volume', 'muted', 'queueOpen', 'panelOpen', 'exportLook', 'labSetup'] as const;
  const stops = [
    bridge.on('detections', (event) => getState().detected(event)),
    bridge.on('stats', (stats) => getState().statsCame(stats)),
    bridge.on('run', (event) => getState().runChanged(event)),
    bridge.on('provider', (event) => getState().providerChanged(event)),
    bridge.on('frames', (event) => getState().framesCame(event)),
    bridge.on('export', (progress) => getState().exportProgressed(progress)),
    bridge.on('lab', (progress) => getState().labProgressed(progress)),
    bridge.on('faster', (progress) => getState().fasterProgressed(progress)),
    bridge.on('engine', (event) => getState().engineChanged(event)),
    bridge.on('opened', ({ videos }) => getState().opened(videos)),
    bridge.on('upload', (upload) => getState().uploaded(upload)),
    app.subscribe((now, before) => {
      if (watched.some((key) => now[key] !== before[key])) remember();
    }),
    keepClassList(app),
    () => {
      clearTimeout(pause);
      if (due) getState().saveSettings();
    },
  ];
  return () => stops.forEach((stop) => stop());
};
