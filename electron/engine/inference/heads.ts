import type { HeadId } from '../contract/contract.js';
import type { AnyHead } from './heads/head.js';
import { boxesScores } from './heads/boxes-scores.js';

/** Every family of output heads, in the order in which a file without a card is compared with them. */
export const heads: readonly AnyHead[] = [boxesScores];

export const headOf = (id: HeadId): AnyHead => {
  const found = heads.find((head) => head.id === id);
  if (!found) throw new RangeError(`There is no output head '${id}'.`);
  return found;
};
