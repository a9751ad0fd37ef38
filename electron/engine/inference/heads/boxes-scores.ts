import { defineHead } from './head.js';
import { decodePairs, pairOptions } from './pairs.js';

/** Our own head: boxes [1,N,4] as corners in model pixels, scores [1,N,C], each class on its own, no background. */
export const boxesScores = defineHead({
  id: 'boxes-scores',
  label: 'boxes and scores',
  roles: ['boxes', 'scores'],
  suppresses: true,
  options: pairOptions({}),
  decode: decodePairs,
  // Told apart from other pairs of boxes and scores in ssd.ts, which sees them all.
  recognise: () => null,
});
