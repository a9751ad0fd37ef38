import { usualMinScore, type DetectionFilter } from '../../../electron/engine/contract/contract.js';
import { modelConfidence } from '../modelConfidence.js';
import type { OwnConfidences } from '../ownConfidences.js';
import type { Slice } from '../slice.js';

export type FilterSlice = {
  /** What is shown, counted and exported; a view over what is stored, so it acts at once. */
  readonly filter: DetectionFilter;
  /** What the user set, by model; each of the others begins with what its card says. */
  readonly ownConfidences: OwnConfidences;
  /** Sets it for the model that is used. */
  readonly setMinScore: (minScore: number) => void;
  /** Back to what the model begins with. */
  readonly resetMinScore: () => void;
  /** Takes up what counts for the model that is used now. */
  readonly followModel: () => void;
  readonly toggleClass: (classId: number) => void;
  /** Hides every other class, or shows all again if this one is alone already. */
  readonly soloClass: (classId: number) => void;
  readonly showAllClasses: () => void;
};

export const filterSlice: Slice<FilterSlice> = (set, get) => {
  const hide = (hiddenClasses: readonly number[]): void => set({ filter: { ...get().filter, hiddenClasses } });
  const show = (minScore: number): void => {
    if (get().filter.minScore !== minScore) set({ filter: { ...get().filter, minScore } });
  };
  return {
    filter: { minScore: usualMinScore, hiddenClasses: [] },
    ownConfidences: new Map(),
    setMinScore: (minScore) => {
      const { filter, modelId, ownConfidences } = get();
      const within = Math.min(1, Math.max(0, minScore));
      const others = [...ownConfidences].filter(([id]) => id !== modelId);
      set({
        filter: { ...filter, minScore: within },
        ...(modelId !== null && { ownConfidences: new Map([...others, [modelId, within]]) }),
      });
    },
    resetMinScore: () => {
      const { modelId, ownConfidences } = get();
      set({ ownConfidences: new Map([...ownConfidences].filter(([id]) => id !== modelId)) });
      get().followModel();
    },
    followModel: () => {
      const { modelId, ownConfidences } = get();
      show((modelId === null ? undefined : ownConfidences.get(modelId)) ?? modelConfidence(get()));
    },
    toggleClass: (classId) => {
      const { hiddenClasses } = get().filter;
      hide(hiddenClasses.includes(classId) ? hiddenClasses.filter((id) => id !== classId) : [...hiddenClasses, classId]);
    },
    soloClass: (classId) => {
      const others = (get().run?.model.classes ?? []).map((_, id) => id).filter((id) => id !== classId);
      const { hiddenClasses } = get().filter;
      const alone = !hiddenClasses.includes(classId) && others.every((id) => hiddenClasses.includes(id));
      hide(alone ? [] : others);
    },
    showAllClasses: () => hide([]),
  };
};
