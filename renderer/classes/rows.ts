import { className } from '../state/selectors.js';

export type ClassRow = {
  readonly id: number;
  readonly name: string;
  /** Objects on the frame shown; null where that frame is not analysed. */
  readonly onFrame: number | null;
  /** Objects in all analysed frames. */
  readonly inVideo: number;
  readonly shown: boolean;
};

export type ClassCounts = {
  readonly names: readonly string[];
  readonly hidden: readonly number[];
  readonly onFrame: ReadonlyMap<number, number> | null;
  readonly inVideo: Uint32Array;
};

/** One row a class, in the model's order. A model that names fewer classes than it finds gets numbers. */
export const classRows = ({ names, hidden, onFrame, inVideo }: ClassCounts): readonly ClassRow[] =>
  Array.from({ length: Math.max(names.length, inVideo.length) }, (_, id) => ({
    id,
    name: className(names, id),
    onFrame: onFrame === null ? null : (onFrame.get(id) ?? 0),
    inVideo: inVideo[id] ?? 0,
    shown: !hidden.includes(id),
  }));

/** From this many classes on the list is searched, and classes not seen are folded away. */
export const longList = 13;

/** What of a long list is worth a place: what was seen, is searched for, or was hidden by hand. */
export const visibleRows = (rows: readonly ClassRow[], search: string, unseenToo: boolean): readonly ClassRow[] => {
  const wanted = search.trim().toLowerCase();
  if (wanted !== '') return rows.filter((row) => row.name.toLowerCase().includes(wanted));
  if (rows.length < longList || unseenToo) return rows;
  return rows.filter((row) => row.inVideo > 0);
};
