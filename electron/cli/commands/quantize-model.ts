import { extname } from 'node:path';
import { UserError } from '../../engine/contract/contract.js';
import { cardPath } from '../../engine/inference/cards.js';
import { probeVideo } from '../../engine/media/probe.js';
import type { Material } from '../../engine/quantize/frames.js';
import { quantizeModel, usualTarget, type Smaller } from '../../engine/quantize/quantize.js';
import { precisions } from '../../engine/quantize/types.js';
import type { OptionSpec, Parsed } from '../arguments.js';
import { openTools } from '../open.js';
import { openNamedModel } from '../open-model.js';
import { providerOption } from '../open-worker.js';
import type { Output } from '../output.js';
import { refuseSource, writeWhole } from '../write-whole.js';

export const quantizeOptions: Readonly<Record<string, OptionSpec>> = {
  provider: { ...providerOption.provider, help: 'faster: what runs the forms (auto: all that works here)' },
  to: { type: 'text', value: 'KIND', choices: precisions, help: 'quantize: what numbers become (int8)' },
  video: { type: 'text', value: 'CLIP', help: 'quantize, faster: a video like those the model is for; pictures are taken from its whole length' },
  images: { type: 'list', value: 'DIR|ZIP…', help: 'quantize: folders and zip files of such pictures, instead of a video' },
  frames: { type: 'number', range: [2, 1000], help: 'quantize: pictures taken; half of them check what the others taught (64)' },
  keep: { type: 'list', value: 'LAYER…', help: 'quantize: layers to leave in float32, by the names inspect gives' },
  target: { type: 'number', range: [0, 1], help: `quantize: share of boxes that must stay; layers are left in float32 until it is reached (${usualTarget})` },
  answer: { type: 'text', value: 'KEY=VALUE,…', help: 'quantize, faster: what the model file does not say, as for analyze' },
};

/** Options that only `models quantize` has, but for the video. */
export const onlyForQuantize = ['to', 'video', 'images', 'frames', 'keep', 'target'] as const;

/** Makes a detector smaller and faster, and writes it with its card. */
export const quantize = async (asked: string, args: Parsed, output: Output, signal: AbortSignal): Promise<{ readonly answer: unknown; readonly text: string }> => {
  const path = args.text('output');
  if (path === null) throw new UserError('usage', 'models quantize needs -o OUT.onnx: where to write the model.');
  if (extname(path).toLowerCase() !== '.onnx') throw new UserError('usage', `${path} is no name for a model.`, 'Let it end in .onnx.');
  const clip = args.text('video');
  const roots = args.list('images');
  if ((clip === null) === (roots.length === 0)) {
    throw new UserError('usage', 'models quantize needs pictures of what the model is for: either --video CLIP or --images DIR|ZIP.', 'The model is tried on them to see which numbers occur in it.');
  }
  const tools = await openTools();
  const material: Material = clip === null ? { kind: 'pictures', roots } : { kind: 'videos', videos: [await probeVideo(clip, tools, signal)] };
  const model = await openNamedModel(asked, args.text('answer'));
  await refuseSource(path, model.path, 'the model');
  const target = args.number('target');
  const smaller = await quantizeModel({
    model, material, tools, signal,
    to: precisions.find((one) => one === args.text('to')) ?? 'int8',
    frames: Math.round(args.number('frames') ?? 64), keep: args.list('keep'), ...(target !== null && { target }),
    progress: (step, fraction) => output.progress(`${step}: ${Math.round(100 * fraction)} %`),
  });
  await writeWhole(path, smaller.bytes);
  const card = cardPath(path);
  await writeWhole(card, new TextEncoder().encode(`${JSON.stringify(smaller.card, null, 2)}\n`));
  return { answer: { output: path, card, ...answerOf(smaller) }, text: describe(path, smaller) };
};

const answerOf = ({ bytes, quantized, speed, wins, verdict }: Smaller) => {
  const { converted, layers, kept, ranges, calibrated, agreement } = quantized;
  return { bytes: bytes.length, wins, verdict, layers: { converted, of: layers, kept }, ranges, calibrated, agreement, speed };
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const describe = (path: string, { bytes, quantized: { converted, layers, kept, calibrated, agreement }, speed, verdict }: Smaller): string => [
  `${path}: ${(bytes.length / 2 ** 20).toFixed(1)} MiB. ${verdict}`,
  `  ${converted} of ${layers} convolutions converted; learnt from ${calibrated} pictures, checked on ${agreement.frames} others`,
  ...(kept.length > 0 ? [`  left in float32 for accuracy: ${kept.slice(0, 8).join(', ')}${kept.length > 8 ? `, and ${kept.length - 8} more` : ''}`] : []),
  ...(agreement.iou === null || agreement.score === null ? [] : [`  ${agreement.boxes} boxes compared: ${percent(agreement.matched)} have a partner; mean IoU ${agreement.iou.toFixed(3)}, scores differ by ${agreement.score.toFixed(3)}`]),
  `  CPU, ${speed.threads} threads: ${speed.before.toFixed(2)} ms before, ${speed.after.toFixed(2)} ms after (${speed.low.toFixed(2)} to ${speed.high.toFixed(2)} times as fast)`,
].join('\n');
