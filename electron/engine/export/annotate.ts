import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError, type DetectionBatch, type ExportOptions } from '../contract/contract.js';
import { allFrames, type FrameTable } from '../media/frames.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import { clipArguments, evenSize } from './arguments.js';
import { drawingClock } from './clock.js';
import { containerFor, isDeep } from './codecs.js';
import { paintFor } from './colours.js';
import type { Look } from './draw.js';
import { chooseEncoder, namesIn, type ChosenEncoder } from './encoder.js';
import { ProgressMeter, type ClipProgress } from './progress.js';
import { runFfmpeg } from './run.js';
import { assertDrawable, writeScript } from './script.js';
import { spanOf, type Span } from './span.js';
import { onStage, scriptName } from './stage.js';
import { planStreams, sourceStreams, type SourceStream, type StreamPlan } from './streams.js';
import { openTarget } from './target.js';

export type { ClipProgress } from './progress.js';

export type ExportRequest = {
  readonly video: VideoFile;
  readonly tools: MediaTools;
  /** Boxes of the frames that are analysed; others stay without. */
  readonly results: DetectionBatch;
  /** Names by class id. */
  readonly classes: readonly string[];
  readonly options: ExportOptions;
  /** File to write; its ending says the container. */
  readonly output: string;
  readonly fontsFolder: string;
  /** Times of all frames, where they are known already. */
  readonly frames?: FrameTable;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ClipProgress) => void;
};

export type ExportSummary = {
  readonly frames: number;
  readonly encoder: string;
  readonly width: number;
  readonly height: number;
  /** Bytes. */
  readonly fileSize: number;
  /** What is not as in the source, in sentences. */
  readonly notes: readonly string[];
};

/** What a clip shows of `request`. */
export const lookOf = ({ video, classes, options }: Pick<ExportRequest, 'video' | 'classes' | 'options'>): Look => ({
  size: video.display, classes, filter: options.filter, labels: options.labels, scores: options.scores,
});

/**
 * Writes a copy of a video, or of a part, with boxes and labels drawn on the frames they belong to;
 * one ffmpeg decodes, draws and encodes. The same frames at the same times, with sound and other
 * streams. `output` appears when it is whole; the source is only read.
 * @throws UserError with a sentence about what to do; the signal's reason when aborted
 */
export const exportClip = async (request: ExportRequest): Promise<ExportSummary> => {
  const { video, tools, options, output, signal } = request;
  const container = containerFor(output, options.codec);
  const look = lookOf(request);
  assertDrawable(request.results, look);
  const target = await openTarget(output, video.path);
  try {
    const table = request.frames?.complete === true ? request.frames : await allFrames(video, tools, signal);
    const span = spanOf(video, table, options.start, options.end);
    const streams = await sourceStreams(video, tools, signal);
    const plan = planStreams(streams, video, container, await namesIn(tools.ffmpeg, 'encoders'));
    const picture = streams.find(({ index }) => index === video.streamIndex);
    const clock = drawingClock(video, span.from, ticksIn(table), span.shift);
    const { frames, chosen } = await onStage(tools.ffmpeg, request.fontsFolder, async (folder) => {
      const paint = paintFor(tools.ffmpeg, knownMatrix(picture), video.display.height);
      await writeScript(join(folder, scriptName), video, request.results, look, paint, clock, span, signal);
      const encode = (encoder: ChosenEncoder): Promise<number> => run(request, folder, span, encoder, clipArguments({
        video, tool: tools.ffmpeg, span, clock, container, chosen: encoder, kept: plan.kept, picture, draft: target.draft,
      }));
      return encodeWith(request, encode);
    });
    await target.finish();
    return await summary(request, frames, chosen, span, plan);
  } catch (error) {
    await target.discard();
    throw error;
  }
};

const ticksIn = (table: FrameTable): Float64Array => Float64Array.from({ length: table.count }, (_, k) => table.ticksAt(k));

const knownMatrix = (picture: SourceStream | undefined): string | null =>
  picture === undefined || picture.color_space === '' || picture.color_space === 'unknown' ? null : picture.color_space;

/** Encodes in hardware where there is some; should it fail in the middle, once more in software. */
const encodeWith = async (
  { video, tools, options, signal }: ExportRequest, encode: (chosen: ChosenEncoder) => Promise<number>,
): Promise<{ frames: number; chosen: ChosenEncoder }> => {
  const wish = {
    codec: options.codec, size: evenSize(video.display), deep: isDeep(video.pixelFormat), framesPerSecond: video.framesPerSecond ?? 30,
  };
  const chosen = await chooseEncoder(tools.ffmpeg, { ...wish, hardware: true });
  try {
    return { frames: await encode(chosen), chosen };
  } catch (error) {
    const mayHelp = chosen.encoder.hardware && signal?.aborted !== true && error instanceof UserError && error.kind === 'internal';
    if (!mayHelp) throw error;
    const software = await chooseEncoder(tools.ffmpeg, { ...wish, hardware: false });
    return { frames: await encode(software), chosen: software };
  }
};

/** Runs ffmpeg; the number of frames it wrote. */
const run = async (
  { tools, output, signal, onProgress }: ExportRequest, folder: string, span: Span, chosen: ChosenEncoder, args: readonly string[],
): Promise<number> => {
  const meter = new ProgressMeter(span.frames, chosen.encoder.name);
  const { code, said } = await runFfmpeg(tools.ffmpeg, args, {
    cwd: folder,
    signal,
    onLine: (line) => {
      const progress = meter.line(line, performance.now());
      if (progress !== null) onProgress?.(progress);
    },
  });
  if (code !== 0 || meter.frames === 0 || diskProblem(said) !== null) throw failure(output, said);
  return meter.frames;
};

const diskProblems: readonly (readonly [pattern: RegExp, problem: string, hint: string])[] = [
  [/No space left on device|not enough space/i, 'the disk is full', 'Free some space or choose another disk.'],
  [/Disk quota exceeded/i, 'your quota on that disk is used up', 'Free some space or choose another disk.'],
  [/File too large/i, 'files on that disk cannot be so large', 'Choose another disk or a shorter part.'],
];

const diskProblem = (said: string): readonly [problem: string, hint: string] | null => {
  const found = diskProblems.find(([pattern]) => pattern.test(said));
  return found === undefined ? null : [found[1], found[2]];
};

const failure = (output: string, said: string): UserError => {
  const disk = diskProblem(said);
  if (disk !== null) return new UserError('output', `${output} could not be written: ${disk[0]}.`, disk[1]);
  const last = said.trim().split('\n').slice(-3).join(' / ');
  return new UserError('internal', `FFmpeg could not write ${basename(output)}${last === '' ? '.' : `: ${last}`}`);
};

const summary = async (
  { video, output }: ExportRequest, frames: number, { encoder }: ChosenEncoder, span: Span, plan: StreamPlan,
): Promise<ExportSummary> => {
  const { width, height } = evenSize(video.display);
  const notes = [...plan.notes];
  if (width !== video.display.width || height !== video.display.height) {
    notes.push(`The picture was made even, ${width} x ${height} pixels, by doubling its last row or column.`);
  }
  if (frames !== span.frames) notes.push(`${frames} frames were written where ${span.frames} were expected; the video may be damaged.`);
  if (span.whole && span.shift !== 0) notes.push('The clip starts at zero; the source starts at another time.');
  return { frames, encoder: encoder.name, width, height, fileSize: (await stat(output)).size, notes };
};
