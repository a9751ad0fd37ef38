import { defineHead } from './head.js';
import { pairMeaning, pairsIn } from './pair-meaning.js';
import { decodePairs, pairOptions } from './pairs.js';

/** Our own head: boxes [1,N,4] as corners in model pixels, scores [1,N,C], each class on its own, no background. */
export const boxesScores = defineHead({
  id: 'boxes-scores',
  label: 'boxes and scores',
  roles: ['boxes', 'scores'],
  suppresses: true,
  options: pairOptions({}),
  decode: decodePairs,
  recognise: (facts) => {
    const [pair] = pairsIn(facts);
    const own = facts.inputs[0]?.type === 'uint8' && pair?.boxes.name === 'boxes' && pair.scores.name === 'scores';
    const options = own ? pairMeaning(facts, pair) : [];
    if (!own || options.some((one) => one.activation !== 'none' || one.background !== 'none')) return [];
    return options.map((one) => ({
      kind: 'boxes-scores', outputs: { boxes: 'boxes', scores: 'scores' }, options: one, classes: pair.classes,
      certainty: 'sure', input: { range: 'bytes', colour: 'rgb', fit: 'top-left' }, label: 'boxes and scores',
    }));
  },
});
