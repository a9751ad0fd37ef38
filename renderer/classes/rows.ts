import { className } from '../state/selectors.js';

export type ClassRow = {
  readonly id: number;
  readonly name: string;
  /** Objects on the frame shown; null where that frame is not analysed. */
  readonly onFrame: number | null;
  /** Objects in all analysed frames. */
  readonly inVideo: number;
  readonly shown: boolean;
  /** Key that shows or hides it, 1 to 9; null for the others. */
  readonly digit: number | null;
};

export type ClassCounts = {
  readonly names: readonly string[];
  readonly hidden: readonly number[];
  readonly onFrame: ReadonlyMap<number, number> | null;
  readonly inVideo: Uint32Array;
  /** Class ids in the order in which keys number them. */
  readonly listed: readonly number[];
};

const digitOf = (place: number): number | null => (place >= 0 && place < 9 ? place + 1 : null);

/** One row a class, in the model's order. A model that names fewer classes than it finds gets numbers. */
export const classRows = ({ names, hidden, onFrame, inVideo, listed }: ClassCounts): readonly ClassRow[] =>
  Array.from({ length: Math.max(names.length, inVideo.length) }, (_, id) => ({
    id,
    name: className(names, id),
    onFrame: onFrame === null ? null : (onFrame.get(id) ?? 0),
    inVideo: inVideo[id] ?? 0,
    shown: !hidden.includes(id),
    digit: digitOf(listed.indexOf(id)),
  }));

/** From this many classes on the list is searched, and classes not seen are folded away. */
export const longList = 13;

/**
 * What is worth a place: everything in a short list; in a long one what was seen at any score (so
 * that moving the confidence makes no row come or go) or is searched for.
 */
export const visibleRows = (rows: readonly ClassRow[], listed: readonly number[], search: string, unseenToo: boolean): readonly ClassRow[] => {
  const wanted = search.trim().toLowerCase();
  if (wanted !== '') return rows.filter((row) => row.name.toLowerCase().includes(wanted));
  if (rows.length < longList || unseenToo) return rows;
  return rows.filter((row) => listed.includes(row.id));
};
