import { UserError, type ProviderChoice, type ProviderId } from '../engine/contract/contract.js';
import { hostTrials } from '../engine/inference/trial-runner.js';
import type { InferenceThread } from '../engine/inference/session.js';
import type { Model } from '../engine/inference/types.js';
import { Workers } from '../engine/service/workers.js';
import type { CommandSpec } from './arguments.js';
import { settings } from './open.js';
import type { Output } from './output.js';

const providers = ['auto', 'cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu'] as const satisfies readonly (ProviderId | 'auto')[];

export const providerOption = {
  provider: { type: 'text', choices: providers, value: 'NAME', help: 'what runs the model (auto: the fastest that gives right results)' },
} as const satisfies CommandSpec['options'];

/** What `--provider` says; `auto` where it is left out. */
export const askedProviderOrAuto = (provider: string | null): ProviderId | 'auto' => providers.find((one) => one === provider) ?? 'auto';

export type OpenWorker = { readonly thread: InferenceThread; readonly choice: ProviderChoice; readonly dispose: () => Promise<void> };

/** An inference thread for one command. `auto` tries the providers first, once per model and machine. */
export const openWorker = async (model: Model, provider: string | null, output: Output, signal: AbortSignal): Promise<OpenWorker> => {
  const asked = askedProviderOrAuto(provider);
  const { dataFolder } = settings();
  const workers = new Workers(
    dataFolder,
    hostTrials,
    (choice) => output.note(`Now running on ${choice.running}: ${choice.reason}`),
    (milliseconds) => {
      process.stderr.write(`vovision: the model has not answered for ${milliseconds / 1000} s; its provider hangs.\n  Try --provider cpu.\n`);
      process.exit(4);
    },
  );
  if (asked === 'auto' && (await workers.ranking(model)) === null) {
    output.note('Trying what can run this model here, once…');
    await workers.rank(model, signal);
  }
  try {
    const { thread, choice } = await workers.take(model, asked);
    return { thread, choice, dispose: () => workers.dispose() };
  } catch (error) {
    if (asked !== 'auto' && !(error instanceof UserError)) {
      throw new UserError('provider', `The provider ${asked} could not be started.`, 'vovision doctor says what is there.', { cause: error });
    }
    throw error;
  }
};
