import { usualMinScore, type DetectionFilter } from '../../../electron/engine/contract/contract.js';
import type { Slice } from '../slice.js';

export type FilterSlice = {
  /** What is shown, counted and exported; a view over what is stored, so it acts at once. */
  readonly filter: DetectionFilter;
  readonly setMinScore: (minScore: number) => void;
  readonly toggleClass: (classId: number) => void;
  /** Hides every other class, or shows all again if this one is alone already. */
  readonly soloClass: (classId: number) => void;
  readonly showAllClasses: () => void;
};

export const filterSlice: Slice<FilterSlice> = (set, get) => {
  const hide = (hiddenClasses: readonly number[]): void => set({ filter: { ...get().filter, hiddenClasses } });
  return {
    filter: { minScore: usualMinScore, hiddenClasses: [] },
    setMinScore: (minScore) => {
      set({ filter: { ...get().filter, minScore: Math.min(1, Math.max(0, minScore)) } });
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
