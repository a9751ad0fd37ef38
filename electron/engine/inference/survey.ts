import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as os from 'node:os';
import { join } from 'node:path';
import { env } from 'onnxruntime-common';
import { z } from 'zod';
import type { ProviderId, ProviderStatus } from '../contract/contract.js';
import { rankProviders } from './ranking.js';
import type { TrialRunner } from './trial-runner.js';
import type { Model } from './types.js';
import { byNetwork, couldBeChosen, realTime, usualOf, type Candidate, type Usual } from './usual.js';

export type SurveyOptions = { readonly dataFolder: string; readonly trials: TrialRunner; readonly signal?: AbortSignal };

type Times = Readonly<Record<string, Candidate['times']>>;

const schema = z.record(z.string(), z.partialRecord(z.enum(['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu']) satisfies z.ZodType<ProviderId>, z.number().positive()));

/** A larger network takes at least this share of the time that its multiply-adds let expect: larger layers are better used. */
const bestScaling = 0.3;

/** Models of the program that say which network they are a form of; by these the choice is made. */
const candidatesOf = (models: readonly Model[], times: Times): readonly Candidate[] => models.flatMap(({ card, info }): readonly Candidate[] => {
  const { network, sizes, quantization } = card;
  if (!info.shipped || network === undefined || sizes === undefined) return [];
  const means = info.figures.accuracy.map(({ mean }) => mean);
  const accuracy = means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length;
  return [{ id: info.id, network, multiplyAdds: sizes.multiplyAdds, accuracy, form: quantization?.to ?? 'float32', times: times[info.id] ?? {} }];
});

/** Where the outcome is kept: the same models on the same machine are tried once. */
const fileOf = (models: readonly Model[], dataFolder: string): string => {
  const [processor] = os.cpus();
  const machine = [processor?.model, os.cpus().length, Math.round(os.totalmem() / 2 ** 30), process.platform, process.arch, env.versions.common];
  const hashes = models.filter(({ info }) => info.shipped).map(({ card }) => card.hash).sort();
  return join(dataFolder, 'providers', `usual-${createHash('sha256').update(JSON.stringify([machine, hashes])).digest('hex').slice(0, 32)}.json`);
};

const stored = async (models: readonly Model[], dataFolder: string): Promise<Times | null> => {
  try {
    return schema.parse(JSON.parse(await readFile(fileOf(models, dataFolder), 'utf8')));
  } catch {
    // Not there, or not ours any more: it is measured again.
    return null;
  }
};

/** The usual model as far as it is known, without trying anything; null where no model came with the program. */
export const knownUsual = async (models: readonly Model[], dataFolder: string, asked: ProviderId | 'auto' = 'auto'): Promise<Usual | null> =>
  usualOf(candidatesOf(models, (await stored(models, dataFolder)) ?? {}), asked);

/** Whether the models that came with the program were tried on this machine. */
export const isSurveyed = async (models: readonly Model[], dataFolder: string): Promise<boolean> => (await stored(models, dataFolder)) !== null;

/** Has the next survey try everything again. */
export const forgetSurvey = (models: readonly Model[], dataFolder: string): Promise<void> => rm(fileOf(models, dataFolder), { force: true });

/**
 * Tries the models that came with the program, each for a moment, unless that was done, and keeps how long they took. The smallest
 * network goes first; larger ones are left out where they cannot be fast enough, or find no more than one that is. On graphics cards the float32 form
 * shows which work at all. Rejects with the signal's reason when aborted.
 */
export const surveyUsual = async (models: readonly Model[], options: SurveyOptions): Promise<Usual | null> => {
  if (await isSurveyed(models, options.dataFolder)) return knownUsual(models, options.dataFolder);
  const times: Record<string, Candidate['times']> = {};
  const modelOf = new Map(models.map((model) => [model.info.id, model]));
  let before: { readonly multiplyAdds: number; readonly time: number } | null = null;
  for (const forms of byNetwork(candidatesOf(models, {}))) {
    if (!couldBeChosen(forms, candidatesOf(models, times))) continue;
    const multiplyAdds = forms[0]?.multiplyAdds ?? 0;
    if (before !== null && before.time * (multiplyAdds / before.multiplyAdds) * bestScaling > realTime) break;
    const modelIn = (form: Candidate['form']): Model | undefined => modelOf.get(forms.find((candidate) => candidate.form === form)?.id ?? '');
    const [whole, bytes, halves] = [modelIn('float32'), modelIn('int8'), modelIn('float16')];
    if (whole !== undefined) times[whole.info.id] = timesOf(await rankProviders(whole, options));
    if (bytes !== undefined) times[bytes.info.id] = timesOf(await rankProviders(bytes, { ...options, only: 'cpu' }));
    const fastest = usualOf(forms.map((form) => ({ ...form, times: times[form.id] ?? {} })));
    const card = whole !== undefined && Object.entries(times[whole.info.id] ?? {}).some(([provider, time]) => provider !== 'cpu' && time <= (fastest?.time ?? 0));
    if (halves !== undefined && card) times[halves.info.id] = timesOf(await rankProviders(halves, options));
    const time = usualOf(forms.map((form) => ({ ...form, times: times[form.id] ?? {} })))?.time ?? null;
    if (time === null) break;
    before = { multiplyAdds, time };
  }
  // Where nothing ran the machine was in trouble, not the models: the next time tells.
  if (before !== null) await store(fileOf(models, options.dataFolder), times).catch(() => undefined);
  return usualOf(candidatesOf(models, times));
};

const timesOf = (statuses: readonly ProviderStatus[]): Candidate['times'] =>
  Object.fromEntries(statuses.flatMap(({ id, state, latency }) => (state === 'ready' && latency !== null ? [[id, latency]] : [])));

const store = async (file: string, times: Times): Promise<void> => {
  await mkdir(join(file, '..'), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(times, null, 2));
  await rename(unfinished, file);
};
