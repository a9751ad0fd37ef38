import { basename } from 'node:path';
import { UserError, type Seconds, type Ticks } from '../contract/contract.js';
import { inputArguments, quietArguments, seekArguments, unchangedTimes } from './arguments.js';
import { uprightFilters } from './chain.js';
import { runTool } from './child.js';
import { canSeek } from './formats.js';
import type { MediaTools, VideoFile } from './types.js';

const timeoutMs = 20_000;
const maxBytes = 64 * 1024 * 1024;
/** Decoding starts this much before the time wanted, in seconds; see `FrameSource`. */
const lead = 0.5;
/** Pictures encoded before the one shown, in frame durations: at least one must lie in there. */
const window = 2.5;
/** ffmpeg's scale from 2 (best) to 31. */
const jpegQuality = 4;

const headerEnd = Buffer.from('\r\n\r\n');

/** The last picture of a `multipart/x-mixed-replace` stream as ffmpeg's mpjpeg writes it. */
export const lastPicture = (stream: Buffer): Uint8Array | null => {
  let last: Uint8Array | null = null;
  for (let at = 0; ;) {
    const end = stream.indexOf(headerEnd, at);
    if (end < 0) return last;
    const length = Number(/content-length:\s*(\d+)/i.exec(stream.toString('latin1', at, end))?.[1] ?? Number.NaN);
    const start = end + headerEnd.length;
    if (!Number.isFinite(length) || start + length > stream.length) return last;
    last = new Uint8Array(stream.subarray(start, start + length));
    at = start + length;
  }
};

const take = async (
  video: VideoFile, tools: MediaTools, range: { from: Ticks | null; seek: number | null; to: Ticks }, width: number, signal?: AbortSignal,
): Promise<{ picture: Uint8Array | null; said: string }> => {
  const { display } = video;
  const height = Math.max(1, Math.round((width * display.height) / display.width));
  const trim = `trim=${range.from === null ? '' : `start_pts=${range.from}:`}end_pts=${range.to}`;
  const outcome = await runTool(
    tools.ffmpeg.path,
    [
      ...quietArguments(), '-noautorotate', '-copyts',
      ...seekArguments(video, range.seek), ...inputArguments(video.path), '-map', `0:${video.streamIndex}`,
      '-vf', [trim, ...uprightFilters(video, width, height), 'format=yuvj420p'].join(','),
      ...unchangedTimes(tools.ffmpeg), '-c:v', 'mjpeg', '-q:v', String(jpegQuality), '-f', 'mpjpeg', 'pipe:1',
    ],
    { signal, timeoutMs, maxStdout: maxBytes },
  );
  return { picture: lastPicture(outcome.stdout), said: outcome.stderr };
};

/**
 * The upright picture shown at `time` (the last frame not after it; the first or last frame outside
 * the video), `width` pixels wide, as JPEG.
 * @throws UserError if no picture can be decoded there; the signal's reason when aborted
 */
export const thumbnail = async (
  video: VideoFile, tools: MediaTools, time: Seconds, width: number, signal?: AbortSignal,
): Promise<Uint8Array> => {
  const { timeBase: { num, den }, firstPts } = video;
  const toTicks = (seconds: number): number => Math.floor((seconds * den) / num + 1e-3);
  // Half a tick more, as times come rounded to microseconds.
  const wanted = Math.max(firstPts, firstPts + toTicks(Math.max(0, time) + Math.min(0.5 * (num / den), 1.5e-6)));
  const end = (wanted + 1) as Ticks;
  const seek = canSeek(video.container) ? (wanted * num) / den - lead : null;
  const near = Math.max(firstPts, wanted - toTicks(window / (video.framesPerSecond ?? 25))) as Ticks;
  let said = '';
  for (const range of [{ from: near, seek, to: end }, { from: null, seek, to: end }, { from: null, seek: null, to: end }]) {
    const result = await take(video, tools, range, width, signal);
    if (result.picture !== null) return result.picture;
    said = result.said;
  }
  const reason = said.trim().split('\n')[0] ?? '';
  throw new UserError('bad-input', `No picture of “${basename(video.path)}” can be decoded at ${time.toFixed(2)} s${reason ? ` (FFmpeg: ${reason})` : ''}.`);
};
