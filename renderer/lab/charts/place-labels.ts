/** A point that wants its name beside it. */
export type Labelled = { readonly x: number; readonly y: number; readonly radius: number; readonly width: number; readonly height: number };
/** Left edge and middle of a label, and on which side of its point it stands; null where there is no room. */
export type Placed = { readonly x: number; readonly y: number } | null;

type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

const overlaps = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * Puts each label beside its point: right, left, above, below, then the corners, the first where it
 * covers neither a point nor a label before it. Earlier ones have the choice; who finds no room goes without.
 */
export const placeLabels = (points: readonly Labelled[], area: Box, taken: readonly Box[] = []): readonly Placed[] => {
  const boxes: Box[] = [
    ...taken,
    ...points.map(({ x, y, radius }) => ({ left: x - radius, top: y - radius, right: x + radius, bottom: y + radius })),
  ];
  return points.map(({ x, y, radius, width, height }) => {
    const gap = radius * 1.2 + 4;
    const candidates: readonly (readonly [left: number, middle: number])[] = [
      [x + gap, y], [x - gap - width, y],
      [x - width / 2, y - gap - height / 2], [x - width / 2, y + gap + height / 2],
      [x + gap * 0.7, y - gap * 0.7 - height / 2], [x + gap * 0.7, y + gap * 0.7 + height / 2],
      [x - gap * 0.7 - width, y - gap * 0.7 - height / 2], [x - gap * 0.7 - width, y + gap * 0.7 + height / 2],
    ];
    for (const [left, middle] of candidates) {
      const box = { left: left - 1, top: middle - height / 2, right: left + width + 1, bottom: middle + height / 2 };
      const inside = box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
      if (!inside || boxes.some((other) => overlaps(box, other))) continue;
      boxes.push(box);
      return { x: left, y: middle };
    }
    return null;
  });
};
