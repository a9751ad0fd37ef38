import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { UserError, type CompareRow } from '../contract/contract.js';

/** What a process of ours takes with an empty graph, in bytes. */
const processBytes = 120 * 2 ** 20;

/** About how many bytes a process with such a graph takes: weights twice while they are laid out anew, activations with room to move. */
export const memoryNeed = ({ parameters, peakActivationBytes }: Pick<CompareRow, 'parameters' | 'peakActivationBytes'>, batch: number): number =>
  processBytes + 2 * 4 * (parameters ?? 50e6) + 2 * batch * (peakActivationBytes ?? 256 * 2 ** 20);

/**
 * Throws a UserError where even what such a graph cannot do without is more than `room` bytes: the system would end
 * a process for it, and not always the one that asked. For what runs in the machine's own memory.
 */
export const refuseTooLarge = ({ parameters, peakActivationBytes }: Pick<CompareRow, 'parameters' | 'peakActivationBytes'>, batch: number, room: number): void => {
  const least = processBytes + 4 * (parameters ?? 0) + batch * (peakActivationBytes ?? 0);
  if (least <= room) return;
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  throw new UserError('usage', `It needs at least ${gigabytes(least)} of memory, and ${gigabytes(room)} may be taken.`, 'Choose a smaller size or batch.');
};

/** Indices of what fits into `room` at once, in their order, in as few groups as that gives; each group has one at the least. */
export const groupByMemory = (needs: readonly number[], room: number): readonly (readonly number[])[] => {
  const groups: number[][] = [];
  let left = 0;
  needs.forEach((need, n) => {
    const last = groups[groups.length - 1];
    if (last === undefined || need > left) {
      groups.push([n]);
      left = room - need;
    } else {
      last.push(n);
      left -= need;
    }
  });
  return groups;
};

/** Part of the free memory that measurements may take. */
const share = 0.7;

/** Bytes that measurements may take now. */
export const memoryRoom = (): number => share * Math.min(available(), container());

/** What the system can give without paging: more than what is free, since caches give way. */
const available = (): number => {
  try {
    const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return freemem();
};

/** What a container has left to give; without end outside of one. */
const container = (): number => {
  try {
    const read = (file: string): number => Number(readFileSync(`/sys/fs/cgroup/${file}`, 'utf8'));
    const left = read('memory.max') - read('memory.current');
    return Number.isFinite(left) ? Math.max(0, left) : Infinity;
  } catch {
    return Infinity;
  }
};
