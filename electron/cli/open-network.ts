import { UserError } from '../engine/contract/contract.js';
import { detectorNetwork } from '../../models/detector/detector.js';
import { detectorRows, findDetector, usualClasses, type DetectorRow } from '../../models/detector/rows.js';
import type { Network } from '../../models/networks/layers.js';
import { stems, type Stem } from '../../models/networks/variants.js';
import type { PictureSize } from '../../models/networks/vovnet.js';
import { allNetworks, findNetwork } from '../../models/reference/catalogue.js';
import type { OptionSpec, Parsed } from './arguments.js';

export const networkOptions: Readonly<Record<string, OptionSpec>> = {
  size: { type: 'text', value: 'N|WxH', help: 'size of the picture in pixels (224, or what the file says)' },
  stem: { type: 'text', value: 'STEM', choices: stems, help: 'VoVNets: as the paper draws it or as the code was released; V1: paper, V2: released' },
};

/** Longest side of a picture that is counted with. */
const longest = 8192;

/**
 * The network of an id, at the size and with the stem that were asked for; with a classifier where
 * `classes` are to be told apart. `stem` is null where a network has no choice of it. Throws a
 * UserError of kind 'usage'.
 */
export const openNetwork = (id: string, args: Parsed, classes: number | null = null): { readonly network: Network; readonly stem: Stem | null } => {
  const detector = findDetector(id);
  if (detector !== null) return { network: openDetector(detector, args), stem: null };
  const entry = findNetwork(id);
  if (entry === null) {
    throw new UserError('usage', `There is no network “${id}”.`, `There are ${[...detectorRows, ...allNetworks].map((each) => each.id).join(', ')}.`);
  }
  const asked = stems.find((each) => each === args.text('stem'));
  if (asked !== undefined && entry.stem === null) throw new UserError('usage', `${entry.title} has one stem only.`, 'Leave --stem out: it is for VoVNets.');
  try {
    return { network: entry.build(readSize(args.text('size') ?? '224'), { stem: asked, classes: classes ?? undefined }), stem: asked ?? entry.stem };
  } catch (error) {
    if (error instanceof RangeError) throw new UserError('usage', error.message, 'Give a larger --size.', { cause: error });
    throw error;
  }
};

/** A detector with its usual classes, of its own size where none is asked for. */
const openDetector = (row: DetectorRow, args: Parsed): Network => {
  if (args.text('stem') !== null) throw new UserError('usage', `${row.title} has one stem only.`, 'Leave --stem out: it is for VoVNets.');
  try {
    return detectorNetwork(row, usualClasses.length, readSize(args.text('size') ?? String(row.size)));
  } catch (error) {
    if (error instanceof RangeError) throw new UserError('usage', error.message, 'Give another --size, as 320 or 640x384.', { cause: error });
    throw error;
  }
};

/** Reads `--size`. Throws a UserError of kind 'usage'. */
export const readSize = (text: string): PictureSize => {
  const [, width, height = width] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  const fits = (side: number): boolean => side >= 1 && side <= longest;
  if (fits(size.width) && fits(size.height)) return size;
  throw new UserError('usage', `--size is “${text}”; it must be pixels, as 300 or 640x384, at most ${longest} a side.`);
};
