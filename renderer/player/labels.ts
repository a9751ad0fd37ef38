import type { Size } from '../../electron/engine/contract/contract.js';
import type { Rect } from './viewport.js';

/** A box to be labelled, in pixels of the stage; the first in a list has the first choice of place. */
export type Labelled = { readonly box: Rect; readonly width: number };

/** Height of a label's plate in CSS pixels. */
export const plateHeight = 18;

/** Boxes smaller than this (CSS pixels, longer side) get a label only where they are alone. */
const small = 14;

const overlaps = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Places a plate may take, best first: above the box, inside its top, below it. */
const places = ({ box, width }: Labelled, stage: Size): readonly Rect[] => {
  const x = Math.round(Math.min(Math.max(0, box.x - 1), Math.max(0, stage.width - width)));
  const at = (y: number): Rect => ({ x, y: Math.round(y), width, height: plateHeight });
  const inside = Math.max(0, box.y) + 1;
  return [
    ...(box.y - plateHeight >= 0 ? [at(box.y - plateHeight)] : []),
    ...(box.height > plateHeight * 1.5 ? [at(inside)] : []),
    ...(box.y + box.height + plateHeight <= stage.height ? [at(box.y + box.height)] : []),
  ];
};

/**
 * A place for every label that finds room; null where one yields because the places it could take are
 * taken by labels before it, or because its box is out of sight.
 */
export const placeLabels = (labelled: readonly Labelled[], stage: Size): readonly (Rect | null)[] => {
  const taken: Rect[] = [];
  const visible: Rect = { x: 0, y: 0, ...stage };
  return labelled.map((label) => {
    if (!overlaps(label.box, visible)) return null;
    const tiny = Math.max(label.box.width, label.box.height) < small;
    const free = places(label, stage).find((place) => !taken.some((other) => overlaps(place, other)));
    if (free === undefined) return null;
    if (tiny && labelled.some((other) => other !== label && overlaps(free, other.box))) return null;
    taken.push(free);
    return free;
  });
};
