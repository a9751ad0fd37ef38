import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pollPower } from './polled.js';
import { readNumber, readText } from './sysfs.js';
import { sampleEvery, type FindMeter, type PowerMeter } from './types.js';

const cards: Readonly<Record<string, string>> = { amdgpu: 'AMD', i915: 'Intel', xe: 'Intel' };
const gone = 'The graphics card’s power could not be read any more.';

/** Ways a card tells of its power, by the file, and what is made of its number. */
const ways: readonly { readonly file: string; readonly settle: number; readonly open: (file: string) => ReturnType<PowerMeter['open']> }[] = [
  // Microjoules since the driver was loaded.
  {
    file: 'energy1_input', settle: 0,
    open: (file) => {
      let last: { readonly at: number; readonly value: number } | null = null;
      return pollPower(async (now) => {
        const before = last;
        const value = await readNumber(file);
        last = { at: now, value };
        if (before === null || value < before.value || now <= before.at) return null;
        return { from: before.at, watts: (value - before.value) / 1e6 / ((now - before.at) / 1000) };
      }, gone);
    },
  },
  // Microwatts, averaged by the driver over up to a second.
  { file: 'power1_average', settle: 1000, open: (file) => pollPower(async (now) => ({ from: now - sampleEvery, watts: (await readNumber(file)) / 1e6 }), gone) },
  { file: 'power1_input', settle: 200, open: (file) => pollPower(async (now) => ({ from: now - sampleEvery, watts: (await readNumber(file)) / 1e6 }), gone) },
];

/** AMD's and Intel's cards, through the kernel's sensors (hwmon), which everybody may read. */
export const hwmonMeter: FindMeter = async ({ sys }) => {
  const folder = join(sys, 'class/hwmon');
  const found: PowerMeter[] = [];
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const driver = await readText(join(folder, name, 'name'));
    const maker = Object.hasOwn(cards, driver) ? cards[driver] : undefined;
    if (maker === undefined) continue;
    for (const { file, settle, open } of ways) {
      const path = join(folder, name, file);
      if (await readNumber(path).catch(() => null) === null) continue;
      found.push({ id: `hwmon-${driver}`, title: `${maker} sensor (${driver})`, covers: 'the graphics card', settle, open: () => open(path) });
      break;
    }
  }
  const [meter] = found;
  if (meter === undefined) return { reason: 'No sensor of an AMD or Intel graphics card tells its power.' };
  if (found.length > 1) return { reason: `There are ${found.length} graphics cards with power sensors, and nothing says which one works.` };
  return meter;
};
