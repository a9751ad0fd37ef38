import { resolve } from 'node:path';
import { allowedFormats } from './formats.js';
import type { FoundTool, VideoFile } from './types.js';

/** Largest single allocation ffmpeg may make: a 16k picture with 16 bits, or the index of a long film. */
const maxAllocation = 1024 * 1024 * 1024;

const since = ({ avutil }: FoundTool, major: number, minor: number): boolean =>
  avutil.major > major || (avutil.major === major && avutil.minor >= minor);

/**
 * A path as ffmpeg may be given it: absolute and with its protocol named, so that a leading dash, a
 * colon or a percent sign means nothing.
 */
export const fileUrl = (path: string): string => `file:${resolve(path)}`;

/** Opens a file of the user: local files only, only containers that hold everything themselves. */
export const inputArguments = (path: string): string[] => [
  '-max_alloc', String(maxAllocation), '-protocol_whitelist', 'file', '-format_whitelist', allowedFormats, '-i', fileUrl(path),
];

/**
 * Opens single pictures of one kind, `000000.EXTENSION` and so on in the current folder: no parser has to
 * guess where one ends, and the n-th has the timestamp n. One thread, as pictures of many sizes follow each other.
 */
export const picturesArguments = (extension: string): string[] => [
  '-max_alloc', String(maxAllocation), '-protocol_whitelist', 'file', '-format_whitelist', 'image2', '-threads', '1',
  '-f', 'image2', '-pattern_type', 'sequence', '-framerate', '25', '-start_number', '0', '-i', `file:%06d.${extension}`,
];

/** How every ffmpeg is started: never reads the terminal, says little. */
export const quietArguments = (level = 'error'): string[] => ['-nostdin', '-hide_banner', '-nostats', '-loglevel', level];

/** Puts out every frame once. The option has had another name. */
export const passthrough = (tool: FoundTool): string[] => [since(tool, 57, 24) ? '-fps_mode' : '-vsync', 'passthrough'];

/** Puts out every frame once, its time neither changed nor rounded to frames. */
export const unchangedTimes = (tool: FoundTool): string[] => [
  ...passthrough(tool),
  '-enc_time_base', since(tool, 58, 25) ? 'demux' : '-1',
];

/** ffmpeg goes back by 3/23 s more for streams with reordering, and some demuxers fail before their first packet. */
const seekMargin = 0.25;

/**
 * Starts reading at the keyframe before `start` (seconds as the container counts them), without cutting
 * off what comes before `start`. Nothing if that is about the beginning, or null.
 */
export const seekArguments = (video: Pick<VideoFile, 'containerStart'>, start: number | null): string[] =>
  start === null || start - seekMargin <= video.containerStart
    ? []
    : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', start.toFixed(6)];

/** Before FFmpeg 5 a picture that is turned without being told to is turned as if it were not mirrored. */
export const unmirrors = (tool: FoundTool): boolean => since(tool, 57, 0);

/** Before FFmpeg 5 the `metadata` filter adds nothing to frames that have none. */
export const metadataFilterWorks = (tool: FoundTool): boolean => since(tool, 57, 0);
