import type { Settings } from '../../../electron/engine/contract/contract.js';
import { labSettings, labSetupOf } from '../../lab/setup/remember.js';
import { readConfidences, storedConfidences } from '../ownConfidences.js';
import type { App, Slice } from '../slice.js';

export type SettingsSlice = {
  readonly applySettings: (settings: Settings) => void;
  /** Remembers how the page stands now; called by the store whenever that changes. */
  readonly saveSettings: () => void;
};

const oneOf = <Value extends string>(values: readonly Value[], value: unknown): Value | undefined =>
  values.find((known) => known === value);
const number = (value: unknown, min: number, max: number): number | undefined =>
  typeof value === 'number' && value >= min && value <= max ? value : undefined;
const boolean = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What of the page is remembered. */
export const remembered = (app: App): Settings => ({
  theme: app.theme,
  confidences: storedConfidences(app.ownConfidences),
  model: app.modelChosen,
  provider: app.providerAsked,
  mode: app.mode,
  volume: app.volume,
  muted: app.muted,
  queueOpen: app.queueOpen,
  panelOpen: app.panelOpen,
  codec: app.exportLook.codec,
  labels: app.exportLook.labels,
  scores: app.exportLook.scores,
  lab: labSettings(app.labSetup),
});

export const settingsSlice: Slice<SettingsSlice> = (set, get, bridge) => ({
  applySettings: (settings) => {
    const app = get();
    set({
      theme: oneOf(['dark', 'light', 'system'], settings['theme']) ?? app.theme,
      ownConfidences: readConfidences(settings['confidences']),
      modelChosen: string(settings['model']) ?? app.modelChosen,
      providerAsked:
        oneOf(['auto', 'cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu'], settings['provider']) ?? app.providerAsked,
      mode: oneOf(['every-frame', 'keep-up'], settings['mode']) ?? app.mode,
      volume: number(settings['volume'], 0, 1) ?? app.volume,
      muted: boolean(settings['muted']) ?? app.muted,
      queueOpen: boolean(settings['queueOpen']) ?? app.queueOpen,
      panelOpen: boolean(settings['panelOpen']) ?? app.panelOpen,
      exportLook: {
        codec: oneOf(['h264', 'hevc', 'vp9', 'prores'], settings['codec']) ?? app.exportLook.codec,
        labels: boolean(settings['labels']) ?? app.exportLook.labels,
        scores: boolean(settings['scores']) ?? app.exportLook.scores,
      },
      labSetup: labSetupOf(settings['lab'], app.labSetup),
    });
    get().followModel();
  },
  saveSettings: () => {
    if (get().hello === null) return;
    bridge.request('settings.save', { settings: { ...remembered(get()) } }).catch(() => undefined);
  },
});
