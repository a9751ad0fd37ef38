import type { LiveStats, Quantiles, RunInfo } from '../../electron/engine/contract/contract.js';
import { bottleneckWords, gaugesWords } from '../words/gauges.js';
import { frameTime } from './latency.js';

/** Milliseconds of drawing a frame from which a 60 Hz screen can no longer be kept. */
const drawingLimit = 1000 / 60;

/**
 * One plain sentence on what holds the analysis back. The engine knows which stage the others wait
 * for; only the page knows how long drawing takes, so that is judged here: it is
 * named unless the stage waited for takes longer still.
 */
export const bottleneckSentence = (stats: Pick<LiveStats, 'bottleneck' | 'latency'>, draw: Quantiles | null): string => {
  const waitedFor = stats.bottleneck === 'decoding' ? stats.latency.decode : stats.bottleneck === 'inference' ? stats.latency.inference : null;
  if (draw !== null && draw.p50 > Math.max(drawingLimit, waitedFor?.p50 ?? 0)) return bottleneckWords.drawing(draw.p50);
  const { work } = frameTime(stats.latency, draw);
  switch (stats.bottleneck) {
    case 'decoding':
      return bottleneckWords.decoding(stats.latency.decode?.p50 ?? null, work);
    case 'inference':
      return bottleneckWords.inference(stats.latency.inference?.p50 ?? null, work);
    case 'page':
      return bottleneckWords.playback;
    case 'idle':
      return bottleneckWords.idle;
    case 'none':
      return bottleneckWords.measuring;
  }
};

/** The sentence while there are no figures: all boxes may be there from an earlier analysis, of which none come. */
export const restingSentence = (videoOpen: boolean, run: Pick<RunInfo, 'state'> | null): string => {
  if (!videoOpen) return gaugesWords.nothing;
  return run?.state.kind === 'done' ? bottleneckWords.idle : bottleneckWords.measuring;
};
