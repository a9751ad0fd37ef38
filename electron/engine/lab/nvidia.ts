import { execFile } from 'node:child_process';

/** The rows of what nvidia-smi says in answer to a query, cells trimmed; none where it is not there or has no answer in time. */
export const askNvidia = (query: readonly string[], command = 'nvidia-smi'): Promise<readonly (readonly string[])[]> =>
  new Promise((resolve) => {
    execFile(command, [...query, '--format=csv,noheader,nounits'], { timeout: 5000, killSignal: 'SIGKILL', windowsHide: true }, (error, stdout) => {
      if (error) resolve([]);
      else resolve(stdout.split('\n').filter((line) => line.trim() !== '').map((line) => line.split(',').map((cell) => cell.trim())));
    });
  });

/** Bytes a process holds on NVIDIA cards; null where nvidia-smi does not tell. */
export const cardMemory = async (pid: number, command?: string): Promise<number | null> => {
  const rows = await askNvidia(['--query-compute-apps=pid,used_memory'], command);
  const held = rows.flatMap(([id, mebibytes]) => (Number(id) === pid && mebibytes !== undefined && /^\d+$/.test(mebibytes) ? [Number(mebibytes)] : []));
  return held.length === 0 ? null : held.reduce((sum, one) => sum + one, 0) * 2 ** 20;
};
