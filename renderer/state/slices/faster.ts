import { errorData, type ErrorData, type FasterProgress, type JobId, type ProviderId, type Token, type VideoInfo } from '../../../electron/engine/contract/contract.js';
import { fasterWords } from '../../words/faster.js';
import type { Slice } from '../slice.js';

/** What to make faster, learning from what, on what. */
export type FasterPlan = { readonly model: string; readonly videos: readonly Token[]; readonly provider: ProviderId | 'auto' };

export type FasterSlice = {
  /** The model that the dialog asks about. */
  readonly fasterModel: string | null;
  /** The clip that comes with the program; null until it is known, and where there is none. */
  readonly fasterSample: VideoInfo | null;
  /** What is under way, or how the last one ended, until it is dismissed. */
  readonly faster: FasterProgress | null;
  /** Where it stood when it was first seen, to tell what remains. */
  readonly fasterSeen: { readonly job: JobId; readonly at: number; readonly fraction: number } | null;
  /** True between asking for it and its first word. */
  readonly fasterStarting: boolean;
  /** Why it could not begin. */
  readonly fasterError: ErrorData | null;
  /** Asks about a model; shows what is under way where something is. */
  readonly openFaster: (model: string) => void;
  readonly showFaster: () => void;
  /** Takes up what is under way when the page begins. */
  readonly loadFaster: () => Promise<void>;
  readonly startFaster: (plan: FasterPlan) => Promise<void>;
  readonly cancelFaster: () => Promise<void>;
  /** Forgets how the last one ended. */
  readonly dismissFaster: () => void;
  readonly fasterProgressed: (progress: FasterProgress) => void;
};

export const fasterSlice: Slice<FasterSlice> = (set, get, bridge) => ({
  fasterModel: null,
  fasterSample: null,
  faster: null,
  fasterSeen: null,
  fasterStarting: false,
  fasterError: null,
  openFaster: (model) => {
    if (get().faster?.state !== 'running') set({ faster: null, fasterError: null });
    set({ fasterModel: model });
    get().openDialog('faster');
    if (get().fasterSample !== null || get().hello?.sample !== true) return;
    bridge.request('videos.sample', {})
      .then((opened) => { if (opened.kind === 'opened') set({ fasterSample: opened.video }); })
      .catch(get().notifyError);
  },
  showFaster: () => {
    const { faster } = get();
    if (faster === null) return;
    set({ fasterModel: faster.model.id });
    get().openDialog('faster');
  },
  loadFaster: async () => {
    const progress = await bridge.request('faster.open', {}).catch(() => null);
    if (progress?.state === 'running') get().fasterProgressed(progress);
  },
  startFaster: async ({ model, videos, provider }) => {
    if (get().fasterStarting || get().faster?.state === 'running') return;
    set({ fasterStarting: true, fasterError: null, faster: null });
    try {
      await bridge.request('faster.start', { model, videos: [...videos], provider });
      // Its first word may have come before this answer, or even its last.
      if (get().faster === null) await get().loadFaster();
    } catch (error) {
      set({ fasterError: errorData(error) });
    } finally {
      set({ fasterStarting: false });
    }
  },
  cancelFaster: async () => {
    const { faster } = get();
    if (faster?.state !== 'running') return;
    await bridge.request('faster.cancel', { job: faster.job }).catch(get().notifyError);
  },
  dismissFaster: () => { if (get().faster?.state !== 'running') set({ faster: null, fasterError: null }); },
  fasterProgressed: (progress) => {
    const { fasterSeen, models } = get();
    set({
      faster: progress,
      ...(fasterSeen?.job !== progress.job && { fasterSeen: { job: progress.job, at: Date.now(), fraction: progress.fraction } }),
    });
    const made = progress.outcome?.made ?? null;
    if (made !== null) {
      set({ models: [...models.filter(({ id }) => id !== made.id), made] });
      if (get().labOverview !== null) void get().loadLab();
    }
    // In the lab there is no card of it.
    if (progress.state === 'done' && get().place === 'lab' && get().dialog !== 'faster') {
      get().notify('success', progress.outcome === null || made === null ? fasterWords.of(progress.model.name, fasterWords.stays) : fasterWords.keptAs(made.name), progress.outcome?.verdict);
    }
  },
});
