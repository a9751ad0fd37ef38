/**
 * The results file: JSON lines. The first line is the manifest; each further line is one frame,
 * `{"i": frame index, "t": seconds from the first frame, "d": [[x1, y1, x2, y2, score, class id], ...]}`,
 * boxes in display pixels. Frames may come in any order; of a frame that comes twice the first counts.
 */
import { z } from 'zod';
import { detectionStride } from '../contract/contract.js';

export const formatName = 'vovision-results';
export const formatVersion = 1;

/** What a file may hold at most; beyond is refused rather than believed. */
export const limits = {
  /** Bytes of the manifest line. */
  manifest: 8 * 2 ** 20,
  /** Bytes of a frame's line. */
  line: 4 * 2 ** 20,
  /** Frame numbers lie below: 155 hours at 30 frames/s. */
  frames: 2 ** 24,
  boxesPerFrame: 20_000,
  /** Boxes in a file; where all are needed at once they take 24 bytes of memory each. */
  boxes: 40_000_000,
  /** Seconds. */
  time: 1e8,
  /** Display pixels, either sign. */
  coordinate: 1e6,
} as const;

const text = z.string().max(4096);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.object({ width: z.number().int().min(1).max(65_536), height: z.number().int().min(1).max(65_536) });
const positive = z.number().int().min(1).max(2 ** 31 - 1);

export const manifestSchema = z.object({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  /** True once every frame that was asked for is there. */
  complete: z.boolean(),
  video: z.object({
    name: text,
    /** Bytes of the file. */
    size: z.number().int().min(0),
    /** See manifest.ts. */
    identity: hash,
    display: size,
    timeBase: z.object({ num: positive, den: positive }),
    /** Timestamp of frame 0 in units of the time base. */
    firstPts: z.number().int(),
    duration: z.number().min(0).nullable(),
    framesPerSecond: z.number().positive().nullable(),
  }),
  model: z.object({
    id: text,
    name: text,
    hash,
    classes: z.array(text).min(1).max(100_000),
    input: size,
  }),
  /** The provider that ran when the file was begun. */
  provider: text,
  /** Detections with lower scores were not kept. */
  minScore: z.number().min(0).max(1),
  runtime: z.object({ vovision: text, onnxruntime: text, ffmpeg: text, node: text }),
  settings: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
  /** ISO 8601. */
  createdAt: text,
});
export type Manifest = z.output<typeof manifestSchema>;

/** True if both are of one file's content, whatever it is called. */
export const sameVideo = (a: Manifest, b: Manifest): boolean =>
  a.video.identity === b.video.identity && a.video.size === b.video.size;

/** True if results of `a` can be continued as `b`: same video, model and settings. */
export const sameRun = (a: Manifest, b: Manifest): boolean =>
  sameVideo(a, b)
  && a.model.hash === b.model.hash
  && a.minScore === b.minScore
  && settingsKey(a) === settingsKey(b);

const settingsKey = (manifest: Manifest): string =>
  JSON.stringify(Object.entries(manifest.settings).sort(([a], [b]) => (a < b ? -1 : Number(a > b))));

/** How a manifest's line begins: equally long whether complete or not, so that it can be overwritten in place. */
export const manifestStart = (complete: boolean): string =>
  `{"format":"${formatName}","version":${formatVersion},"complete":${complete ? ' true' : 'false'},`;

/** The manifest's line, with its line break. */
export const manifestLine = (manifest: Manifest): string => {
  const rest = { ...manifest, format: undefined, version: undefined, complete: undefined };
  return `${manifestStart(manifest.complete)}${JSON.stringify(rest).slice(1)}\n`;
};

/** Coordinates keep two decimals, scores four, in memory as in the file: reopening changes nothing. */
// Adding 0 makes 0 of -0, which the file cannot tell apart.
const roundCoordinate = (value: number): number => Math.round(value * 100) / 100 + 0;
const roundScore = (value: number): number => Math.round(value * 10_000) / 10_000;

/** Seconds to nine decimals: half a nanosecond off at most, and no `0.30000000000000004`. */
export const roundTime = (value: number): number => Number(value.toFixed(9));

/** What is wrong with a box, or null. */
export const boxFault = (
  x1: number, y1: number, x2: number, y2: number, score: number, classId: number, classes: number,
): string | null => {
  const edge = limits.coordinate;
  // Written so that NaN fails too.
  if (!(x1 >= -edge && y1 >= -edge && x2 <= edge && y2 <= edge)) return 'a box lies outside of any picture';
  if (!(x1 <= x2 && y1 <= y2)) return 'a box ends before it begins';
  if (!(score >= 0 && score <= 1)) return 'a score is not between 0 and 1';
  if (!(Number.isInteger(classId) && classId >= 0 && classId < classes)) return 'a class number is not in the list of classes';
  return null;
};

/**
 * The boxes as the file will hold them: rounded, and without those it could not hold (not a number,
 * outside of any picture, unknown class).
 */
export const storable = (boxes: Float32Array, classes: number): Float32Array => {
  const kept = new Float32Array(Math.min(boxes.length, limits.boxesPerFrame * detectionStride));
  let used = 0;
  for (let at = 0; at + detectionStride <= boxes.length && used < kept.length; at += detectionStride) {
    const x1 = roundCoordinate(boxes[at] ?? 0);
    const y1 = roundCoordinate(boxes[at + 1] ?? 0);
    const x2 = roundCoordinate(boxes[at + 2] ?? 0);
    const y2 = roundCoordinate(boxes[at + 3] ?? 0);
    const score = roundScore(boxes[at + 4] ?? 0);
    const classId = boxes[at + 5] ?? 0;
    if (boxFault(x1, y1, x2, y2, score, classId, classes) !== null) continue;
    kept[used] = x1;
    kept[used + 1] = y1;
    kept[used + 2] = x2;
    kept[used + 3] = y2;
    kept[used + 4] = score;
    kept[used + 5] = classId;
    used += detectionStride;
  }
  return kept.subarray(0, used);
};

/** One frame's line, with its line break. `boxes` are packed detections. */
export const frameLine = (index: number, time: number, boxes: Float32Array): string => {
  let line = `{"i":${index},"t":${roundTime(time)},"d":[`;
  for (let at = 0; at < boxes.length; at += detectionStride) {
    // Float32 holds the rounded value only nearly; rounding again gives its short form back.
    line += `${at === 0 ? '[' : ',['}${roundCoordinate(boxes[at] ?? 0)},${roundCoordinate(boxes[at + 1] ?? 0)}`
      + `,${roundCoordinate(boxes[at + 2] ?? 0)},${roundCoordinate(boxes[at + 3] ?? 0)}`
      + `,${roundScore(boxes[at + 4] ?? 0)},${boxes[at + 5] ?? 0}]`;
  }
  return `${line}]}\n`;
};
