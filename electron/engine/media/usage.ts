import { readFileSync } from 'node:fs';

/** Kernel clock ticks a second on every Linux that Node runs on. */
const clockTicks = 100;

/** CPU seconds (user and system) a running process has used; null where that cannot be told. */
export const cpuSecondsOf = (pid: number): number | null => {
  if (process.platform !== 'linux') return null;
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold spaces; fields 14 and 15 are counted from after it.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const used = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(used) ? used / clockTicks : null;
  } catch {
    return null;
  }
};

/** Reads ffmpeg's `-benchmark` line; null if it is none. */
export const parseBenchmark = (line: string): number | null => {
  const match = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(line);
  return match ? Number(match[1]) + Number(match[2]) : null;
};
