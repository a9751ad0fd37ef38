import { seededWeights, type Weights } from '../networks/weights.js';
import type { DetectorNetwork } from './detector.js';

/** How likely anything is said to be anywhere before training (focal loss, arXiv 1708.02002, 4.1). */
const prior = 0.01;

/** How far the head's answers differ from their bias at first, against the layers before. */
const outGain = 0.1;

/**
 * Weights to begin a training with, the same for a seed on every machine: as for any network, but the
 * head begins by saying "hardly anything anywhere", so that the many empty cells do not drown the rest.
 */
export const detectorWeights = (network: DetectorNetwork, seed: number): Weights => {
  const weights = new Map(seededWeights(network, seed));
  for (const { classes, boxes } of network.levels) {
    weights.set(`${classes.name}.bias`, new Float32Array(classes.shape.channels).fill(-Math.log((1 - prior) / prior)));
    for (const { name } of [classes, boxes]) {
      const weight = weights.get(`${name}.weight`);
      if (weight !== undefined) weights.set(`${name}.weight`, weight.map((value) => value * outGain));
    }
  }
  return weights;
};
