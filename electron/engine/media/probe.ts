import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { displayPx, seconds, ticks, UserError, type Rational, type Size, type Ticks } from '../contract/contract.js';
import { inputArguments } from './arguments.js';
import { runTool } from './child.js';
import { isMp4, notAVideo, playsInChromium } from './formats.js';
import { parseReport, type ReportedStream } from './report.js';
import type { MediaTools, Rotation, VideoFile } from './types.js';

const timeoutMs = 30_000;
/** Packets after which the first frame must have come out: more than any codec's reordering. */
const packetsToFirstFrame = [24, 2000] as const;
/** Longest side of a picture that is taken, in stored pixels. */
const maxSide = 16_384;
const headBytes = 4096;

const bad = (message: string, hint?: string, cause?: unknown): UserError =>
  new UserError('bad-input', message, hint, cause === undefined ? undefined : { cause });

const sizeOf = async (path: string, name: string): Promise<number> => {
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw bad(`“${name}” is a folder, not a video.`, 'Choose a video file inside it.');
    if (!info.isFile()) throw bad(`“${name}” is not an ordinary file, so it cannot be read as a video.`);
    await access(path, constants.R_OK);
    if (info.size === 0) throw bad(`“${name}” is empty.`, 'Copy or download it again.');
    return info.size;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw bad(`There is no file “${name}”.`, undefined, error);
    if (code === 'EACCES' || code === 'EPERM') throw bad(`“${name}” may not be read by this user.`, 'Check its permissions.', error);
    throw bad(`“${name}” could not be opened: ${error instanceof Error ? error.message : String(error)}.`, undefined, error);
  }
};

const headOf = async (path: string): Promise<string> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
};

/** Turns ffmpeg's complaint into a sentence. */
const complaint = async (path: string, name: string, said: string): Promise<UserError> => {
  const head = await headOf(path);
  const what = notAVideo(head);
  if (what !== null) return bad(`“${name}” is not a video: it is ${what}.`, 'Choose the video file itself.');
  if (/moov atom not found/.test(said) && isMp4(head)) {
    return bad(`“${name}” is cut short: the part that says where its pictures lie is missing.`, 'Copy or download it again, in full.');
  }
  if (/not on whitelist/i.test(said)) return bad(`“${name}” is not a video, or of a kind that is not read here.`);
  return bad(`“${name}” is not a video, or too badly damaged to be read.`, 'If it should be one, copy or download it again.');
};

/** How the stored picture is shown, from the display matrix or the old tag; angles between quarter turns are not followed. */
export const orientationOf = ({ displayMatrix, rotateTag }: ReportedStream): Pick<VideoFile, 'rotation' | 'mirrored'> => {
  const { a, b, c, d } = displayMatrix ?? { a: 1, b: 0, c: 0, d: 1 };
  const clockwise = displayMatrix === null ? (rotateTag ?? 0) : (Math.atan2(-c, d) * 180) / Math.PI;
  const quarter = Math.round(clockwise / 90);
  if (!Number.isFinite(clockwise) || Math.abs(clockwise - quarter * 90) > 1) return { rotation: 0, mirrored: false };
  return { rotation: ((((quarter % 4) + 4) % 4) * 90) as Rotation, mirrored: a * d - b * c < 0 };
};

/** The upright picture as shown: one side grows by the sample aspect ratio, as in a browser. */
export const displaySize = (storage: Size, aspect: Rational, rotation: Rotation): VideoFile['display'] => {
  const ratio = aspect.num / aspect.den;
  const width = ratio > 1 ? Math.round(storage.width * ratio) : storage.width;
  const height = ratio < 1 ? Math.round(storage.height / ratio) : storage.height;
  const turned = rotation === 90 || rotation === 270;
  return { width: displayPx(turned ? height : width), height: displayPx(turned ? width : height) };
};

const firstFrame = async (
  path: string, name: string, index: number, tools: MediaTools, signal: AbortSignal | undefined,
): Promise<Ticks> => {
  for (const packets of packetsToFirstFrame) {
    const outcome = await runTool(
      tools.ffprobe.path,
      [
        '-v', 'error', '-hide_banner', '-select_streams', String(index), '-read_intervals', `%+#${packets}`,
        '-show_entries', 'frame=best_effort_timestamp', '-of', 'csv=p=0', ...inputArguments(path),
      ],
      { signal, timeoutMs },
    );
    if (outcome.stopped === 'timeout') throw bad(`“${name}” could not be read: no picture came within ${timeoutMs / 1000} s.`);
    const first = /^(-?\d+|N\/A)/m.exec(outcome.stdout.toString('latin1'))?.[0];
    // Streams without a container hold no times; ffmpeg counts them from 0.
    if (first !== undefined) return ticks(first === 'N/A' ? 0 : Number(first));
  }
  throw bad(`No picture in “${name}” can be decoded.`, 'The file is damaged, or its video is of a kind that this FFmpeg does not read.');
};

/**
 * Reads what a video file is, without trusting its name.
 * @throws UserError 'bad-input' with a sentence for everything that is no video that can be decoded
 */
export const probeVideo = async (path: string, tools: MediaTools, signal?: AbortSignal): Promise<VideoFile> => {
  const name = basename(path);
  const fileSize = await sizeOf(path, name);
  const outcome = await runTool(
    tools.ffprobe.path,
    ['-v', 'error', '-hide_banner', '-show_format', '-show_streams', '-of', 'json', ...inputArguments(path)],
    { signal, timeoutMs },
  );
  if (outcome.stopped === 'timeout') throw bad(`“${name}” could not be read within ${timeoutMs / 1000} s.`);
  const report = parseReport(outcome.stdout.toString('utf8'));
  if (outcome.code !== 0 || report === null) throw await complaint(path, name, outcome.stderr);

  const video = report.streams.find((stream) => stream.type === 'video' && !stream.isStill);
  const sound = report.streams.find((stream) => stream.type === 'audio');
  if (!video) {
    throw bad(sound ? `“${name}” holds sound but no moving picture.` : `“${name}” holds no video.`, 'Choose a file with a picture.');
  }
  const { width, height } = video.size;
  if (width < 1 || height < 1) throw bad(`“${name}” does not say how large its picture is; it is probably damaged.`);
  if (width > maxSide || height > maxSide) {
    throw bad(`The picture of “${name}” is ${width} x ${height} pixels; at most ${maxSide} x ${maxSide} are taken.`);
  }
  const firstPts = await firstFrame(path, name, video.index, tools, signal);
  const orientation = orientationOf(video);
  const first = (firstPts * video.timeBase.num) / video.timeBase.den;
  const length = video.end === null ? (report.end === null ? null : report.end - first) : video.end - first;
  return {
    path,
    fileSize,
    container: report.container,
    codec: video.codec,
    pixelFormat: video.pixelFormat,
    streamIndex: video.index,
    timeBase: video.timeBase,
    firstPts,
    containerStart: report.start,
    storage: video.size,
    ...orientation,
    sampleAspect: video.sampleAspect,
    display: displaySize(video.size, video.sampleAspect, orientation.rotation),
    framesPerSecond: video.framesPerSecond,
    duration: length !== null && length > 0 ? seconds(length) : null,
    audio: sound ? { codec: sound.codec, channels: sound.channels } : null,
    playable: playsInChromium(report.container, video.codec, video.pixelFormat, sound?.codec ?? null),
  };
};
