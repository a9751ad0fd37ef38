import type { Spot } from './scene.js';

const reach = 14;

const outside = (spot: Spot, x: number, y: number): number =>
  Math.hypot(Math.max(spot.x - x, 0, x - spot.x - spot.width), Math.max(spot.y - y, 0, y - spot.y - spot.height));
const fromMiddle = (spot: Spot, x: number, y: number): number => Math.hypot(x - spot.x - spot.width / 2, y - spot.y - spot.height / 2);

/** The spot under a point, or the nearest one close to it; -1 if there is none. */
export const spotAt = (spots: readonly Spot[], x: number, y: number): number => {
  let best = -1;
  let least = Infinity;
  spots.forEach((spot, n) => {
    const away = outside(spot, x, y);
    if (away > reach) return;
    const distance = away * 1000 + fromMiddle(spot, x, y);
    if (distance < least) {
      least = distance;
      best = n;
    }
  });
  return best;
};

/** Where the arrow keys lead from one spot: back or on, in the order they are drawn. */
export const stepSpot = (key: string, at: number, count: number): number | null => {
  if (count === 0) return null;
  switch (key) {
    case 'ArrowRight': case 'ArrowDown': return Math.min(count - 1, at + 1);
    case 'ArrowLeft': case 'ArrowUp': return Math.max(0, at - 1);
    case 'Home': return 0;
    case 'End': return count - 1;
    default: return null;
  }
};
