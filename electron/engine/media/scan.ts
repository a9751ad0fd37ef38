import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { UserError, type Seconds, type Ticks } from '../contract/contract.js';
import { inputArguments, quietArguments, unchangedTimes } from './arguments.js';
import { parsePrintedTime, printTimes, timeAfter } from './chain.js';
import { runTool } from './child.js';
import { packetGivesFrame, packetTimesCount } from './formats.js';
import type { FrameTable } from './frames.js';
import { LineReader } from './lines.js';
import type { MediaTools, VideoFile } from './types.js';

export type ScanOptions = {
  /** Where the times go, as they become known. */
  readonly table: FrameTable;
  readonly signal?: AbortSignal;
  /** Called a few times a second with the time up to which frames are known. */
  readonly onProgress?: (until: Seconds) => void;
};

const timeoutMs = 6 * 60 * 60 * 1000;
const maxOutput = 4 * 1024 * 1024 * 1024;
/** More packets than any codec may hold a picture back for. */
const reorderDepth = 64;
const progressEveryMs = 250;
const batch = 256;

type Reader = { line(text: string): void; end(): boolean };

const append = (options: ScanOptions, values: readonly number[], state: { told: number }): void => {
  const { table, onProgress } = options;
  table.append(values);
  const now = performance.now();
  if (onProgress === undefined || table.count === 0 || now - state.told < progressEveryMs) return;
  state.told = now;
  onProgress(table.timeAt(table.count - 1));
};

/**
 * Takes times from packets, which come in the order of decoding: a small window brings them into the
 * order of presentation. `end` is false if packets are not what decoding gives.
 */
const packetReader = (video: VideoFile, options: ScanOptions): Reader => {
  const all: number[] = [];
  let window: number[] = [];
  let settled = Number.NEGATIVE_INFINITY;
  let inOrder = true;
  let usable = true;
  const told = { told: 0 };
  const settle = (keep: number): void => {
    window.sort((a, b) => a - b);
    const ready = window.slice(0, Math.max(0, window.length - keep));
    window = window.slice(ready.length);
    if (ready.length === 0) return;
    if ((ready[0] ?? settled) <= settled) inOrder = false;
    settled = ready[ready.length - 1] ?? settled;
    append(options, ready, told);
  };
  return {
    line: (text) => {
      const [pts = '', flags = ''] = text.split(',');
      if (flags.includes('D')) return;
      const value = Number(pts);
      if (pts === '' || !Number.isInteger(value)) {
        usable &&= text.trim() === '';
        return;
      }
      all.push(value);
      window.push(value);
      if (window.length >= reorderDepth + batch) settle(reorderDepth);
    },
    end: () => {
      settle(0);
      const { table } = options;
      if (!inOrder) table.replace(all);
      return usable && table.count === all.length && table.count > 0 && table.ticksAt(0) === video.firstPts;
    },
  };
};

const readPackets = async (video: VideoFile, tools: MediaTools, options: ScanOptions): Promise<boolean> => {
  const reader = packetReader(video, options);
  const lines = new LineReader((line) => reader.line(line));
  const outcome = await runTool(
    tools.ffprobe.path,
    ['-v', 'quiet', '-select_streams', String(video.streamIndex), '-show_entries', 'packet=pts,flags', '-of', 'csv=p=0', ...inputArguments(video.path)],
    { signal: options.signal, timeoutMs, maxStdout: maxOutput, onStdout: (chunk) => lines.write(chunk) },
  );
  lines.end();
  return reader.end() && outcome.stopped === null;
};

/** Decodes everything and keeps only the times: the same decoder, and so the same times, as `FrameSource`. */
const readFrames = async (video: VideoFile, tools: MediaTools, options: ScanOptions): Promise<boolean> => {
  const label = `v${randomBytes(6).toString('hex')}`;
  const told = { told: 0 };
  let last: Ticks | null = null;
  const lines = new LineReader((line) => {
    const printed = parsePrintedTime(line, label);
    if (printed === null) return;
    const pts: Ticks = printed.pts ?? timeAfter(video, last);
    if (last !== null && pts <= last) return;
    last = pts;
    append(options, [pts], told);
  });
  const outcome = await runTool(
    tools.ffmpeg.path,
    [
      ...quietArguments('repeat+level+info'), '-noautorotate', '-copyts', ...inputArguments(video.path), '-map', `0:${video.streamIndex}`,
      '-vf', printTimes(tools.ffmpeg, label, 'null'), ...unchangedTimes(tools.ffmpeg), '-f', 'null', '-',
    ],
    { signal: options.signal, timeoutMs, onStderr: (chunk) => lines.write(chunk) },
  );
  lines.end();
  return options.table.count > 0 && outcome.stopped === null;
};

/**
 * Learns when every frame of a video is shown: from its packets, without decoding, where those can be
 * trusted (an hour takes a second or two), else by decoding it.
 * @throws UserError if not a single frame is found; the signal's reason when aborted
 */
export const scanFrames = async (video: VideoFile, tools: MediaTools, options: ScanOptions): Promise<void> => {
  const { table } = options;
  if (packetTimesCount(video.container) && packetGivesFrame(video.codec)) {
    if (await readPackets(video, tools, options)) {
      table.finish();
      return;
    }
    table.replace([]);
  }
  if (!(await readFrames(video, tools, options))) {
    throw new UserError('bad-input', `No frames of “${basename(video.path)}” were found.`, 'The file is damaged, or was moved or changed meanwhile.');
  }
  table.finish();
};
