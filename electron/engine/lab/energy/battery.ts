import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pollPower } from './polled.js';
import { readNumber, readText } from './sysfs.js';
import { sampleEvery, type FindMeter } from './types.js';

/** Watts that a battery gives now; throws while it is not discharging. */
const dischargeWatts = async (battery: string): Promise<number> => {
  if (await readText(join(battery, 'status')) !== 'Discharging') throw new Error('The battery is not discharging.');
  const power = await readNumber(join(battery, 'power_now')).catch(() => null);
  // Microwatts; or microamperes and microvolts. Some firmware writes what flows out as negative.
  if (power !== null) return Math.abs(power) / 1e6;
  const [current, voltage] = await Promise.all([readNumber(join(battery, 'current_now')), readNumber(join(battery, 'voltage_now'))]);
  return (Math.abs(current) / 1e6) * (voltage / 1e6);
};

/** What the batteries of a laptop give while it is not plugged in (Linux): that of the whole machine. */
export const batteryMeter: FindMeter = async ({ sys }) => {
  const folder = join(sys, 'class/power_supply');
  const batteries: string[] = [];
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const path = join(folder, name);
    // Batteries of mice and headphones are no supply of the machine.
    if (await readText(join(path, 'type')) === 'Battery' && await readText(join(path, 'scope')) !== 'Device') batteries.push(path);
  }
  if (batteries.length === 0) return { reason: 'There is no battery that tells what the machine takes.' };
  const discharging: string[] = [];
  for (const path of batteries) {
    const watts = await dischargeWatts(path).catch(() => null);
    if (watts !== null && watts > 0) discharging.push(path);
  }
  if (discharging.length === 0) return { reason: 'The battery tells what the machine takes only while it is not plugged in.' };
  return {
    id: 'battery', title: 'Battery', covers: 'the whole machine, its screen included',
    // Firmware tells of a new value every few seconds only.
    settle: 4000,
    open: () => pollPower(async (now) => {
      const all = await Promise.all(discharging.map(dischargeWatts));
      return { from: now - sampleEvery, watts: all.reduce((sum, watts) => sum + watts, 0) };
    }, 'The battery could not be read any more: the machine may have been plugged in.'),
  };
};
