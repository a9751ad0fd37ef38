import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import * as os from 'node:os';
import { join } from 'node:path';
import { env } from 'onnxruntime-common';
import type { LabMachine } from '../contract/contract.js';
import { askNvidia } from './nvidia.js';

/** Processors that may be used at once. */
export const coreCount = (): number => (os as { availableParallelism?: () => number }).availableParallelism?.() ?? os.cpus().length;

/** What this machine is, as far as it decides how fast things are. */
export const describeMachine = async (): Promise<LabMachine> => {
  const facts = {
    processor: os.cpus()[0]?.model.replace(/\s+/g, ' ').trim() || `unknown ${process.arch} processor`,
    cores: coreCount(),
    memory: os.totalmem(),
    graphics: await graphicsCards(),
    system: `${systemNames[process.platform] ?? process.platform} ${os.release()}, ${process.arch}`,
    runtime: `onnxruntime ${env.versions.common}`,
  };
  return { key: machineKey(facts), ...facts };
};

const systemNames: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

/** The same for the same machine and runtime: a system's update, or a few megabytes that it keeps for itself, make no other one. */
export const machineKey = ({ processor, cores, memory, graphics, runtime }: Omit<LabMachine, 'key' | 'system'>): string =>
  createHash('sha256').update(JSON.stringify([processor, cores, Math.round(memory / 2 ** 30), [...graphics].sort(), process.arch, runtime])).digest('base64url').slice(0, 22);

/** Names of the graphics cards, as far as they can be found without rights. */
const graphicsCards = async (): Promise<readonly string[]> => {
  const nvidia = (await askNvidia(['--query-gpu=name'])).flatMap(([name]) => (name === undefined ? [] : [name]));
  const others = await (graphicsBySystem[process.platform] ?? (() => Promise.resolve([])))();
  return [...nvidia, ...others.filter((name) => nvidia.length === 0 || !/nvidia/i.test(name))];
};

const vendors: Readonly<Record<string, string>> = { '0x1002': 'AMD', '0x8086': 'Intel', '0x10de': 'NVIDIA' };

/** Cards of the kernel's list, by vendor and device number. */
const linuxCards = async (): Promise<readonly string[]> => {
  const drm = '/sys/class/drm';
  const cards = (await readdir(drm).catch(() => [])).filter((name) => /^card\d+$/.test(name)).sort();
  const read = (card: string, file: string): Promise<string> => readFile(join(drm, card, 'device', file), 'utf8').then((text) => text.trim()).catch(() => '');
  const found = await Promise.all(cards.map(async (card) => {
    const vendor = vendors[await read(card, 'vendor')];
    return vendor === undefined ? null : `${vendor} graphics ${await read(card, 'device')}`;
  }));
  return found.filter((name): name is string => name !== null);
};

const output = (command: string, words: readonly string[]): Promise<string> => new Promise((resolve) => {
  execFile(command, words, { timeout: 8000, killSignal: 'SIGKILL', windowsHide: true }, (error, stdout) => resolve(error ? '' : stdout));
});

const graphicsBySystem: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  linux: linuxCards,
  darwin: async () => [...(await output('system_profiler', ['SPDisplaysDataType'])).matchAll(/Chipset Model: (.+)/g)].map(([, name = '']) => name.trim()),
  win32: async () => (await output('powershell', ['-NoProfile', '-Command', '(Get-CimInstance Win32_VideoController).Name']))
    .split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''),
};
