import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { modelPx, type Ticks } from '../../../electron/engine/contract/contract.js';
import { FrameSource, type DecodeOptions } from '../../../electron/engine/media/decode.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { describeTools, locateTools } from '../../../electron/engine/media/locate.js';
import type { DecodedFrame, FoundTool, Letterbox, MediaTools, VideoFile } from '../../../electron/engine/media/types.js';
import { readFrameNumber } from '../../fixtures/fixtures.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

export const clipsFolder = join(root, '../shared/clips');
export const haveClips = existsSync(clipsFolder);

/**
 * Each ffmpeg that works on this machine, with the ffprobe from the same place if there is one, and one
 * more if VOVISION_TEST_FFMPEG names it.
 */
export const everyFfmpeg = async (): Promise<{ name: string; tools: MediaTools }[]> => {
  const usual = await locateTools();
  const places = await describeTools();
  const found = (tool: 'ffmpeg' | 'ffprobe'): FoundTool[] => places.flatMap((place) => (place.tool === tool && place.found ? [place.found] : []));
  const pairs = found('ffmpeg').map((ffmpeg) => ({
    ffmpeg, ffprobe: found('ffprobe').find(({ source }) => source === ffmpeg.source) ?? usual.ffprobe,
  }));
  const further = process.env['VOVISION_TEST_FFMPEG'];
  if (further) pairs.push(await locateTools({ env: { VOVISION_FFMPEG: further, VOVISION_FFPROBE: usual.ffprobe.path } }));
  return [...new Map(pairs.map((tools) => [tools.ffmpeg.version, tools]))].map(([name, tools]) => ({ name, tools }));
};

/** Timestamps of all frames as ffprobe decodes them: what ours are measured against. */
export const trueTimes = async (path: string, streamIndex: number, frameTicks: number, ffprobe: string): Promise<number[]> => {
  const { stdout } = await run(
    ffprobe,
    ['-v', 'quiet', '-select_streams', String(streamIndex), '-show_frames', '-show_entries', 'frame=best_effort_timestamp', '-of', 'json', `file:${path}`],
    // Without this path the static builds crash on transport streams, as told in `child.ts`.
    { maxBuffer: 1 << 28, env: { ...process.env, GCONV_PATH: '/dev/null' } },
  );
  const { frames } = JSON.parse(stdout) as { frames: { best_effort_timestamp?: number }[] };
  // Frames for which ffprobe knows no time (raw streams, the last one in AVI) come one frame after the last.
  const times: number[] = [];
  for (const frame of frames) times.push(frame.best_effort_timestamp ?? (times.length === 0 ? 0 : (times[times.length - 1] ?? 0) + frameTicks));
  return times;
};

export const boxFor = (video: VideoFile, side = 192): Letterbox =>
  letterbox(video.display, { width: modelPx(side), height: modelPx(side) }, 'center');

/** The picture inside the letterbox, without the border. */
export const inside = (pixels: Uint8Array, box: Letterbox): Uint8Array => {
  const { width, height } = box.inner;
  const picture = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const from = ((y + box.top) * box.model.width + box.left) * 3;
    picture.set(pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return picture;
};

export const numberIn = (pixels: Uint8Array, box: Letterbox): number | null =>
  readFrameNumber(inside(pixels, box), box.inner.width, box.inner.height, 3);

export type Seen = { readonly pts: number; readonly time: number; readonly number: number | null };

/** Decodes up to `limit` frames and reads their numbers. */
export const decode = async (
  video: VideoFile, tools: MediaTools, options: Partial<DecodeOptions> = {}, limit = Number.POSITIVE_INFINITY,
): Promise<{ seen: Seen[]; warning: string | null }> => {
  const box = options.letterbox ?? boxFor(video);
  const source = await FrameSource.open(video, tools, { ...options, letterbox: box });
  const seen: Seen[] = [];
  try {
    for (let frame: DecodedFrame | null; seen.length < limit && (frame = await source.next()) !== null;) {
      seen.push({ pts: frame.pts, time: frame.time, number: numberIn(frame.pixels, box) });
      source.recycle(frame.pixels);
    }
    return { seen, warning: source.warning };
  } finally {
    await source.close();
  }
};

export const asTicks = (value: number): Ticks => value as Ticks;

