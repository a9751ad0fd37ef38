/** What may not change in the list of classes just now: nothing, rows may not go, or rows may neither come nor go. */
export type Hold = 'free' | 'no-removal' | 'frozen';

/**
 * Which classes have a row in the list and a lane in the timeline. All of them where there are fewer
 * than `longList`; of more:
 * - A class is listed once one box of it reaches the confidence, or once it was shown or hidden by hand.
 * - It comes last, whatever its place will be, so that no row above it moves.
 * - One that no longer reaches the confidence goes when nothing holds the list: not while the slider is
 *   dragged or was just moved, nor under the pointer.
 * - When nothing holds it, the list is in the order in which classes were first listed in this run, so
 *   that moving the slider there and back leads to the same list.
 * Nothing here changes what is drawn in the picture, counted or exported: that is the filter alone.
 */
export type ClassList = {
  /** Class ids from top to bottom. Keys 1 to 9 number them. */
  readonly listed: readonly number[];
  /** Every class id that was listed in this run, in the order in which they came. */
  readonly order: readonly number[];
  /** Class ids that were shown or hidden by hand; empty where none is hidden. */
  readonly picked: readonly number[];
};

export const emptyList: ClassList = { listed: [], order: [], picked: [] };

/** From this many classes on the list is searched, and classes that do not reach the confidence have no row. */
export const longList = 13;

export type ListFacts = {
  /** Classes that the model's card names; 0 where it names none. */
  readonly named: number;
  /** Highest score of each class in the run, 0..1, by class id; -1 where it was not seen. */
  readonly highest: Float32Array;
  /** Confidence, 0..1. */
  readonly minScore: number;
};

const range = (length: number): readonly number[] => Array.from({ length }, (_, id) => id);
const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((id, place) => id === b[place]);
const withAll = (list: readonly number[], more: readonly number[]): readonly number[] => [...list, ...more.filter((id) => !list.includes(id))];

/** The list after something changed; the same object where the list did not. */
export const relisted = (before: ClassList, { named, highest, minScore }: ListFacts, hold: Hold): ClassList => {
  const classes = range(Math.max(named, highest.length));
  const whole = named > 0 && named < longList;
  const reached = whole ? classes : classes.filter((id) => (highest[id] ?? -1) >= minScore || before.picked.includes(id));
  if (hold === 'frozen' && !whole) return before;
  const order = withAll(before.order, reached);
  const listed = hold === 'free' || whole ? order.filter((id) => reached.includes(id)) : withAll(before.listed, reached);
  return same(listed, before.listed) && same(order, before.order) ? before : { ...before, listed, order };
};

/** Ids of classes seen in the run that have no row, in the model's order. */
export const classesBelow = (listed: readonly number[], highest: Float32Array): readonly number[] =>
  range(highest.length).filter((id) => (highest[id] ?? -1) >= 0 && !listed.includes(id));

/**
 * Which classes were shown or hidden by hand, after the hidden ones changed. Hiding all but one says something
 * about that one only.
 * @param classes number of classes
 */
export const pickedAfter = (picked: readonly number[], was: readonly number[], hidden: readonly number[], classes: number): readonly number[] => {
  if (hidden.length === 0) return [];
  const changed = range(classes).filter((id) => was.includes(id) !== hidden.includes(id));
  const shown = range(classes).filter((id) => !hidden.includes(id));
  const now = shown.length === 1 && changed.length !== 1 ? shown : withAll(picked, changed.length === 1 ? changed : []);
  return same(now, picked) ? picked : now;
};
