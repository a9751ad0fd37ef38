import type { EnergyMeter, ProviderId } from '../../contract/contract.js';
import { batteryMeter } from './battery.js';
import { hwmonMeter } from './hwmon.js';
import { nvidiaMeter } from './nvidia-smi.js';
import { raplMeter } from './rapl.js';
import type { EnergyPlaces, FindMeter, PowerMeter } from './types.js';

export const systemPlaces: EnergyPlaces = { sys: '/sys', nvidiaSmi: 'nvidia-smi' };

/** Ways to read power for each kind of work, the one that covers least beside it first. */
const graphics: readonly FindMeter[] = [nvidiaMeter, hwmonMeter, batteryMeter];
const processor: readonly FindMeter[] = [raplMeter, batteryMeter];

const byProvider: Readonly<Record<ProviderId, readonly FindMeter[]>> = {
  cpu: processor, cuda: [nvidiaMeter], tensorrt: [nvidiaMeter], webgpu: graphics, dml: graphics, coreml: [batteryMeter],
};

/** The meter for what a provider does, or why there is none: the reasons of all that were looked for. */
export const findMeter = async (provider: ProviderId, places: EnergyPlaces = systemPlaces): Promise<PowerMeter | { readonly reason: string }> => {
  const reasons: string[] = [];
  for (const find of byProvider[provider]) {
    const found = await find(places);
    if (!('reason' in found)) return found;
    reasons.push(found.reason);
  }
  return { reason: reasons.join(' ') };
};

/** A meter as the page is told of it. */
export const asEnergyMeter = (found: PowerMeter | { readonly reason: string }): EnergyMeter => {
  if ('reason' in found) return { kind: 'none', reason: found.reason };
  const { id, title, covers } = found;
  return { kind: 'meter', id, title, covers };
};
