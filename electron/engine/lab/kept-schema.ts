import { z } from 'zod';
import { errorKinds, experiments, milliseconds, requestSchemas, type ErrorKind, type LabResult } from '../contract/contract.js';

const time = z.number().min(0).transform(milliseconds);
const text = z.string().max(4096);
const count = z.number().min(0);
const size = z.object({ width: z.number().int().positive(), height: z.number().int().positive() });
const provider = z.enum(['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu']);
const nodes = z.array(z.object({ provider: text, nodes: count }));

const error = z.object({ kind: z.enum(Object.keys(errorKinds) as [ErrorKind, ...ErrorKind[]]), message: text, hint: text.optional() })
  .transform(({ hint, ...rest }) => ({ ...rest, ...(hint !== undefined && { hint }) }));

const compareRow = z.object({
  subject: text, title: text, family: text, input: size, batch: z.number().int().positive(),
  parameters: count.nullable(), multiplyAdds: count.nullable(), memoryAccess: count.nullable(), peakActivationBytes: count.nullable(),
  latency: z.object({ p50: time, p95: time, low: time, high: time, runs: count }).nullable(),
  framesPerSecond: count.nullable(), computation: count.nullable(), memory: count.nullable(),
  energy: z.object({ joulesPerImage: count, watts: count, idleWatts: count, samples: count, meter: text }).nullable(),
  nodes: nodes.nullable(),
  error: error.nullable(),
});

const layerRow = z.object({
  name: text, parts: z.array(text), operator: text, provider: text, time, share: z.number().min(0).max(1),
  parameters: count.nullable(), multiplyAdds: count.nullable(), memoryAccess: count.nullable(), module: text.nullable(),
});

const table = z.object({
  columns: z.array(z.object({ key: text, title: text, unit: text, kind: z.enum(['text', 'number']), digits: z.number().int().min(0).max(20) })),
  rows: z.array(z.array(z.union([text, z.number(), z.null()]))),
});

const chart = z.object({ kind: z.enum(['bars', 'lines', 'points', 'heat']), title: text, x: text, y: text, by: text.nullable() });

const meter = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('meter'), id: text, title: text, covers: text }),
  z.object({ kind: z.literal('none'), reason: text }),
]);

const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('compare'), rows: z.array(compareRow), meter, notes: z.array(text) }),
  z.object({ kind: z.literal('layers'), title: text, rows: z.array(layerRow), whole: time, nodes }),
  z.object({ kind: z.literal('experiment'), experiment: z.enum(experiments), finding: text, table, charts: z.array(chart) }),
]);

const result = z.object({
  id: text, title: text, kind: z.enum(['compare', 'layers', 'experiment']), at: z.number(), provider,
  machine: z.object({ key: text, processor: text, cores: count, memory: count, graphics: z.array(text), system: text, runtime: text }),
  plan: requestSchemas['lab.start'].shape.plan,
  outcome,
}) satisfies z.ZodType<LabResult>;

/** A kept result's file. */
export const resultSchema = z.object({ version: z.number(), result })
  .refine(({ result: { kind, plan, outcome: { kind: came } } }) => kind === plan.kind && kind === came);
