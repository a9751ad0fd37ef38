import type { ModelInfo } from '../../electron/engine/contract/contract.js';
import { words } from '../words.js';

/** What tells models apart at a glance: how large their pictures are and how many classes they know. */
export const sizeFacts = ({ input, classes }: ModelInfo): readonly string[] => [words.models.size(input.width, input.height), words.models.classes(classes.length)];

/** How a model that did not come with the program got on the list. */
export const originOf = ({ kept, made }: ModelInfo): string => (kept && made !== null ? words.models.list.madeHere : words.models.own);
