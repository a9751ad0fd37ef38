import { UserError, type CodecId, type Size } from '../contract/contract.js';
import { quietArguments } from '../media/arguments.js';
import { runTool } from '../media/child.js';
import type { FoundTool } from '../media/types.js';
import { codecLabels, encoders, type Encoder, type PixelFormat } from './codecs.js';

/** An encoder that has encoded on this machine. */
export type ChosenEncoder = { readonly encoder: Encoder; readonly format: PixelFormat };

export type EncoderWish = {
  readonly codec: CodecId;
  readonly size: Size;
  readonly deep: boolean;
  readonly framesPerSecond: number;
  /** False after the hardware has failed. */
  readonly hardware: boolean;
};

const trialMs = 15_000;
const lists = new Map<string, Promise<ReadonlySet<string>>>();
const trials = new Map<string, Promise<boolean>>();

/** Names of all encoders, or filters, that this ffmpeg was built with. */
export const namesIn = (tool: FoundTool, list: 'encoders' | 'filters'): Promise<ReadonlySet<string>> => {
  const key = `${tool.path} ${list}`;
  let known = lists.get(key);
  if (known === undefined) {
    known = runTool(tool.path, ['-hide_banner', '-v', 'quiet', `-${list}`]).then(({ stdout }) => {
      const lines = stdout.toString('latin1').matchAll(/^ \S+\s+(\w\S*)/gm);
      return new Set(Array.from(lines, ([, name = '']) => name));
    });
    known.catch(() => lists.delete(key));
    lists.set(key, known);
  }
  return known;
};

/** Filters and arguments that encode with `chosen`; `index` is the stream's number in the output. */
export const encoderArguments = ({ encoder, format }: ChosenEncoder, index: number, size: Size, framesPerSecond: number): string[] => [
  `-c:${index}`, encoder.name,
  ...(encoder.upload === undefined ? [`-pix_fmt:${index}`, format] : []),
  // Each option belongs to this stream alone, as others may be copied or encoded as well.
  ...encoder.options(size, framesPerSecond).map((part) => (part.startsWith('-') ? `${part.replace(/:v$/, '')}:${index}` : part)),
];

const works = (tool: FoundTool, chosen: ChosenEncoder, size: Size): Promise<boolean> => {
  const key = `${tool.path} ${chosen.encoder.name} ${chosen.format} ${size.width}x${size.height}`;
  let known = trials.get(key);
  if (known === undefined) {
    const { encoder, format } = chosen;
    known = runTool(tool.path, [
      ...quietArguments('fatal'), ...(encoder.upload?.device ?? []),
      '-f', 'lavfi', '-i', `color=gray:s=${size.width}x${size.height}:r=30`, '-frames:v', '4',
      '-vf', [`format=${format}`, ...(encoder.upload === undefined ? [] : [encoder.upload.filter])].join(','),
      ...encoderArguments(chosen, 0, size, 30), '-f', 'null', '-',
    ], { timeoutMs: trialMs }).then(({ code }) => code === 0, () => false);
    trials.set(key, known);
  }
  return known;
};

/**
 * The first encoder that really encodes here. Hardware is tried first, with a few frames of the size
 * wanted; what was learned is kept.
 * @throws UserError('missing') if there is none
 */
export const chooseEncoder = async (tool: FoundTool, wish: EncoderWish): Promise<ChosenEncoder> => {
  const built = await namesIn(tool, 'encoders');
  for (const encoder of encoders[wish.codec]) {
    if (!built.has(encoder.name) || (encoder.hardware && !wish.hardware)) continue;
    if (encoder.platforms !== undefined && !encoder.platforms.includes(process.platform)) continue;
    // What the hardware would make of ten bits is left to software where that keeps them.
    if (encoder.hardware && wish.deep && wish.codec !== 'h264') continue;
    for (const format of new Set(wish.deep ? [encoder.formats.ten, encoder.formats.eight] : [encoder.formats.eight])) {
      const chosen = { encoder, format };
      if (await works(tool, chosen, wish.size)) return chosen;
    }
  }
  throw new UserError('missing', `This FFmpeg (${tool.version}) cannot encode ${codecLabels[wish.codec]}.`,
    'Choose another codec, or set VOVISION_FFMPEG to a complete FFmpeg.');
};
