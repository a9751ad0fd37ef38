import { defineHead } from './head.js';
import { pairMeaning, pairsIn } from './pair-meaning.js';
import { decodePairs, pairOptions } from './pairs.js';

/** More queries than any DETR has. */
const mostQueries = 1000;

/**
 * Class logits [1,Q,C] and boxes [1,Q,4] (relative centre and size), one query an object. DETR's own
 * take a softmax whose last class means nothing; RT-DETR, Deformable DETR and others a sigmoid.
 */
export const detr = defineHead({
  id: 'detr',
  label: 'DETR-like',
  roles: ['boxes', 'scores'],
  suppresses: false,
  options: pairOptions({ form: 'center', coordinates: 'relative', activation: 'softmax', background: 'last' }),
  decode: decodePairs,
  recognise: (facts) => pairsIn(facts)
    .filter((pair) => pair.rows !== null && pair.rows <= mostQueries && (/logit/i.test(pair.scores.name) || /pred_?box/i.test(pair.boxes.name)))
    .flatMap((pair) =>
      pairMeaning(facts, pair)
        .filter((options) => options.coordinates === 'relative' && options.activation !== 'none' && options.background !== 'first')
        .map((options) => ({
          kind: 'detr' as const,
          label: options.activation === 'softmax' ? 'DETR: the last class means nothing' : 'DETR: a score for each class on its own (RT-DETR)',
          outputs: { boxes: pair.boxes.name, scores: pair.scores.name },
          options: { ...options, form: 'center' },
          classes: pair.classes - (options.background === 'none' ? 0 : 1),
          certainty: 'sure' as const,
          // RT-DETR is fed 0 to 1, DETR ImageNet's normalisation; which decides with the activation.
          input: options.activation === 'softmax'
            ? { range: 'imagenet' as const, colour: 'rgb' as const, fit: 'stretch' as const }
            : null,
        }))),
});
