import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { askNvidia } from '../nvidia.js';
import { Samples } from './polled.js';
import { sampleEvery, type FindMeter, type PowerReader } from './types.js';

/**
 * Fields by which a card tells its power. The plain one is, on cards since 2020, a mean over the last second;
 * newer drivers tell the power of the moment too.
 */
const fields = [
  { field: 'power.draw.instant', settle: sampleEvery },
  { field: 'power.draw', settle: 1000 },
] as const;

const wattsOf = (cell: string | undefined): number | null => (cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : null);

/** NVIDIA's cards, through nvidia-smi, as in the paper. */
export const nvidiaMeter: FindMeter = async ({ nvidiaSmi }) => {
  const cards = (await askNvidia(['--query-gpu=name'], nvidiaSmi)).map(([name = 'NVIDIA card']) => name);
  const [card] = cards;
  if (card === undefined) return { reason: 'nvidia-smi is not there, or tells of no card.' };
  if (cards.length > 1) {
    return { reason: `nvidia-smi tells of ${cards.length} cards, and nothing says which one works: let the program see one only (CUDA_VISIBLE_DEVICES, nvidia-smi -i).` };
  }
  for (const { field, settle } of fields) {
    const [row] = await askNvidia([`--query-gpu=${field}`], nvidiaSmi);
    if (wattsOf(row?.[0]) === null) continue;
    return { id: 'nvidia-smi', title: 'nvidia-smi', covers: `the graphics card (${card})`, settle, open: () => stream(nvidiaSmi, field) };
  }
  return { reason: `The card (${card}) does not tell its power to nvidia-smi.` };
};

const stream = (command: string, field: string): PowerReader => {
  const samples = new Samples();
  let fault: string | null = null;
  let closed = false;
  const child = spawn(command, [`--query-gpu=${field}`, '--format=csv,noheader,nounits', '-lms', String(sampleEvery)], { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
  const exited = new Promise<void>((resolve) => {
    const ended = (): void => {
      if (!closed) fault = 'nvidia-smi ended while it was to tell the card’s power.';
      resolve();
    };
    child.once('exit', ended);
    child.once('error', ended);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const watts = wattsOf(line.trim());
    const now = performance.now();
    if (watts !== null) samples.add({ from: now - sampleEvery, to: now, watts });
  });
  return {
    between: (from, to) => samples.between(from, to),
    get fault() {
      return fault;
    },
    close: () => {
      closed = true;
      child.kill('SIGKILL');
      return exited;
    },
  };
};
