import type { ModelInfo } from '../../electron/engine/contract/contract.js';
import { words } from '../words.js';

/** A card may tell of many sets; the first count most, and a line has room for two. */
const setsAtAGlance = 2;

/** What tells models apart at a glance: how large their pictures are, and how much they find, or how many classes they know where that was not measured. */
export const sizeFacts = ({ input, classes, figures }: ModelInfo): readonly string[] => [
  words.models.size(input.width, input.height),
  figures.accuracy.length === 0 ? words.models.classes(classes.length) : words.models.finds(figures.accuracy.slice(0, setsAtAGlance).map(({ mean }) => mean)),
];

/** How a model that did not come with the program got on the list. */
export const originOf = ({ kept, made }: ModelInfo): string => (kept && made !== null ? words.models.list.madeHere : words.models.own);
