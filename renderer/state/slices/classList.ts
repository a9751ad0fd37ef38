import { emptyList, pickedAfter, relisted, type ClassList, type Hold } from '../classList.js';
import { classNames } from '../selectors.js';
import type { Slice } from '../slice.js';

/** What can hold the list of classes: the pointer on it, the slider, a drag along the timeline. */
export type Holder = 'pointer' | 'slider' | 'settling' | 'timeline';

export type ClassListSlice = {
  readonly classList: ClassList;
  /** The strongest of all holds. */
  readonly classHold: Hold;
  /** Classes below the confidence have rows and lanes too; for as long as the page is open. */
  readonly belowOpen: boolean;
  readonly setBelowOpen: (open: boolean) => void;
  readonly holdClasses: (holder: Holder, hold: Hold) => void;
  /** Makes the list true of detections, model and filter. */
  readonly relistClasses: () => void;
  /** Begins a new list, for another run. */
  readonly emptyClasses: () => void;
  /** Takes note of which classes were hidden before. */
  readonly classesPicked: (wereHidden: readonly number[]) => void;
};

const strength: readonly Hold[] = ['free', 'no-removal', 'frozen'];

export const classListSlice: Slice<ClassListSlice> = (set, get) => {
  const holds = new Map<Holder, Hold>();
  return {
    classList: emptyList,
    classHold: 'free',
    belowOpen: false,
    setBelowOpen: (belowOpen) => set({ belowOpen }),
    holdClasses: (holder, hold) => {
      holds.set(holder, hold);
      const strongest = strength[Math.max(0, ...Array.from(holds.values(), (one) => strength.indexOf(one)))] ?? 'free';
      if (strongest === get().classHold) return;
      set({ classHold: strongest });
      get().relistClasses();
    },
    relistClasses: () => {
      const { classList, detections, filter, classHold } = get();
      const facts = { named: classNames(get()).length, highest: detections.highest, minScore: filter.minScore };
      const now = relisted(classList, facts, classHold);
      if (now !== classList) set({ classList: now });
    },
    emptyClasses: () => {
      set({ classList: emptyList });
      get().relistClasses();
    },
    classesPicked: (wereHidden) => {
      const { classList, detections, filter } = get();
      const classes = Math.max(classNames(get()).length, detections.classCount);
      const picked = pickedAfter(classList.picked, wereHidden, filter.hiddenClasses, classes);
      if (picked !== classList.picked) set({ classList: { ...classList, picked } });
      get().relistClasses();
    },
  };
};
