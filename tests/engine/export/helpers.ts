import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import {
  BatchBuilder, frameIndex, type DetectionBatch, type ExportOptions,
} from '../../../electron/engine/contract/contract.js';
import { FrameTable, scanFrames } from '../../../electron/engine/media/frames.js';
import type { MediaTools, VideoFile } from '../../../electron/engine/media/types.js';
import { findMark, markAt, readFrameNumber, type Box } from '../../fixtures/fixtures.js';

export { everyFfmpeg } from '../media/helpers.js';

const run = promisify(execFile);
export const fontsFolder = join(import.meta.dirname, '../../../assets/fonts');
/** Drawn in green, which nothing else in the fixtures is. */
export const classes = ['bicycle', 'car', 'person'];

/** A folder of its own for a test file, removed afterwards. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'vovision export, “é” '));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const options = (change: Partial<ExportOptions> = {}): ExportOptions => ({
  filter: { minScore: 0.4, hiddenClasses: [] }, start: null, end: null, codec: 'h264', labels: false, scores: false, ...change,
});

export const tableOf = async (video: VideoFile, tools: MediaTools): Promise<FrameTable> => {
  const table = new FrameTable(video);
  await scanFrames(video, tools, { table });
  return table;
};

/** Pixels by which boxes are larger than the mark, so that its red does not colour their lines. */
const aside = 6;

/** Where the box around the mark of frame `index` must be: the mark, grown by `aside`, inside of the picture. */
export const boxAt = (index: number, width: number, height: number): Box => {
  const { x1, y1, x2, y2 } = markAt(index, width, height);
  return { x1: Math.max(0, x1 - aside), y1: Math.max(0, y1 - aside), x2: Math.min(width, x2 + aside), y2: Math.min(height, y2 + aside) };
};

/** A box around the mark in every frame, as a run would have found it, and one that is not shown. */
export const trueMarks = (video: VideoFile, table: FrameTable, numberOf = (index: number): number => index): DetectionBatch => {
  const { width, height } = video.display;
  const builder = new BatchBuilder();
  for (let index = 0; index < table.count; index++) {
    const { x1, y1, x2, y2 } = boxAt(numberOf(index), width, height);
    builder.add(frameIndex(index), table.timeAt(index), Float32Array.from([x1, y1, x2, y2, 0.9, 0, 0, 0, width, height, 0.2, 1]));
  }
  return builder.take();
};

export type Packet = { readonly time: number; readonly hash: string };

const probe = async (ffprobe: string, path: string, args: readonly string[]): Promise<unknown> =>
  JSON.parse((await run(ffprobe, ['-v', 'quiet', ...args, '-of', 'json', `file:${path}`], { maxBuffer: 1 << 28 })).stdout);

/** Times of all frames in seconds, as ffprobe decodes them. */
export const frameTimes = async (path: string, tools: MediaTools, stream = 'V:0'): Promise<number[]> => {
  const { frames, streams } = (await probe(tools.ffprobe.path, path, [
    '-select_streams', stream, '-show_entries', 'frame=best_effort_timestamp:stream=time_base',
  ])) as { frames: { best_effort_timestamp: number }[]; streams: { time_base: string }[] };
  const [num = 0, den = 1] = streams[0]!.time_base.split('/').map(Number);
  return frames.map(({ best_effort_timestamp: pts }) => (pts * num) / den);
};

export const audioPackets = async (path: string, tools: MediaTools): Promise<Packet[]> => {
  const { packets = [] } = (await probe(tools.ffprobe.path, path, [
    '-select_streams', 'a:0', '-show_data_hash', 'MD5', '-show_entries', 'packet=pts_time,data_hash',
  ])) as { packets?: { pts_time: string; data_hash: string }[] };
  return packets.map(({ pts_time: time, data_hash: hash }) => ({ time: Number(time), hash }));
};

export const streamsOf = async (path: string, tools: MediaTools): Promise<Record<string, unknown>[]> =>
  ((await probe(tools.ffprobe.path, path, ['-show_streams'])) as { streams: Record<string, unknown>[] }).streams;

/** Decodes to rgb24 of the given size. */
export const pictures = async (path: string, tools: MediaTools, width: number, height: number): Promise<Uint8Array[]> => {
  const { stdout } = await promisify(execFile)(tools.ffmpeg.path, [
    '-v', 'error', '-i', `file:${path}`, '-vf', `format=rgb24,crop=${width}:${height}:0:0`, tools.ffmpeg.avutil.major >= 58 ? '-fps_mode' : '-vsync', 'passthrough',
    '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1',
  ], { encoding: 'buffer', maxBuffer: 2 ** 31 });
  const size = width * height * 3;
  return Array.from({ length: stdout.length / size }, (_, k) => stdout.subarray(k * size, (k + 1) * size));
};

/** Green pixels in a column that make it part of an upright line; fewer are traces of compression. */
const lineLength = 8;

/** Outer bounds of a green frame: of its two upright lines. */
export const findGreen = (pixels: Uint8Array, width: number, height: number): Box | null => {
  const columns = Array.from({ length: width }, (_, x) => {
    const rows: number[] = [];
    for (let y = 0; y < height; y++) {
      const at = (y * width + x) * 3;
      if ((pixels[at + 1] ?? 0) - (pixels[at] ?? 0) >= 45) rows.push(y);
    }
    return rows;
  });
  const lines = columns.flatMap((rows, x) => (rows.length >= lineLength ? [{ x, top: Math.min(...rows), bottom: Math.max(...rows) + 1 }] : []));
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return null;
  return { x1: first.x, y1: Math.min(first.top, last.top), x2: last.x + 1, y2: Math.max(first.bottom, last.bottom) };
};

/** Largest difference between the edges of two boxes, in pixels. */
export const boxError = (a: Box | null, b: Box | null): number =>
  a === null || b === null ? Number.POSITIVE_INFINITY : Math.max(...(['x1', 'y1', 'x2', 'y2'] as const).map((edge) => Math.abs(a[edge] - b[edge])));

export { findMark, markAt, readFrameNumber };
