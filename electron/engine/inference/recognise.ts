import { basename, extname } from 'node:path';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { modelInputs, modelMetadata, modelOutputs } from '../../../models/onnx/read.js';
import type { TensorType } from '../../../models/onnx/types.js';
import { UserError, type ModelQuestion } from '../contract/contract.js';
import { nameLists, namesFromAnswer, namesFromMetadata } from './class-names.js';
import { ranges, type HeadGuess, type ModelFacts, type RangeId, type TensorFact } from './facts.js';
import { heads } from './heads.js';
import { inspectModel } from './inspect.js';
import { badModel } from './model-file.js';
import { companionsOf, isRefusal, metadataSize, pictureInput, type PictureInput, type Refusal } from './picture-input.js';
import type { InspectedOutput } from './trial-messages.js';
import type { TrialRunner } from './trial-runner.js';
import type { ModelCard } from './types.js';

/** What the user said about a file, by a question's key. */
export type Answers = Readonly<Record<string, string>>;

export type Recognised =
  | { readonly kind: 'card'; readonly card: ModelCard }
  | { readonly kind: 'unclear'; readonly questions: readonly ModelQuestion[] };

/** Size used to look at a model that leaves its size open, until the user has chosen one. */
const usualSize = { width: 640, height: 640 } as const;

/**
 * Makes a card for a file that has none, from its inputs, outputs and metadata and from what it says
 * to a made-up picture. What cannot be known is asked. Throws UserError('bad-model') for a file that is no detector.
 */
export const recognise = async (
  path: string, model: ModelProto, hash: string, answers: Answers, trials: TrialRunner, signal?: AbortSignal,
): Promise<Recognised> => {
  const accept = <Value extends object>(value: Value | Refusal): Value => {
    if (isRefusal(value)) throw badModel(path, value.refusal);
    return value;
  };
  const metadata = modelMetadata(model);
  refuseOtherTasks(path, metadata);
  const inputs = modelInputs(model).map(factOf);
  const picture = accept(pictureInput(inputs));
  const size = sizeOf(picture, metadata, answers);
  const { width, height } = size ?? usualSize;
  const companions = accept(companionsOf(inputs, picture.name, width, height));
  const asked: ModelCard['input'] = {
    name: picture.name, width, height, layout: picture.layout, type: picture.type, colour: 'rgb', mean: [0, 0, 0],
    std: picture.type === 'uint8' ? [1, 1, 1] : ranges.unit.std, fit: 'top-left', pad: 114,
    ...(!picture.batched && { batched: false }), ...(companions.length > 0 && { companions }),
  };
  const sample = await inspectModel(path, asked, trials, signal).catch((error: unknown) => {
    // At a size of our own choosing a failure says nothing about the model.
    if (size === null && error instanceof UserError) return null;
    throw error;
  });
  if (sample === null) return { kind: 'unclear', questions: [sizeQuestion(picture)] };

  const facts: ModelFacts = {
    inputs, outputs: modelOutputs(model).map((output) => measured(factOf(output), sample)), metadata,
    classNames: namesFromMetadata(metadata), size: { width, height }, sample,
  };
  const guesses = guessHeads(facts);
  const guess = chosen(guesses, answers['head']) ?? guesses[0];
  if (!guess) throw badModel(path, notADetector(facts));

  const questions: ModelQuestion[] = [];
  if (size === null) questions.push(sizeQuestion(picture));
  if (guesses.length > 1 && !chosen(guesses, answers['head'])) {
    questions.push({ key: 'head', question: 'What do its outputs mean?', options: guesses.map((one, n) => ({ value: headValue(one, n), label: one.label })) });
  }
  const classes = classesOf(path, facts, guess, answers['classes']);
  if (classes === null) questions.push(classesQuestion(guess.classes));
  const colour = guess.input?.colour ?? pick(answers['colour'], ['rgb', 'bgr'] as const);
  if (colour === null) questions.push(colourQuestion);
  const range = picture.type === 'uint8' ? 'bytes' : (guess.input?.range ?? pick(answers['range'], Object.keys(ranges) as RangeId[]));
  if (range === null) questions.push(rangeQuestion);
  if (questions.length > 0 || classes === null || colour === null || range === null) return { kind: 'unclear', questions };

  const { mean, std } = ranges[range];
  const input = { ...asked, colour, fit: guess.input?.fit ?? 'stretch', mean: inOrder(mean, colour), std: inOrder(std, colour) };
  const card: ModelCard = {
    version: 1, name: (metadata['description'] ?? basename(path, extname(path))).slice(0, 200), classes, input,
    head: { ...guess.options, kind: guess.kind, outputs: guess.outputs },
    licence: metadata['license'] ?? metadata['licence'] ?? null, source: metadata['author'] ?? null, hash,
  };
  return { kind: 'card', card };
};

const factOf = ({ name, type, dims }: TensorType): TensorFact => ({
  name, type: type ?? 'unknown', dims: (dims ?? []).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : null)),
});

/** An output with the dimensions it really had, but for those that may be another time's chance. */
const measured = (fact: TensorFact, sample: Readonly<Record<string, InspectedOutput>>): TensorFact => {
  const seen = sample[fact.name];
  return seen ? { name: fact.name, type: seen.type, dims: seen.dims } : fact;
};

const refuseOtherTasks = (path: string, metadata: Readonly<Record<string, string>>): void => {
  const made: Readonly<Record<string, string>> = {
    segment: 'outlines objects', pose: 'finds the joints of bodies', classify: 'names whole pictures', obb: 'finds turned boxes',
  };
  const what = made[metadata['task'] ?? ''];
  if (what !== undefined) throw badModel(path, `it ${what} and does not find boxes.`, 'Export the model made for detection.');
};

const pick = <Value extends string>(answer: string | undefined, values: readonly Value[]): Value | null =>
  values.find((value) => value === answer) ?? null;

const sizeOf = (
  picture: PictureInput, metadata: ModelFacts['metadata'], answers: Answers,
): { readonly width: number; readonly height: number } | null => {
  if (picture.width !== null && picture.height !== null) return { width: picture.width, height: picture.height };
  const [width, height] = (answers['size'] ?? '').match(/\d+/g)?.map(Number) ?? [];
  const answered = width !== undefined && width >= 16 && width <= 8192 ? { width, height: height ?? width } : null;
  const said = answered ?? metadataSize(metadata);
  if (!said || said.height < 16 || said.height > 8192) return null;
  return { width: picture.width ?? said.width, height: picture.height ?? said.height };
};

/** Every meaning of the outputs that is left after the surest ones and the file's own class names were heard. */
const guessHeads = (facts: ModelFacts): readonly HeadGuess[] => {
  const all = heads.flatMap((head) => head.recognise(facts));
  const sure = all.filter((guess) => guess.certainty === 'sure');
  const guesses = sure.length > 0 ? sure : all;
  const count = facts.classNames?.length;
  const fitting = guesses.filter((guess) => count === undefined || guess.classes === null || guess.classes === count);
  return fitting.length > 0 ? fitting : guesses;
};

const headValue = (guess: HeadGuess, n: number): string => `${guess.kind}-${n + 1}`;

const chosen = (guesses: readonly HeadGuess[], answer: string | undefined): HeadGuess | undefined =>
  guesses.length === 1 ? guesses[0] : (guesses.find((guess, n) => headValue(guess, n) === answer) ?? guesses.find((guess) => guess.kind === answer));

const classesOf = (path: string, facts: ModelFacts, guess: HeadGuess, answer: string | undefined): readonly string[] | null => {
  const { classNames } = facts;
  if (classNames && (guess.classes === null || guess.classes === classNames.length)) return classNames;
  if (answer === undefined) return null;
  const names = namesFromAnswer(answer, guess.classes);
  if (names.length === 0) return null;
  if (guess.classes !== null && names.length !== guess.classes) {
    throw new UserError('usage', `${basename(path)} has ${guess.classes} classes; ${names.length} names were given.`, 'Give one name a line, in the order of training.');
  }
  return names;
};

const classesQuestion = (count: number | null): ModelQuestion => ({
  key: 'classes',
  question: count === 1
    ? 'What does it find? It has one class.'
    : `What are its ${count === null ? '' : `${count} `}classes? One name a line, in the order of training.`,
  options: [
    ...Object.entries(nameLists)
      .filter(([, { names }]) => count === null || names.length === count)
      .map(([value, { label }]) => ({ value, label })),
    { value: 'numbers', label: 'Numbers instead of names' },
  ],
});

const sizeQuestion = ({ width, height }: PictureInput): ModelQuestion => ({
  key: 'size',
  question: width === null && height === null ? 'Which picture size was it trained for?' : 'Which size was it trained for on the side that the file leaves open?',
  options: [640, 320, 416, 512, 800, 1024, 1280].map((side) => ({ value: `${width ?? side}x${height ?? side}`, label: `${width ?? side} x ${height ?? side}` })),
});

const colourQuestion: ModelQuestion = {
  key: 'colour',
  question: 'In which order does it take the colours?',
  options: [{ value: 'rgb', label: 'Red, green, blue' }, { value: 'bgr', label: 'Blue, green, red (OpenCV)' }],
};

const rangeQuestion: ModelQuestion = {
  key: 'range',
  question: 'Which numbers does it expect for a pixel of 0 to 255?',
  options: (Object.keys(ranges) as RangeId[]).map((value) => ({ value, label: ranges[value].label })),
};

type Triple = readonly [number, number, number];
/** The table's numbers are red first; a card's are in the order of the tensor. */
const inOrder = ([red, green, blue]: Triple, colour: 'rgb' | 'bgr'): Triple => (colour === 'rgb' ? [red, green, blue] : [blue, green, red]);

const notADetector = ({ outputs }: ModelFacts): string => {
  const shapes = outputs.map(({ name, dims }) => `'${name}' ${dims.map((dim) => dim ?? '?').join(' x ')}`).join(', ');
  if (outputs.length === 1 && outputs[0]?.dims.length === 2) return `its output ${shapes} names whole pictures and holds no boxes.`;
  if (outputs.every(({ dims }) => dims.length >= 4)) return `its outputs are maps (${shapes}), not boxes; export it with its decoding.`;
  return `its outputs are those of no detector known here: ${shapes}.`;
};
