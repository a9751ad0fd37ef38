import type { ExperimentId, LabOverview, LabPlan, Size } from '../../../electron/engine/contract/contract.js';
import { labProvider } from '../../state/slices/lab.js';
import type { LabSetup } from './setup.js';

const sizeOf = (setup: LabSetup, { defaultSize }: LabOverview): Size => (setup.side === null ? defaultSize : { width: setup.side, height: setup.side });

/** A comparison of `subjects` as set up; null where nothing can be measured so. */
export const comparePlan = (setup: LabSetup, overview: LabOverview, subjects: readonly string[]): LabPlan | null => {
  const provider = labProvider(setup, overview);
  if (provider === null || subjects.length === 0) return null;
  const { batch, rounds, turn, energy } = setup;
  return { kind: 'compare', subjects, provider, size: sizeOf(setup, overview), batch, rounds, turn, energy: energy && overview.meter.kind === 'meter' };
};

/** Runs of a profile, of which each layer's median is taken. */
const layerRuns = 30;

export const layersPlan = (setup: LabSetup, overview: LabOverview): LabPlan | null => {
  const provider = labProvider(setup, overview);
  if (provider === null || setup.layersOf === null) return null;
  return { kind: 'layers', subject: setup.layersOf, provider, size: sizeOf(setup, overview), batch: setup.batch, runs: layerRuns };
};

export const experimentPlan = (setup: LabSetup, overview: LabOverview, experiment: ExperimentId): LabPlan | null => {
  const provider = labProvider(setup, overview);
  const subject = experiment === 'aggregation' ? setup.weightsOf : null;
  if (provider === null || (experiment === 'aggregation' && subject === null)) return null;
  return { kind: 'experiment', experiment, provider, subject, rounds: setup.rounds };
};
