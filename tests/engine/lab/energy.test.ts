import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { batteryMeter } from '../../../electron/engine/lab/energy/battery.js';
import { hwmonMeter } from '../../../electron/engine/lab/energy/hwmon.js';
import { energyFigures, meanWatts } from '../../../electron/engine/lab/energy/measure.js';
import { asEnergyMeter, findMeter } from '../../../electron/engine/lab/energy/meters.js';
import { nvidiaMeter } from '../../../electron/engine/lab/energy/nvidia-smi.js';
import { counted, raplMeter } from '../../../electron/engine/lab/energy/rapl.js';
import type { EnergyPlaces, FindMeter, PowerMeter, PowerReader, PowerSample } from '../../../electron/engine/lab/energy/types.js';
import { cardMemory } from '../../../electron/engine/lab/nvidia.js';

const folder = mkdtempSync(join(tmpdir(), 'energy-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A folder laid out like /sys, with these files. */
const sys = (files: Readonly<Record<string, string>>): EnergyPlaces & { readonly write: (file: string, text: string) => void; readonly remove: (file: string) => void } => {
  const root = join(folder, `sys${count++}`);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  mkdirSync(root);
  for (const [file, text] of Object.entries(files)) write(file, text);
  return { sys: root, nvidiaSmi: join(root, 'no-such-program'), write, remove: (file) => rmSync(join(root, file)) };
};

/** A program in place of nvidia-smi. */
const program = (script: string): EnergyPlaces => {
  const path = join(folder, `smi${count++}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { sys: join(folder, 'none'), nvidiaSmi: path };
};

const meterOf = async (find: FindMeter, places: EnergyPlaces): Promise<PowerMeter> => {
  const found = await find(places);
  if ('reason' in found) throw new Error(found.reason);
  return found;
};
const reasonOf = async (find: FindMeter, places: EnergyPlaces): Promise<string> => {
  const found = await find(places);
  return 'reason' in found ? found.reason : `found ${found.id}`;
};

/** Waits until the reader has as many readings, or a fault. */
const readings = async (reader: PowerReader, least: number): Promise<readonly PowerSample[]> => {
  for (;;) {
    const samples = reader.between(-Infinity, Infinity);
    if (samples.length >= least || reader.fault !== null) return samples;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const zone = (at: number, name: string, energy: string, range = '1000000'): Record<string, string> => ({
  [`class/powercap/intel-rapl:${at}/name`]: `${name}\n`,
  [`class/powercap/intel-rapl:${at}/energy_uj`]: `${energy}\n`,
  [`class/powercap/intel-rapl:${at}/max_energy_range_uj`]: `${range}\n`,
});

describe('RAPL', () => {
  it('counts over the end of a counter', () => {
    expect(counted(10, 30, 100)).toBe(20);
    expect(counted(90, 5, 100)).toBe(15);
    expect(counted(0, 0, 100)).toBe(0);
  });

  it('adds up the packages, over the end of a counter, and counts neither their parts nor the whole again', async () => {
    const places = sys({
      ...zone(0, 'package-0', '999000'), ...zone(1, 'package-1', '5000'), ...zone(2, 'psys', '0'),
      'class/powercap/intel-rapl:0:0/name': 'core', 'class/powercap/intel-rapl:0:0/energy_uj': '0', 'class/powercap/intel-rapl:0:0/max_energy_range_uj': '1000',
      // The same package by memory instead of by register.
      'class/powercap/intel-rapl-mmio:0/name': 'package-0', 'class/powercap/intel-rapl-mmio:0/energy_uj': '0', 'class/powercap/intel-rapl-mmio:0/max_energy_range_uj': '1000000',
    });
    const meter = await meterOf(raplMeter, places);
    expect(meter).toMatchObject({ id: 'rapl', covers: 'the 2 processor packages', settle: 0 });
    const reader = meter.open();
    await readings(reader, 1);
    const before = reader.between(-Infinity, Infinity);
    expect(before.every(({ watts }) => watts === 0)).toBe(true);
    // 21 mJ over the end of the first counter, 9 mJ on the second. Between both writes a reading may come.
    places.write('class/powercap/intel-rapl:0/energy_uj', '20000');
    places.write('class/powercap/intel-rapl:1/energy_uj', '14000');
    places.write('class/powercap/intel-rapl:2/energy_uj', '500000');
    places.write('class/powercap/intel-rapl:0:0/energy_uj', '999');
    places.write('class/powercap/intel-rapl-mmio:0/energy_uj', '500000');
    const samples = await readings(reader, before.length + 3);
    await reader.close();
    const joules = samples.reduce((sum, { from, to, watts }) => sum + (watts * (to - from)) / 1000, 0);
    expect(joules).toBeCloseTo(0.03, 9);
    // Readings follow on each other without a gap.
    samples.slice(1).forEach(({ from }, n) => expect(from).toBe(samples[n]!.to));
  });

  it('says why it cannot be read', async () => {
    expect(await reasonOf(raplMeter, sys({}))).toMatch(/not offered by the system/);
    expect(await reasonOf(raplMeter, sys(zone(0, 'package-0', 'what?')))).toMatch(/give no numbers/);
    expect(await reasonOf(raplMeter, sys(zone(0, 'dram', '1')))).toMatch(/no package/);
  });

  it.skipIf(process.getuid?.() === 0)('says that only the administrator may read it (needs a user other than root)', async () => {
    const places = sys(zone(0, 'package-0', '1'));
    chmodSync(join(places.sys, 'class/powercap/intel-rapl:0/energy_uj'), 0);
    expect(await reasonOf(raplMeter, places)).toMatch(/only the administrator/);
  });

  it('leaves out what is no number, and says when no more comes', async () => {
    const places = sys(zone(0, 'package-0', '0'));
    const reader = (await meterOf(raplMeter, places)).open();
    const first = await readings(reader, 2);
    places.write('class/powercap/intel-rapl:0/energy_uj', '');
    await new Promise((resolve) => setTimeout(resolve, 300));
    places.write('class/powercap/intel-rapl:0/energy_uj', '1000');
    const samples = await readings(reader, first.length + 2);
    expect(reader.fault).toBeNull();
    expect(samples.reduce((sum, { from, to, watts }) => sum + (watts * (to - from)) / 1000, 0)).toBeCloseTo(0.001, 9);
    places.remove('class/powercap/intel-rapl:0/energy_uj');
    await readings(reader, Infinity);
    expect(reader.fault).toMatch(/could not be read any more/);
    await reader.close();
  });
});

describe('sensors of graphics cards', () => {
  it('are read from the counter first, then from the mean', async () => {
    const places = sys({
      'class/hwmon/hwmon0/name': 'coretemp', 'class/hwmon/hwmon0/power1_average': '1',
      'class/hwmon/hwmon3/name': 'amdgpu', 'class/hwmon/hwmon3/power1_average': '45000000',
    });
    const meter = await meterOf(hwmonMeter, places);
    expect(meter).toMatchObject({ id: 'hwmon-amdgpu', covers: 'the graphics card', settle: 1000 });
    const reader = meter.open();
    expect((await readings(reader, 2)).map(({ watts }) => watts)).toEqual([45, 45]);
    await reader.close();
    places.write('class/hwmon/hwmon3/energy1_input', '7000000');
    const counter = await meterOf(hwmonMeter, places);
    expect(counter.settle).toBe(0);
    expect(await reasonOf(hwmonMeter, sys({ 'class/hwmon/hwmon1/name': 'i915', 'class/hwmon/hwmon1/power1_input': 'N/A' }))).toMatch(/No sensor/);
    places.write('class/hwmon/hwmon4/name', 'xe');
    places.write('class/hwmon/hwmon4/energy1_input', '1');
    expect(await reasonOf(hwmonMeter, places)).toMatch(/2 graphics cards/);
  });
});

const battery = (more: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries({ type: 'Battery', status: 'Discharging', ...more }).map(([file, text]) => [`class/power_supply/BAT0/${file}`, `${text}\n`]));

describe('the battery', () => {
  it('tells the power of the whole machine while it discharges', async () => {
    const meter = await meterOf(batteryMeter, sys(battery({ power_now: '12500000' })));
    expect(meter.covers).toMatch(/whole machine/);
    const reader = meter.open();
    expect((await readings(reader, 1))[0]?.watts).toBe(12.5);
    await reader.close();
    const other = (await meterOf(batteryMeter, sys(battery({ current_now: '-1500000', voltage_now: '12000000' })))).open();
    expect((await readings(other, 1))[0]?.watts).toBeCloseTo(18, 9);
    await other.close();
  });

  it('is none while it is plugged in, and stops when it is', async () => {
    expect(await reasonOf(batteryMeter, sys(battery({ status: 'Charging', power_now: '12500000' })))).toMatch(/not plugged in/);
    expect(await reasonOf(batteryMeter, sys(battery({ scope: 'Device', power_now: '1' })))).toMatch(/no battery/);
    const places = sys(battery({ power_now: '12500000' }));
    const reader = (await meterOf(batteryMeter, places)).open();
    await readings(reader, 1);
    places.write('class/power_supply/BAT0/status', 'Full');
    await readings(reader, Infinity);
    expect(reader.fault).toMatch(/plugged in/);
    await reader.close();
  });
});

describe.skipIf(process.platform === 'win32')('nvidia-smi (played by a shell script, not on Windows)', () => {
  it('is asked for the power of the moment, every 100 ms', async () => {
    const places = program(`case "$*" in
      *query-gpu=name*) echo "NVIDIA TITAN X";;
      *lms*100*) echo 64.25; echo "[N/A]"; echo; echo garbage; echo 65.75; sleep 60;;
      *power.draw.instant*) echo 60.00;;
    esac`);
    const meter = await meterOf(nvidiaMeter, places);
    expect(meter).toMatchObject({ id: 'nvidia-smi', covers: 'the graphics card (NVIDIA TITAN X)', settle: 100 });
    const reader = meter.open();
    expect((await readings(reader, 2)).map(({ watts }) => watts)).toEqual([64.25, 65.75]);
    expect(reader.fault).toBeNull();
    await reader.close();
  });

  it('of an older driver tells the mean of a second, and says when it ends', async () => {
    const places = program(`case "$*" in
      *query-gpu=name*) echo "NVIDIA TITAN X";;
      *instant*) echo 'Field "power.draw.instant" is not a valid field to query.'; exit 2;;
      *lms*) echo 64.5;;
      *power.draw*) echo 60.00;;
    esac`);
    const meter = await meterOf(nvidiaMeter, places);
    expect(meter.settle).toBe(1000);
    const reader = meter.open();
    await readings(reader, Infinity);
    expect(reader.fault).toMatch(/nvidia-smi ended/);
    await reader.close();
  });

  it('is no meter where there is no card, no power, several cards or no answer', async () => {
    expect(await reasonOf(nvidiaMeter, sys({}))).toMatch(/not there/);
    expect(await reasonOf(nvidiaMeter, program('echo "No devices were found"; exit 6'))).toMatch(/no card/);
    expect(await reasonOf(nvidiaMeter, program('case "$*" in *name*) echo "Tesla";; *) echo "[N/A]";; esac'))).toMatch(/does not tell its power/);
    expect(await reasonOf(nvidiaMeter, program('printf "A\\nB\\n"'))).toMatch(/2 cards/);
    expect(await reasonOf(nvidiaMeter, program('exec sleep 60'))).toMatch(/no card/);
  });

  it('tells what a process holds on the cards', async () => {
    const { nvidiaSmi } = program('printf "11, 100\\n4711, 825\\n4711, 3\\n12, [N/A]\\n"');
    expect(await cardMemory(4711, nvidiaSmi)).toBe(828 * 2 ** 20);
    expect(await cardMemory(12, nvidiaSmi)).toBeNull();
    expect(await cardMemory(1, nvidiaSmi)).toBeNull();
    expect(await cardMemory(1, join(folder, 'nothing'))).toBeNull();
  });
});

describe('which meter is taken', () => {
  it('is that of what works, or none with every reason', async () => {
    const places = sys({ ...zone(0, 'package-0', '1'), 'class/hwmon/hwmon3/name': 'amdgpu', 'class/hwmon/hwmon3/power1_average': '45000000' });
    expect(await findMeter('cpu', places)).toMatchObject({ id: 'rapl' });
    expect(await findMeter('webgpu', places)).toMatchObject({ id: 'hwmon-amdgpu' });
    // Another card's power is not the power of a CUDA card.
    expect(asEnergyMeter(await findMeter('cuda', places))).toEqual({ kind: 'none', reason: 'nvidia-smi is not there, or tells of no card.' });
    const none = asEnergyMeter(await findMeter('cpu', sys({})));
    expect(none).toMatchObject({ kind: 'none', reason: expect.stringMatching(/RAPL.*battery/) as string });
  });
});

describe('energy of a picture', () => {
  const sample = (from: number, to: number, watts: number): PowerSample => ({ from, to, watts });
  const meter = { id: 'm', title: 'M', covers: 'x', settle: 0, open: () => { throw new Error('not opened'); } };

  it('is mean power over the turns by pictures a second; each reading counts as long as it reaches', () => {
    expect(meanWatts([sample(0, 100, 10), sample(100, 400, 50)])).toBe(40);
    const all = [0, 1, 2, 3, 4, 5].map((n) => sample(n * 100, n * 100 + 100, n < 2 ? 64 : 100));
    const energy = { meter, idle: all.slice(0, 3).map((one) => ({ ...one, watts: 15 })), between: (from: number, to: number) => all.filter((one) => one.from >= from && one.to <= to) };
    expect(energyFigures(energy, [{ from: 0, to: 250 }, { from: 400, to: 600 }], 71)).toEqual({ joulesPerImage: 82 / 71, watts: 82, idleWatts: 15, samples: 4, meter: 'M' });
    expect(energyFigures(energy, [{ from: 0, to: 250 }], 71)).toBeNull();
    expect(energyFigures({ ...energy, idle: [] }, [{ from: 0, to: 600 }], 71)).toBeNull();
  });
});
