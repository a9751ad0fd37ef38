import { z } from 'zod';
import { milliseconds } from '../contract/contract.js';
import type { ProfiledNode } from './types.js';

/** What is read of one event of onnxruntime's profile; durations and times are microseconds. */
const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  ts: z.number(),
  dur: z.number(),
  args: z.object({ op_name: z.string().optional(), provider: z.string().optional(), node_index: z.string().optional() }).optional(),
});

const kernelTime = /_kernel_time$/;

type Found = { readonly name: string; readonly operator: string; readonly provider: string; readonly times: number[] };

/**
 * The nodes of an onnxruntime profile in the order they ran, with their times of the last `runs` runs.
 * Where a device tells its own times (WebGPU), they count: the CPU's are those of handing the work over.
 * Throws a SyntaxError where the text is no JSON, and an Error where it holds no runs.
 */
export const readProfile = (text: string, runs: number): readonly ProfiledNode[] => {
  const events = z.array(z.unknown()).parse(JSON.parse(text))
    .flatMap((event) => eventSchema.safeParse(event).data ?? [])
    .sort((a, b) => a.ts - b.ts);
  const nodes = new Map<string, Found>();
  const onDevice = new Map<string, number[]>();
  for (const { cat, name, dur, args } of events) {
    if (cat === 'Node' && kernelTime.test(name)) {
      const plain = name.replace(kernelTime, '');
      const key = `${args?.node_index ?? ''} ${plain}`;
      const node = nodes.get(key) ?? { name: plain, operator: args?.op_name ?? '', provider: args?.provider ?? '', times: [] };
      node.times.push(dur / 1000);
      nodes.set(key, node);
    }
    // One for each program of a node: NODE&OPERATOR&PROGRAM.
    if (cat === 'Api' && name.includes('&')) {
      const [node = ''] = name.split('&');
      onDevice.set(node, [...(onDevice.get(node) ?? []), dur / 1000]);
    }
  }
  if (nodes.size === 0) throw new Error('The profile tells of no node.');
  return [...nodes.values()].map(({ name, operator, provider, times }) => (
    { name, operator, provider, times: (perRun(onDevice.get(name) ?? [], times.length) ?? times).slice(-runs).map(milliseconds) }
  ));
};

/** The programs' times added up for each run; null where they do not share out evenly. */
const perRun = (times: readonly number[], runs: number): readonly number[] | null => {
  const programs = times.length / runs;
  if (programs < 1 || !Number.isInteger(programs)) return null;
  return Array.from({ length: runs }, (_, run) => times.slice(run * programs, (run + 1) * programs).reduce((sum, time) => sum + time, 0));
};
