import { z } from 'zod';
import type { Rational, Size } from '../contract/contract.js';

/** A pixel (x, y) is shown at (a x + c y, b x + d y), but for where it begins and how large it is (ISO/IEC 14496-12, 8.3.2). */
export type DisplayMatrix = { readonly a: number; readonly b: number; readonly c: number; readonly d: number };

/** One stream as ffprobe reports it, checked and with units. */
export type ReportedStream = {
  readonly index: number;
  readonly type: string;
  readonly codec: string;
  readonly pixelFormat: string;
  /** A cover picture or thumbnail, not moving pictures. */
  readonly isStill: boolean;
  readonly size: Size;
  readonly sampleAspect: Rational;
  readonly timeBase: Rational;
  readonly framesPerSecond: number | null;
  /** End in seconds as the container counts them; null if it is not said. */
  readonly end: number | null;
  readonly displayMatrix: DisplayMatrix | null;
  /** Degrees clockwise by the tag that older files carry. */
  readonly rotateTag: number | null;
  readonly channels: number;
};

export type Report = {
  readonly container: string;
  /** Seconds at which the container starts. */
  readonly start: number;
  readonly end: number | null;
  readonly streams: readonly ReportedStream[];
};

/** ffprobe writes numbers now as numbers, now as strings, and "N/A" for what it does not know. */
const amount = z.union([z.number(), z.string()]).transform(Number).pipe(z.number()).nullable().catch(null).default(null);
const text = z.string().catch('').default('');
const rational = z.string().regex(/^\d+[:/]\d+$/).transform((value): Rational => {
  const [num = 0, den = 0] = value.split(/[:/]/).map(Number);
  return { num, den };
}).nullable().catch(null).default(null);

const streamSchema = z.object({
  index: z.number().int().min(0),
  codec_type: text,
  codec_name: text,
  pix_fmt: text,
  width: amount,
  height: amount,
  channels: amount,
  sample_aspect_ratio: rational,
  time_base: rational,
  avg_frame_rate: rational,
  r_frame_rate: rational,
  start_time: amount,
  duration: amount,
  disposition: z.object({ attached_pic: amount, timed_thumbnails: amount }).nullable().catch(null).default(null),
  tags: z.object({ rotate: amount }).nullable().catch(null).default(null),
  side_data_list: z.array(z.object({ displaymatrix: text })).catch([]).default([]),
});

const reportSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z.object({ format_name: text, start_time: amount, duration: amount }),
});

/** ffprobe prints each row of three after where its bytes begin: "00000000: 65536 0 0". */
const matrixFrom = (printed: string): DisplayMatrix | null => {
  const [first, second] = [...printed.matchAll(/^[\da-f]{8}:\s*(-?\d+)\s+(-?\d+)\s+-?\d+\s*$/gm)];
  if (!first || !second) return null;
  const [a = 0, b = 0, c = 0, d = 0] = [first[1], first[2], second[1], second[2]].map(Number);
  return { a, b, c, d };
};

/** Aspect ratios beyond this are mistakes in the file. */
const maxAspect = 32;

const usable = (ratio: Rational | null, limit: number): Rational | null =>
  ratio && ratio.num > 0 && ratio.den > 0 && ratio.num / ratio.den <= limit && ratio.den / ratio.num <= limit ? ratio : null;

const rate = (ratio: Rational | null): number | null => {
  const positive = ratio && ratio.num > 0 && ratio.den > 0 ? ratio.num / ratio.den : null;
  return positive !== null && positive <= 1000 ? positive : null;
};

const endOf = (start: number | null, duration: number | null): number | null =>
  duration !== null && duration > 0 ? (start ?? 0) + duration : null;

const streamFrom = (stream: z.output<typeof streamSchema>): ReportedStream => ({
  index: stream.index,
  type: stream.codec_type,
  codec: stream.codec_name || 'unknown',
  pixelFormat: stream.pix_fmt || 'unknown',
  isStill: stream.disposition?.attached_pic === 1 || stream.disposition?.timed_thumbnails === 1,
  size: { width: stream.width ?? 0, height: stream.height ?? 0 },
  sampleAspect: usable(stream.sample_aspect_ratio, maxAspect) ?? { num: 1, den: 1 },
  timeBase: usable(stream.time_base, Number.POSITIVE_INFINITY) ?? { num: 1, den: 1000 },
  framesPerSecond: rate(stream.avg_frame_rate) ?? rate(stream.r_frame_rate),
  end: endOf(stream.start_time, stream.duration),
  displayMatrix: stream.side_data_list.map((data) => matrixFrom(data.displaymatrix)).find((matrix) => matrix !== null) ?? null,
  rotateTag: stream.tags?.rotate ?? null,
  channels: stream.channels ?? 0,
});

/** Reads `ffprobe -show_format -show_streams -of json`; null if it is not that. */
export const parseReport = (json: string): Report | null => {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return null;
  }
  const parsed = reportSchema.safeParse(data);
  if (!parsed.success) return null;
  const { format, streams } = parsed.data;
  return {
    container: format.format_name,
    start: format.start_time ?? 0,
    end: endOf(format.start_time, format.duration),
    streams: streams.map(streamFrom),
  };
};
