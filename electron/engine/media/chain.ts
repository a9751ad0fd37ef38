import { ticks, type Ticks } from '../contract/contract.js';
import { metadataFilterWorks, unmirrors } from './arguments.js';
import type { FoundTool, Letterbox, Rotation, VideoFile } from './types.js';

/** Filters that turn a stored picture upright; `transpose` 1 is a quarter turn clockwise. */
const turns: Readonly<Record<Rotation, readonly string[]>> = {
  0: [],
  90: ['transpose=1'],
  180: ['hflip', 'vflip'],
  270: ['transpose=2'],
};

const onSide = ({ rotation }: VideoFile): boolean => rotation === 90 || rotation === 270;

/** Scales to `width` x `height` upright pixels and turns. Turning the small picture is the cheaper order. */
export const uprightFilters = (video: VideoFile, width: number, height: number, flags = 'bilinear'): string[] => {
  const [w, h] = onSide(video) ? [height, width] : [width, height];
  return [`scale=${w}:${h}:flags=${flags}`, ...(video.mirrored ? ['hflip'] : []), ...turns[video.rotation], 'setsar=1'];
};

/** What is left to be done where ffmpeg turns the picture itself (by where the display matrix takes the upper edge). */
export const mirrorFilters = (video: VideoFile, tool: FoundTool): string[] =>
  video.mirrored && !unmirrors(tool) ? [onSide(video) ? 'hflip' : 'vflip'] : [];

/** A grey of this level, 0 to 255, as filters are told it. */
export const grey = (level: number): string => `0x${level.toString(16).padStart(2, '0').repeat(3)}`;

/** Prints the timestamp of every decoded frame, by a filter named `label`, before `rest` sees it. */
export const printTimes = (tool: FoundTool, label: string, rest: string): string =>
  metadataFilterWorks(tool)
    ? `metadata=mode=add:key=${label}:value=1,metadata@${label}=mode=print:key=${label},${rest}`
    : // A corner of two pixels, as showinfo computes checksums of what it is shown.
      `split[v][t];[t]crop=2:2,showinfo@${label},nullsink;[v]${rest}`;

/** The filters from a decoded picture to rgb24 in the model's size; frames before `from` are left out. */
export const tensorFilters = (video: VideoFile, box: Letterbox, from: Ticks | null): string =>
  [
    ...(from === null ? [] : [`trim=start_pts=${from}`]),
    ...uprightFilters(video, box.inner.width, box.inner.height),
    'format=rgb24',
    `pad=${box.model.width}:${box.model.height}:${box.left}:${box.top}:color=${grey(box.pad)}`,
  ].join(',');

/** Time of a frame as `printTimes` makes it appear; `pts` is null for a frame without. */
export type PrintedTime = { readonly pts: Ticks | null; readonly seconds: number | null };

/** Reads a line of stderr; null if it is not a frame's time printed by the filter named `label`. */
export const parsePrintedTime = (line: string, label: string): PrintedTime | null => {
  const at = line.indexOf(`@${label} @ `);
  if (at < 0) return null;
  const match = /\bpts:\s*(-?\d+|NOPTS)\s+pts_time:\s*(\S+)/.exec(line.slice(at));
  if (!match) return null;
  const pts = match[1] === 'NOPTS' ? null : (Number(match[1]) as Ticks);
  return { pts, seconds: pts === null ? null : Number(match[2]) };
};

/** A time for a frame that has none: one usual frame after the last, which may be null at the start. */
export const timeAfter = ({ firstPts, timeBase, framesPerSecond }: VideoFile, last: Ticks | null): Ticks => {
  if (last === null) return firstPts;
  return ticks(last + Math.max(1, Math.round(timeBase.den / timeBase.num / (framesPerSecond ?? 25))));
};
