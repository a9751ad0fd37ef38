import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Begins to watch how much memory this process takes: gives a function that tells by how many bytes it has
 * grown at most since. On Linux the system's high-water mark is set anew; elsewhere it counts from the start
 * of the process, which is what little it took to get here.
 */
export const watchMemory = (): (() => number) => {
  try {
    // 5 sets the mark to what is resident now.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux, or not allowed: the mark stays.
  }
  const before = process.memoryUsage.rss();
  return () => Math.max(0, highWater() - before);
};

/** Most bytes that were resident at once. What a parent took before it forked counts into maxRSS on Linux. */
const highWater = (): number => {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
};
