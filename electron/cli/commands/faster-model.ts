import { join } from 'node:path';
import { nodeChildren } from '../../engine/children.js';
import { UserError, type FasterForm } from '../../engine/contract/contract.js';
import { rankProviders, storedRanking } from '../../engine/inference/providers.js';
import { hostTrials } from '../../engine/inference/trial-runner.js';
import { probeVideo } from '../../engine/media/probe.js';
import { makeFaster } from '../../engine/quantize/faster.js';
import { keepMade } from '../../engine/quantize/keep.js';
import { providersToTime } from '../../engine/quantize/time-forms.js';
import type { Parsed } from '../arguments.js';
import { openTools, settings } from '../open.js';
import { openNamedModel } from '../open-model.js';
import { askedProviderOrAuto } from '../open-worker.js';
import type { Output } from '../output.js';

/** Tries smaller forms of a detector on this machine, and keeps the one that wins among the models, as the app does. */
export const faster = async (asked: string, args: Parsed, output: Output, signal: AbortSignal): Promise<{ readonly answer: unknown; readonly text: string }> => {
  const clip = args.text('video');
  if (clip === null) throw new UserError('usage', 'models faster needs --video CLIP: a video like those the model is for.', 'The model is tried on pictures of it.');
  const tools = await openTools();
  const video = await probeVideo(clip, tools, signal);
  const model = await openNamedModel(asked, args.text('answer'));
  const { dataFolder } = settings();
  const provider = askedProviderOrAuto(args.text('provider'));
  if (provider === 'auto') output.progress('Trying what can run it here');
  const providers = provider === 'auto'
    ? providersToTime((await storedRanking(model, dataFolder)) ?? (await rankProviders(model, { dataFolder, trials: hostTrials, signal })))
    : [provider];
  const { made, ...found } = await makeFaster({
    model, videos: [video], tools, providers, startChild: nodeChildren, signal,
    progress: (_, step, fraction) => output.progress(`${step}: ${Math.round(100 * fraction)} %`),
    onForms: () => undefined,
  });
  const kept = made === null ? null : await keepMade(join(dataFolder, 'models'), made);
  return {
    answer: { ...found, made: kept === null ? null : { id: kept.info.id, path: kept.path } },
    text: [found.winner === 'original' ? `The original stays. ${found.verdict}` : found.verdict, ...found.forms.map((form) => describe(form, found.winner === form.form)), ...(kept === null ? [] : [`Kept as ${kept.info.id}.`])].join('\n'),
  };
};

const describe = ({ form, fileSize, best, ratio, agreement, error }: FasterForm, won: boolean): string => [
  `${won ? '*' : ' '} ${form.padEnd(9)}`,
  ...(error === null ? [
    `${fileSize === null ? '-' : (fileSize / 1e6).toFixed(1)} MB`.padStart(9),
    best === null ? '-' : `${best.time.toFixed(2)} ms on ${best.provider}`,
    ratio === null ? '-' : `${ratio.toFixed(2)} times as fast`,
    agreement === null ? '-' : `${(100 * agreement).toFixed(1)} % the same`,
  ] : [error.message]),
].join('  ');
