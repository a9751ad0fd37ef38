import type { StoreApi } from 'zustand';
import type { PageBridge } from '../../electron/engine/contract/contract.js';
import type { ClassListSlice } from './slices/classList.js';
import type { EngineSlice } from './slices/engine.js';
import type { ExportsSlice } from './slices/exports.js';
import type { FasterSlice } from './slices/faster.js';
import type { FilterSlice } from './slices/filter.js';
import type { LabSlice } from './slices/lab.js';
import type { ModelsSlice } from './slices/models.js';
import type { PlayerSlice } from './slices/player.js';
import type { QueueSlice } from './slices/queue.js';
import type { RunSlice } from './slices/run.js';
import type { SettingsSlice } from './slices/settings.js';
import type { UiSlice } from './slices/ui.js';

/** Everything the page knows, and what it can do about it. */
export type App =
  & EngineSlice & QueueSlice & RunSlice & PlayerSlice & FilterSlice & ClassListSlice & ModelsSlice & ExportsSlice & SettingsSlice & UiSlice & LabSlice
  & FasterSlice;

/** Makes one slice of the store. */
export type Slice<Part> = (set: StoreApi<App>['setState'], get: () => App, bridge: PageBridge) => Part;
