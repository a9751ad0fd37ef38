import { readFile } from 'node:fs/promises';

/** Resident bytes of this process and of the children named; children count only where the system tells (Linux). */
export const residentBytes = async (children: readonly number[]): Promise<number> => {
  const own = process.memoryUsage.rss();
  if (process.platform !== 'linux') return own;
  const parts = await Promise.all(children.map(residentOf));
  return parts.reduce((sum, bytes) => sum + bytes, own);
};

const residentOf = async (pid: number): Promise<number> => {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // The child has ended.
  }
};
