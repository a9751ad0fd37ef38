import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'onnxruntime-common';
import { z } from 'zod';
import { milliseconds, type ProviderId, type ProviderStatus } from '../contract/contract.js';
import { difference, tolerance } from './agreement.js';
import { explainProviderError, providersOf, type Provider } from './provider-table.js';
import type { TrialOutcome, TrialReply } from './trial-messages.js';
import type { TrialRunner } from './trial-runner.js';
import type { Model } from './types.js';

export type RankOptions = {
  /** Where the outcome is kept; the same model on the same machine is tried once. */
  readonly dataFolder: string;
  readonly trials: TrialRunner;
  readonly signal?: AbortSignal;
  /** Tries this one, and the CPU to compare with; of the others the last outcome stands. */
  readonly only?: ProviderId;
};

/** Memory one trial may take beyond what an idle process has, bytes. */
const trialMemory = 6 * 2 ** 30;

type Ran = Extract<TrialReply, { kind: 'ran' }>;

/**
 * Tries every provider of this platform, each in a child of its own, and keeps the outcome: those
 * that give the CPU's numbers are ready, fastest first; the others say why not.
 * Rejects with the signal's reason when aborted.
 */
export const rankProviders = async (model: Model, options: RankOptions): Promise<readonly ProviderStatus[]> => {
  const { only } = options;
  const all = providersOf(process.platform, process.arch);
  const providers = only === undefined ? all : all.filter(({ id }) => id === 'cpu' || id === only);
  const before = only === undefined ? [] : await storedRanking(model, options.dataFolder);
  const statuses: ProviderStatus[] = (before ?? []).filter((old) => !providers.some(({ id }) => id === old.id));
  let reference: Ran | null = null;
  for (const provider of providers) {
    const request = { kind: 'provider', path: model.path, card: model.card, provider: provider.id, memory: trialMemory } as const;
    const outcome = await options.trials.run(request, provider.patience, options.signal);
    const judged = judge(provider, outcome, reference, model);
    if (provider.id === 'cpu' && outcome.kind === 'replied' && outcome.reply.kind === 'ran') reference = outcome.reply;
    statuses.push(judged);
  }
  const ranked = statuses.sort((a, b) => (a.latency ?? Number.POSITIVE_INFINITY) - (b.latency ?? Number.POSITIVE_INFINITY) || 0);
  // Where not even the CPU answered, the machine was in trouble, not the providers: the next time tells.
  // A single provider tried says nothing about which is the fastest.
  if (reference && before !== null) await store(model, options.dataFolder, ranked).catch(() => undefined);
  return ranked;
};

const judge = ({ id, label }: Provider, outcome: TrialOutcome, reference: Ran | null, model: Model): ProviderStatus => {
  const passedOver = (reason: string): ProviderStatus => ({ id, label, state: 'passed-over', latency: null, reason });
  if (outcome.kind === 'timeout') return passedOver(`It gave no answer within ${Math.round(outcome.milliseconds / 1000)} seconds.`);
  if (outcome.kind === 'crashed') return passedOver(`Its driver crashed in the trial (${outcome.how}).`);
  const { reply } = outcome;
  switch (reply.kind) {
    case 'failed': return passedOver(explainProviderError(id, reply.message));
    case 'memory': return passedOver(`It wanted more than ${Math.round(reply.used / 2 ** 30)} GB of memory.`);
    case 'inspected': return passedOver('The trial was answered by something else.');
    case 'ran': {
      const ordered = !model.card.head.kind.startsWith('nms-');
      const apart = reference ? difference(reference.outputs, reply.outputs, ordered) : 0;
      if (apart > tolerance) return passedOver(`Its numbers differ from the CPU’s by ${Number.isFinite(apart) ? `${(apart * 100).toFixed(0)} %` : 'more than can be'}.`);
      return { id, label, state: 'ready', latency: milliseconds(reply.latency), reason: null };
    }
  }
};

const storedSchema = z.array(z.object({
  id: z.enum(['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu']) satisfies z.ZodType<ProviderId>,
  label: z.string(),
  state: z.enum(['ready', 'passed-over', 'untried']),
  latency: z.number().nullable().transform((value) => (value === null ? null : milliseconds(value))),
  reason: z.string().nullable(),
}));

const fileOf = (model: Model, dataFolder: string): string =>
  join(dataFolder, 'providers', `${model.card.hash.slice(0, 32)}-${env.versions.common}-${process.platform}-${process.arch}.json`);

/** What an earlier trial of this model found; null where there was none. */
export const storedRanking = async (model: Model, dataFolder: string): Promise<readonly ProviderStatus[] | null> => {
  try {
    return storedSchema.parse(JSON.parse(await readFile(fileOf(model, dataFolder), 'utf8')));
  } catch {
    // Not there, or not ours any more: it is tried again.
    return null;
  }
};

const store = async (model: Model, dataFolder: string, statuses: readonly ProviderStatus[]): Promise<void> => {
  const file = fileOf(model, dataFolder);
  await mkdir(join(dataFolder, 'providers'), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(statuses, null, 2));
  await rename(unfinished, file);
};
