import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../engine/contract/contract.js';
import { confidenceOf, type Confidence } from '../../engine/evaluation/confidence.js';
import { readDataset } from '../../engine/evaluation/dataset.js';
import { evaluate, type Evaluation } from '../../engine/evaluation/evaluate.js';
import { categoriesOf, cocoResults } from '../../engine/evaluation/figures.js';
import { PictureFiles } from '../../engine/evaluation/pictures.js';
import type { CommandSpec } from '../arguments.js';
import type { Command } from '../command.js';
import { openTools } from '../open.js';
import { modelOptions, openNamedModel } from '../open-model.js';
import { openWorker, providerOption } from '../open-worker.js';
import type { Output } from '../output.js';
import { refuseSource, writeWhole } from '../write-whole.js';

const spec: CommandSpec = {
  name: 'eval',
  summary: 'eval MODEL --images DIR|ZIP… --annotations FILE.json: how well a model finds what is labelled on pictures (COCO’s average precision).',
  positionals: ['MODEL'],
  options: {
    images: { type: 'list', value: 'DIR|ZIP…', help: 'where the pictures lie: folders and zip files' },
    annotations: { type: 'text', value: 'FILE', help: 'what is on them, in COCO’s format' },
    source: { type: 'text', value: 'S', help: 'only the pictures whose “source” is this' },
    'min-score': { type: 'number', range: [0, 1], help: 'boxes below are not looked at (0.001)' },
    detections: { type: 'text', value: 'FILE', help: 'also writes every box, as COCO’s own tools take results' },
    answer: modelOptions.answer,
    ...providerOption,
  },
};

/** `vovision eval`: see docs/cli.md. */
export const evalCommand: Command = {
  spec,
  run: async (args, output, signal) => {
    const [asked = ''] = args.positionals;
    const roots = args.list('images');
    const annotations = args.text('annotations');
    const source = args.text('source');
    if (roots.length === 0) throw new UserError('usage', 'eval needs --images: the folders or zip files that hold the pictures.');
    if (annotations === null) throw new UserError('usage', 'eval needs --annotations FILE.json: what is on the pictures.');
    const text = await readFile(annotations, 'utf8').catch((error: unknown) => {
      throw new UserError('bad-input', `${annotations} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'Name a JSON file in COCO’s format.', { cause: error });
    });
    const file = args.text('detections');
    if (file !== null) await refuseSource(file, annotations, 'the file of annotations');
    const dataset = readDataset(text, basename(annotations), source);
    const tools = await openTools();
    const model = await openNamedModel(asked, args.text('answer'));
    if (categoriesOf(model.card.classes, dataset).every((category) => category === null)) {
      throw new UserError(
        'usage', `${basename(annotations)} has none of the classes of ${model.info.name}.`,
        `The model finds ${list(model.card.classes)}; the pictures have ${list(dataset.categories.map(({ name }) => name))}.`,
      );
    }
    const files = await PictureFiles.open(roots, dataset.pictures, signal);
    try {
      const worker = await openWorker(model, args.text('provider'), output, signal);
      try {
        const result = await evaluate({
          model, dataset, files, tools, signal, thread: worker.thread, minScore: args.number('min-score') ?? 0.001,
          onProgress: (done, total) => output.progress(`${done} of ${total} pictures`),
        });
        tell(result, output);
        const { ap50, ap, images, found, seconds, unknown, damaged, counted } = result;
        const confidence = confidenceOf(counted);
        const boxes = cocoResults(found);
        if (file !== null) await writeWhole(file, new TextEncoder().encode(JSON.stringify(boxes)));
        const picturesPerSecond = round(images / seconds);
        const about = { model: model.info.id, source, provider: worker.choice.running, seconds: round(seconds), picturesPerSecond };
        output.answer({ ap50, ap, confidence, images, detections: boxes.length, unknown, damaged, ...about }, [
          `${model.info.name}: ${pictures(images)}${source === null ? '' : ` of ${source}`}, ${picturesPerSecond} pictures/s on ${worker.choice.running}`, '',
          ...table(result), toBeginWith(confidence),
        ].join('\n'));
      } finally {
        await worker.dispose();
      }
    } finally {
      files.close();
    }
    return 0;
  },
};

const round = (value: number): number => Math.round(value * 100) / 100;

const pictures = (count: number): string => (count === 1 ? '1 picture' : `${count} pictures`);

const list = (names: readonly string[]): string => (names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', '));

/** What makes the figures differ from what they may be taken for. */
const tell = ({ unknown, damaged, resized }: Evaluation, output: Output): void => {
  if (unknown.length > 0) output.note(`The model does not know ${list(unknown)}: not in the mean.`);
  if (damaged.length > 0) output.note(`Of ${pictures(damaged.length)} nothing could be decoded, so nothing was found there: ${list(damaged)}.`);
  if (resized.length > 0) output.note(`The size of ${pictures(resized.length)} is not what the annotations say, so boxes may lie elsewhere: ${list(resized)}.`);
};

const table = ({ ap50, ap }: Evaluation): readonly string[] => {
  const cell = (value: number | null | undefined): string => (value ?? null) === null ? '-' : (value ?? 0).toFixed(3);
  const width = Math.max(5, ...Object.keys(ap50).map((name) => name.length));
  return [`${'class'.padEnd(width)}   AP50  AP50-95`, ...Object.keys(ap50).map((name) => `${name.padEnd(width)}  ${cell(ap50[name]).padStart(5)}  ${cell(ap[name]).padStart(7)}`)];
};

const toBeginWith = ({ recommended, curve }: Confidence): string => {
  const step = curve.find(({ confidence }) => confidence === recommended);
  if (step === undefined) return 'confidence to begin with: none, since nothing that was found is right';
  const percent = (share: number | null): string => `${(100 * (share ?? 0)).toFixed(1)} %`;
  return `confidence to begin with: ${step.confidence} (${percent(step.precision)} of the boxes are right, ${percent(step.recall)} of the objects are found)`;
};
