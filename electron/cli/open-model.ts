import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError, type ProviderId } from '../engine/contract/contract.js';
import { answerModel, listModels, loadModel } from '../engine/inference/cards.js';
import { isSurveyed, knownUsual, surveyUsual } from '../engine/inference/survey.js';
import { hostTrials } from '../engine/inference/trial-runner.js';
import type { Model } from '../engine/inference/types.js';
import type { CommandSpec, Parsed } from './arguments.js';
import { settings } from './open.js';
import { askedProviderOrAuto } from './open-worker.js';
import type { Output } from './output.js';

export const modelOptions = {
  model: { type: 'text', value: 'ID|FILE', help: 'a model of “vovision models list”, or an .onnx file' },
  answer: { type: 'text', value: 'KEY=VALUE,…', help: 'what the model file does not say, e.g. head=yolov5,size=640' },
} as const satisfies CommandSpec['options'];

/**
 * The model asked for, else the one that suits this machine: on a provider left to us it is found out by trial, once.
 * @throws UserError for an unknown one, a broken file, or one that leaves something unclear
 */
export const openModel = async (args: Parsed, output: Output, signal: AbortSignal): Promise<Model> => {
  const named = args.text('model');
  return named === null ? openUsualModel(askedProviderOrAuto(args.text('provider')), output, signal) : openNamedModel(named, args.text('answer'));
};

const openUsualModel = async (asked: ProviderId | 'auto', output: Output, signal: AbortSignal): Promise<Model> => {
  const { zooFolder, dataFolder } = settings();
  const models = await listModels(zooFolder, join(dataFolder, 'models'));
  if (asked === 'auto' && !(await isSurveyed(models, dataFolder))) {
    output.note('Trying which model suits this machine, once…');
    await surveyUsual(models, { dataFolder, trials: hostTrials, signal });
  }
  const usual = await knownUsual(models, dataFolder, asked);
  return found(models, usual?.id ?? null);
};

/** The float32 form of the usual network, for looks into trained weights; by its id. Null where none came with the program. */
export const usualWeights = async (): Promise<string | null> => {
  const { zooFolder, dataFolder } = settings();
  const models = await listModels(zooFolder, join(dataFolder, 'models'));
  const usual = await knownUsual(models, dataFolder);
  const network = models.find(({ info }) => info.id === usual?.id)?.card.network;
  return models.find(({ info, card }) => info.shipped && card.network === network && card.quantization === undefined)?.info.id ?? null;
};

/** The confidence to begin with of a model that is still listed, by its file's hash; null for others and where its card names none. */
export const confidenceOfModel = async (hash: string): Promise<number | null> => {
  const { zooFolder, dataFolder } = settings();
  const models = await listModels(zooFolder, join(dataFolder, 'models'));
  return models.find(({ card }) => card.hash === hash)?.info.confidence ?? null;
};

const found = (models: readonly Model[], id: string | null): Model => {
  const model = models.find(({ info }) => info.id === id);
  if (model !== undefined) return model;
  if (id === null) throw new UserError('bad-model', 'No model came with the program.', 'Name an .onnx file with --model, or install VoVision again.');
  throw new UserError('bad-model', `There is no model “${id}”.`, `There are: ${models.map(({ info }) => info.id).join(', ')}. An .onnx file can be named too.`);
};

/** A model by its id or file, with what was said about it (KEY=VALUE,…). Throws as `openModel` does. */
export const openNamedModel = async (asked: string, said: string | null): Promise<Model> => {
  const { zooFolder, dataFolder } = settings();
  const userFolder = join(dataFolder, 'models');
  if (extname(asked).toLowerCase() !== '.onnx' && !existsSync(asked)) {
    return found(await listModels(zooFolder, userFolder), asked);
  }
  const answers = readAnswers(said);
  const loaded = answers === null ? await loadModel(asked, userFolder) : await answerModel(asked, answers, userFolder);
  if (loaded.kind === 'model') return loaded.model;
  const questions = loaded.questions.map(({ key, question, options }) =>
    `  ${key}: ${question}${options.length === 0 ? '' : ` (${options.map(({ value, label }) => `${value} = ${label}`).join('; ')})`}`);
  throw new UserError(
    'usage',
    `${loaded.name} does not say everything that is needed to run it:\n${questions.join('\n')}`,
    `Answer with --answer ${loaded.questions.map(({ key, options }) => `${key}=${options[0]?.value ?? '…'}`).join(',')}`,
  );
};

const readAnswers = (text: string | null): Record<string, string> | null => {
  if (text === null) return null;
  const answers: Record<string, string> = {};
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals <= 0) throw new UserError('usage', `--answer has “${part}”; each part must be KEY=VALUE.`);
    answers[part.slice(0, equals).trim()] = part.slice(equals + 1).trim();
  }
  return answers;
};
