import {
  errorData, type ErrorData, type JobId, type LabHeader, type LabOverview, type LabPlan, type LabProgress, type LabResult, type ProviderId,
} from '../../../electron/engine/contract/contract.js';
import { begun, standing, type LabSetup } from '../../lab/setup/setup.js';
import { paperSet } from '../../lab/setup/paper-set.js';
import { labWords } from '../../words/lab.js';
import type { Slice } from '../slice.js';

/** The two places of the window. */
export type PlaceName = 'video' | 'lab';
export const labViews = ['compare', 'layers', 'paper', 'kept'] as const;
export type LabView = (typeof labViews)[number];

/** How far a measurement had come when it was first seen, to tell what remains of it. */
export type LabSeen = { readonly job: JobId; readonly at: number; readonly fraction: number };

export type LabSlice = {
  readonly place: PlaceName;
  readonly labView: LabView;
  readonly labSetup: LabSetup;
  /** What can be measured, and what was; null until it is known. */
  readonly labOverview: LabOverview | null;
  /** Why it is not known. */
  readonly labError: ErrorData | null;
  /** The measurement under way, or the last one that ended, until it is dismissed. */
  readonly labProgress: LabProgress | null;
  readonly labSeen: LabSeen | null;
  /** True between asking for a measurement and its first word. */
  readonly labStarting: boolean;
  /** Results that were read, by id. */
  readonly labResults: Readonly<Record<string, LabResult>>;
  /** Ids of the results on screen: one comparison, layers by subject, experiments by id. */
  readonly labShown: Readonly<Record<string, string>>;
  /** The comparison that the one on screen is held against. */
  readonly labEarlier: string | null;
  readonly goTo: (place: PlaceName) => void;
  readonly setLabView: (view: LabView) => void;
  readonly setLabSetup: (change: Partial<LabSetup>) => void;
  readonly loadLab: () => Promise<void>;
  readonly startLab: (plan: LabPlan) => Promise<void>;
  readonly cancelLab: () => Promise<void>;
  readonly dismissLabProgress: () => void;
  readonly labProgressed: (progress: LabProgress) => void;
  /** Reads a kept result; null where that fails. */
  readonly readLabResult: (id: string) => Promise<LabResult | null>;
  /** Shows a kept result in its view. */
  readonly showLabResult: (id: string) => Promise<void>;
  readonly forgetLabResult: (id: string) => Promise<void>;
  readonly setLabEarlier: (id: string | null) => void;
};

/** Under which name a result is on screen. */
export const shownAs = (plan: LabPlan): string =>
  plan.kind === 'compare' ? 'compare' : plan.kind === 'layers' ? `layers:${plan.subject}` : `experiment:${plan.experiment}`;

/** Results of this machine are read ahead for the views, this many of each kind. */
const readAhead: Readonly<Record<LabPlan['kind'], number>> = { compare: 1, layers: 4, experiment: 12 };

/** The view a measurement belongs to. */
export const viewOf: Readonly<Record<LabPlan['kind'], LabView>> = { compare: 'compare', layers: 'layers', experiment: 'paper' };

const headerOf = ({ id, title, kind, at, machine, provider }: LabResult): LabHeader => ({ id, title, kind, at, machine, provider });

export const labSlice: Slice<LabSlice> = (set, get, bridge) => {
  let goOn = false;

  const take = (result: LabResult, replace: boolean): void => {
    const key = shownAs(result.plan);
    const { labShown, labResults } = get();
    set({
      labResults: { ...labResults, [result.id]: result },
      ...((replace || labShown[key] === undefined) && { labShown: { ...labShown, [key]: result.id } }),
    });
  };

  const read = async (id: string): Promise<LabResult | null> => {
    const known = get().labResults[id];
    if (known !== undefined) return known;
    try {
      const result = await bridge.request('lab.result', { id });
      set({ labResults: { ...get().labResults, [id]: result } });
      return result;
    } catch (error) {
      get().notifyError(error);
      return null;
    }
  };

  /** The newest results of this machine, so that views have something to show. */
  const ahead = async ({ kept, machine }: LabOverview): Promise<void> => {
    for (const [kind, most] of Object.entries(readAhead)) {
      const mine = kept.filter((header) => header.kind === kind && header.machine.key === machine.key);
      for (const { id } of mine.slice(0, most)) {
        const result = await read(id);
        if (result !== null) take(result, false);
      }
    }
  };

  const done = async (id: string): Promise<void> => {
    const result = await read(id);
    if (result === null) return;
    take(result, true);
    const { labOverview } = get();
    if (labOverview !== null && !labOverview.kept.some((header) => header.id === id)) {
      set({ labOverview: { ...labOverview, kept: [headerOf(result), ...labOverview.kept] } });
    }
  };

  return {
    place: 'video',
    labView: 'compare',
    labSetup: begun,
    labOverview: null,
    labError: null,
    labProgress: null,
    labSeen: null,
    labStarting: false,
    labResults: {},
    labShown: {},
    labEarlier: null,
    goTo: (place) => {
      const { player, playing, labOverview } = get();
      if (get().place === place) return;
      set({ place });
      if (place === 'lab') {
        // Nobody watches, and playing would disturb what is measured.
        goOn = playing;
        player?.pause();
        if (labOverview === null) void get().loadLab();
      } else {
        if (goOn) player?.play();
        goOn = false;
      }
    },
    setLabView: (labView) => set({ labView }),
    setLabSetup: (change) => set({ labSetup: { ...get().labSetup, ...change } }),
    loadLab: async () => {
      set({ labError: null });
      try {
        const overview = await bridge.request('lab.open', {});
        const { labSetup, labProgress } = get();
        set({ labOverview: overview, labSetup: standing(labSetup, overview, paperSet) });
        if (overview.running !== null) get().labProgressed(overview.running);
        else if (labProgress?.state === 'running') set({ labProgress: null });
        await ahead(overview);
      } catch (error) {
        set({ labError: errorData(error) });
      }
    },
    startLab: async (plan) => {
      if (get().labStarting || get().labProgress?.state === 'running') return;
      set({ labStarting: true, labProgress: null, labView: viewOf[plan.kind] });
      try {
        await bridge.request('lab.start', { plan: plan.kind === 'compare' ? { ...plan, subjects: [...plan.subjects] } : plan });
      } catch (error) {
        get().notifyError(error);
      } finally {
        set({ labStarting: false });
      }
    },
    cancelLab: async () => {
      const { labProgress } = get();
      if (labProgress?.state !== 'running') return;
      await bridge.request('lab.cancel', { job: labProgress.job }).catch(get().notifyError);
    },
    dismissLabProgress: () => { if (get().labProgress?.state !== 'running') set({ labProgress: null }); },
    labProgressed: (progress) => {
      const { labSeen } = get();
      const ended = progress.state !== 'running';
      set({
        labProgress: progress.state === 'done' ? null : progress,
        ...(labSeen?.job !== progress.job && { labSeen: { job: progress.job, at: Date.now(), fraction: progress.fraction } }),
      });
      if (ended && progress.result !== null) {
        void done(progress.result);
        if (get().place !== 'lab') get().notify('success', labWords.measured, labWords.measuredWhere);
      }
    },
    readLabResult: read,
    showLabResult: async (id) => {
      const result = await read(id);
      if (result === null) return;
      take(result, true);
      set({ labView: viewOf[result.kind] });
      if (result.plan.kind === 'layers') get().setLabSetup({ layersOf: result.plan.subject });
    },
    forgetLabResult: async (id) => {
      const { labOverview, labShown, labEarlier, labResults } = get();
      try {
        await bridge.request('lab.forget', { id });
      } catch (error) {
        get().notifyError(error);
        return;
      }
      set({
        labResults: Object.fromEntries(Object.entries(labResults).filter(([known]) => known !== id)),
        labShown: Object.fromEntries(Object.entries(labShown).filter(([, shown]) => shown !== id)),
        labEarlier: labEarlier === id ? null : labEarlier,
        ...(labOverview !== null && { labOverview: { ...labOverview, kept: labOverview.kept.filter((header) => header.id !== id) } }),
      });
    },
    setLabEarlier: (labEarlier) => {
      set({ labEarlier });
      if (labEarlier !== null) void read(labEarlier);
    },
  };
};

/** The provider that the next measurement runs on. */
export const labProvider = (setup: LabSetup, overview: LabOverview): ProviderId | null =>
  setup.provider !== null && overview.providers.includes(setup.provider) ? setup.provider : (overview.providers[0] ?? null);
