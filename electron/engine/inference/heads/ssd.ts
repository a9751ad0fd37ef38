import { defineHead } from './head.js';
import { pairMeaning, pairsIn } from './pair-meaning.js';
import { decodePairs, pairOptions } from './pairs.js';

const meanings = { none: 'scores as they are', sigmoid: 'a score for each class on its own', softmax: 'one class a box' } as const;
const places = { none: '', first: ', the first means nothing', last: ', the last means nothing' } as const;

/** Boxes [1,N,4] and scores [1,N,C] of other people's detectors: SSD, RetinaNet, YOLO-NAS, face detectors. */
export const ssd = defineHead({
  id: 'ssd',
  label: 'boxes and scores (SSD-like)',
  roles: ['boxes', 'scores'],
  suppresses: true,
  options: pairOptions({ coordinates: 'relative', background: 'first' }),
  decode: decodePairs,
  recognise: (facts) => pairsIn(facts).flatMap((pair) =>
    pairMeaning(facts, pair).map((options) => ({
      kind: 'ssd' as const,
      label: `boxes and scores: ${meanings[options.activation]}${places[options.background]}`,
      outputs: { boxes: pair.boxes.name, scores: pair.scores.name },
      options,
      classes: pair.classes - (options.background === 'none' ? 0 : 1),
      certainty: 'possible' as const,
      input: null,
    }))),
});
