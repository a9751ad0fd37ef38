import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from '../engine/contract/contract.js';
import { answerModel, listModels, loadModel } from '../engine/inference/cards.js';
import type { Model } from '../engine/inference/types.js';
import type { CommandSpec, Parsed } from './arguments.js';
import { settings } from './open.js';

export const modelOptions = {
  model: { type: 'text', value: 'ID|FILE', help: 'a model of “vovision models list”, or an .onnx file' },
  answer: { type: 'text', value: 'KEY=VALUE,…', help: 'what the model file does not say, e.g. head=yolov5,size=640' },
} as const satisfies CommandSpec['options'];

/** The model that runs where none is named. */
const defaultModel = 'first-256';

/** The model asked for. @throws UserError for an unknown one, a broken file, or one that leaves something unclear */
export const openModel = (args: Parsed): Promise<Model> => openNamedModel(args.text('model') ?? defaultModel, args.text('answer'));

/** A model by its id or file, with what was said about it (KEY=VALUE,…). Throws as `openModel` does. */
export const openNamedModel = async (asked: string, said: string | null): Promise<Model> => {
  const { zooFolder, dataFolder } = settings();
  const userFolder = join(dataFolder, 'models');
  if (extname(asked).toLowerCase() !== '.onnx' && !existsSync(asked)) {
    const models = await listModels(zooFolder, userFolder);
    const found = models.find((model) => model.info.id === asked);
    if (found !== undefined) return found;
    throw new UserError('bad-model', `There is no model “${asked}”.`, `There are: ${models.map((model) => model.info.id).join(', ')}. An .onnx file can be named too.`);
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
