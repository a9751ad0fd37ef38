import { classesBelow } from '../state/classList.js';
import { className } from '../state/selectors.js';

export type ClassRow = {
  readonly id: number;
  readonly name: string;
  /** Objects on the frame shown; null where that frame is not analysed. */
  readonly onFrame: number | null;
  /** Objects in all analysed frames. */
  readonly inVideo: number;
  /** Highest score in the video at any confidence, 0..1; null where the class was not seen. */
  readonly highest: number | null;
  readonly shown: boolean;
  /** Key that shows or hides it, 1 to 9; null for the others. */
  readonly digit: number | null;
};

export type ClassCounts = {
  readonly names: readonly string[];
  readonly hidden: readonly number[];
  readonly onFrame: ReadonlyMap<number, number> | null;
  readonly inVideo: Uint32Array;
  /** Highest score of each class, 0..1, by class id; -1 where it was not seen. */
  readonly highest: Float32Array;
  /** Class ids in the order in which keys number them. */
  readonly listed: readonly number[];
};

const digitOf = (place: number): number | null => (place >= 0 && place < 9 ? place + 1 : null);

/** One row a class, in the model's order. A model that names fewer classes than it finds gets numbers. */
export const classRows = ({ names, hidden, onFrame, inVideo, highest, listed }: ClassCounts): readonly ClassRow[] =>
  Array.from({ length: Math.max(names.length, inVideo.length) }, (_, id) => ({
    id,
    name: className(names, id),
    onFrame: onFrame === null ? null : (onFrame.get(id) ?? 0),
    inVideo: inVideo[id] ?? 0,
    highest: (highest[id] ?? -1) < 0 ? null : (highest[id] ?? null),
    shown: !hidden.includes(id),
    digit: digitOf(listed.indexOf(id)),
  }));

/** The rows in the three parts of the list. */
export type RowGroups = {
  /** What is shown at the present confidence, in the list's own order. */
  readonly listed: readonly ClassRow[];
  /** Seen at lower scores only. */
  readonly below: readonly ClassRow[];
  /** Not seen so far. */
  readonly unseen: readonly ClassRow[];
};

export const rowGroups = (rows: readonly ClassRow[], listed: readonly number[], highest: Float32Array): RowGroups => {
  const below = classesBelow(listed, highest);
  return {
    listed: listed.flatMap((id) => rows[id] ?? []),
    below: below.flatMap((id) => rows[id] ?? []),
    unseen: rows.filter(({ id }) => !listed.includes(id) && !below.includes(id)),
  };
};

/** The rows whose name holds the text, in the model's order; null where nothing is searched for. */
export const foundRows = (rows: readonly ClassRow[], search: string): readonly ClassRow[] | null => {
  const wanted = search.trim().toLowerCase();
  return wanted === '' ? null : rows.filter((row) => row.name.toLowerCase().includes(wanted));
};
