import type { ModelPx, Size } from '../contract/contract.js';
import { grey } from './chain.js';
import type { Fit } from './types.js';

/** How pictures are fitted into a model's input. */
export type PictureFit = { readonly model: Size<ModelPx>; readonly fit: Fit; readonly pad: number };

/**
 * The filters from a picture of any size to rgb24 in the model's size: what `tensorFilters` does for
 * a video whose size is known, with `letterbox`'s arithmetic as expressions. A filter named
 * `label` prints each picture's own size first.
 */
export const pictureFilters = ({ model: { width, height }, fit, pad }: PictureFit, label: string): string => {
  const inner = (side: 'iw' | 'ih', limit: number): string =>
    fit === 'stretch' ? String(limit) : `'min(${limit},max(1,round(${side}*min(${width}/iw,${height}/ih))))'`;
  const before = (free: string): string => (fit === 'center' ? `'floor((${free})/2)'` : '0');
  return [
    `showinfo@${label}`,
    `scale=w=${inner('iw', width)}:h=${inner('ih', height)}:flags=bilinear`, 'setsar=1', 'format=rgb24',
    `pad=w=${width}:h=${height}:x=${before('ow-iw')}:y=${before('oh-ih')}:color=${grey(pad)}`,
  ].join(',');
};

/** Which picture of its folder a line of stderr speaks of, and its size; null for other lines. */
export const parsePrintedPicture = (line: string, label: string): { readonly at: number; readonly width: number; readonly height: number } | null => {
  const start = line.indexOf(`@${label} @ `);
  const match = start < 0 ? null : /\bpts:\s*(\d+)\s.*\ss:(\d+)x(\d+)\s/.exec(line.slice(start));
  return match === null ? null : { at: Number(match[1]), width: Number(match[2]), height: Number(match[3]) };
};

/** Kinds of pictures by their first bytes; the extension tells ffmpeg the decoder. */
const kinds: readonly { readonly extension: string; readonly is: (bytes: Uint8Array) => boolean }[] = [
  { extension: 'jpg', is: (bytes) => startsWith(bytes, 0, 0xff, 0xd8, 0xff) },
  { extension: 'webp', is: (bytes) => startsWith(bytes, 0, 0x52, 0x49, 0x46, 0x46) && startsWith(bytes, 8, 0x57, 0x45, 0x42, 0x50) },
  { extension: 'png', is: (bytes) => startsWith(bytes, 0, 0x89, 0x50, 0x4e, 0x47) },
  { extension: 'bmp', is: (bytes) => startsWith(bytes, 0, 0x42, 0x4d) },
];

const startsWith = (bytes: Uint8Array, at: number, ...values: readonly number[]): boolean => values.every((value, n) => bytes[at + n] === value);

/** What kind of picture this is, as ffmpeg's file name extension; null for none that is read. */
export const pictureKind = (bytes: Uint8Array): string | null => kinds.find(({ is }) => is(bytes))?.extension ?? null;
