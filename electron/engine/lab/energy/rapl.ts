import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pollPower } from './polled.js';
import { isForbidden, readNumber, readText } from './sysfs.js';
import type { FindMeter } from './types.js';

/** A counter of microjoules that begins anew after `range`. */
type Counter = { readonly file: string; readonly range: number };

/** How far a counter has come, over its end at most once. */
export const counted = (before: number, now: number, range: number): number => (now >= before ? now - before : now + range - before);

/**
 * Intel's and AMD's energy counters, one a package (Linux: powercap). A package's parts (cores, memory
 * controller) are counted in it; the whole machine's counter ('psys') counts the packages again: neither is added.
 */
export const raplMeter: FindMeter = async ({ sys }) => {
  const folder = join(sys, 'class/powercap');
  const found = (await readdir(folder).catch(() => [])).filter((name) => /^[a-z-]*rapl(-mmio)?:\d+$/.test(name)).sort();
  // The same package may be told of twice, by register and by memory: the first is taken.
  const names = [...found.filter((name) => !name.includes('mmio')), ...found.filter((name) => name.includes('mmio'))];
  if (names.length === 0) return { reason: 'This processor’s energy counters (RAPL) are not offered by the system.' };
  const counters: Counter[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const zone = join(folder, name);
    const what = await readText(join(zone, 'name'));
    if (!what.startsWith('package') || seen.has(what)) continue;
    try {
      await readNumber(join(zone, 'energy_uj'));
      counters.push({ file: join(zone, 'energy_uj'), range: await readNumber(join(zone, 'max_energy_range_uj')) });
      seen.add(what);
    } catch (error) {
      if (isForbidden(error)) {
        return { reason: `The processor’s energy counters (RAPL) are there, but only the administrator may read them: “sudo chmod -R a+r ${folder}” lets everybody until the next start.` };
      }
      return { reason: 'The processor’s energy counters (RAPL) give no numbers.' };
    }
  }
  if (counters.length === 0) return { reason: 'The processor’s energy counters (RAPL) tell of no package.' };
  return {
    id: 'rapl', title: 'RAPL', settle: 0,
    covers: counters.length === 1 ? 'the processor package' : `the ${counters.length} processor packages`,
    open: () => {
      let last: { readonly at: number; readonly values: readonly number[] } | null = null;
      return pollPower(async (now) => {
        const values = await Promise.all(counters.map(({ file }) => readNumber(file)));
        const before = last;
        last = { at: now, values };
        if (before === null || now <= before.at) return null;
        const joules = counters.reduce((sum, { range }, n) => sum + counted(before.values[n] ?? 0, values[n] ?? 0, range), 0) / 1e6;
        return { from: before.at, watts: joules / ((now - before.at) / 1000) };
      }, 'The processor’s energy counters (RAPL) could not be read any more.');
    },
  };
};
