import type { StartChild } from '../children.js';
import { UserError, type FasterTime, type ModelForm, type ProviderId, type ProviderStatus } from '../contract/contract.js';
import { providerOf } from '../inference/provider-table.js';
import type { Model } from '../inference/types.js';
import { benchOpener } from '../lab/bench.js';
import { compare } from '../lab/compare.js';
import { memoryRoom } from '../lab/memory-room.js';
import { modelSubject } from '../lab/subjects.js';
import { inferenceThreads } from '../service/workers.js';
import type { Progress } from './types.js';

export type TimingSetting = {
  readonly providers: readonly ProviderId[];
  readonly startChild: StartChild;
  /** Where children put their files. */
  readonly folder: string;
  readonly progress: Progress;
  readonly onTimes: (form: ModelForm, times: readonly FasterTime[]) => void;
  readonly signal: AbortSignal;
};

/** Of what was tried with a model, everything that gives the right numbers; the CPU always does. */
export const providersToTime = (tried: readonly ProviderStatus[]): readonly ProviderId[] => {
  const ready = tried.filter(({ state }) => state === 'ready').map(({ id }) => id);
  return ready.includes('cpu') ? ready : ['cpu', ...ready];
};

/** Interleaved rounds, and the least length of a turn in ms. */
const rounds = 8;
const turn = 150;

/**
 * Times the forms of a model, the original first: on each provider in interleaved rounds, as the lab compares
 * networks. Throws a UserError where the original runs nowhere.
 */
export const timeForms = async (forms: readonly { readonly form: ModelForm; readonly model: Model }[], setting: TimingSetting): Promise<void> => {
  const { providers, signal } = setting;
  const openBench = benchOpener(setting.startChild, setting.folder);
  const found = new Map<ModelForm, FasterTime[]>(forms.map(({ form }) => [form, []]));
  for (const [n, provider] of providers.entries()) {
    const on = providers.length > 1 ? ` on ${providerOf(provider).label}` : '';
    const rows = await compare(forms.map(({ form, model }) => ({ ...modelSubject(model), id: form })), {
      runner: { provider, threads: provider === 'cpu' ? inferenceThreads() : null },
      openBench, size: forms[0]?.model.info.input ?? { width: 320, height: 320 }, batch: 1, rounds, turn, energy: null, room: memoryRoom(), signal,
      progress: (step, part) => setting.progress(`${step}${on}`, (n + part) / providers.length),
      onRows: () => undefined,
      onNote: () => undefined,
    });
    for (const { subject, latency, error } of rows) {
      const form = subject as ModelForm;
      found.get(form)?.push({ provider, time: latency?.low ?? null, error: latency === null ? (error?.message ?? 'It was not measured.') : null });
      setting.onTimes(form, found.get(form) ?? []);
    }
  }
  const original = found.get('original') ?? [];
  if (original.every(({ time }) => time === null)) {
    throw new UserError('provider', `The model itself does not run here: ${original[0]?.error ?? 'nothing was tried.'}`, 'Choose another provider.');
  }
};
