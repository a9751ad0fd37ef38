import type { ExperimentId } from '../../contract/contract.js';
import type { Experiment } from '../types.js';
import { aggregation } from './aggregation.js';
import { channelRatio } from './channel-ratio.js';
import { denseOrOneShot } from './dense-or-one-shot.js';
import { splitConvolution } from './split-convolution.js';

/** The paper's arguments, each to be tried on this machine. */
export const experimentTable: Readonly<Record<ExperimentId, Experiment>> = {
  'channel-ratio': channelRatio,
  'split-convolution': splitConvolution,
  'dense-or-one-shot': denseOrOneShot,
  aggregation,
};
