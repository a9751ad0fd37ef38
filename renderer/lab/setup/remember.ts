import type { ProviderId } from '../../../electron/engine/contract/contract.js';
import { batches, measures, roundChoices, turns, type LabSetup } from './setup.js';

const providers: readonly ProviderId[] = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu'];

/** How the lab was left, as one string of the settings; what the user never chose is left out. */
export const labSettings = (setup: LabSetup): string => {
  const whole = JSON.stringify(setup);
  // Very many models: what was chosen is not worth that much room.
  return whole.length <= 4096 ? whole : JSON.stringify({ ...setup, chosen: null });
};

const text = (value: unknown): string | null => (typeof value === 'string' && value.length <= 512 ? value : null);
const oneOf = <Value>(values: readonly Value[], value: unknown): Value | undefined => values.find((known) => known === value);

/** The same back again, as far as it can be believed. */
export const labSetupOf = (stored: unknown, usual: LabSetup): LabSetup => {
  let found: unknown = null;
  try {
    found = typeof stored === 'string' ? JSON.parse(stored) : null;
  } catch {
    return usual;
  }
  if (typeof found !== 'object' || found === null) return usual;
  const setup = found as Readonly<Record<string, unknown>>;
  const { chosen, side, energy, paperShown } = setup;
  return {
    chosen: Array.isArray(chosen) ? chosen.flatMap((id: unknown) => text(id) ?? []).slice(0, 64) : usual.chosen,
    provider: oneOf(providers, setup['provider']) ?? usual.provider,
    side: typeof side === 'number' && Number.isInteger(side) && side >= 32 && side <= 2048 ? side : usual.side,
    batch: oneOf(batches, setup['batch']) ?? usual.batch,
    rounds: oneOf(roundChoices, setup['rounds']) ?? usual.rounds,
    turn: oneOf(turns, setup['turn']) ?? usual.turn,
    energy: typeof energy === 'boolean' ? energy : usual.energy,
    layersOf: text(setup['layersOf']) ?? usual.layersOf,
    weightsOf: text(setup['weightsOf']) ?? usual.weightsOf,
    against: oneOf(measures, setup['against']) ?? usual.against,
    paperShown: typeof paperShown === 'boolean' ? paperShown : usual.paperShown,
  };
};
