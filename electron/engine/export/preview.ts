import { basename, join } from 'node:path';
import { UserError, ticks, type Seconds } from '../contract/contract.js';
import { inputArguments, passthrough, quietArguments, seekArguments } from '../media/arguments.js';
import { canSeek } from '../media/formats.js';
import type { VideoFile } from '../media/types.js';
import { lookOf, type ExportRequest } from './annotate.js';
import { pictureFilters } from './arguments.js';
import { drawingClock } from './clock.js';
import { runFfmpeg } from './run.js';
import { ticksOf, writeScript } from './script.js';
import { secondsOf, type Span } from './span.js';
import { onStage, scriptName } from './stage.js';

export type PreviewRequest = Pick<ExportRequest, 'video' | 'tools' | 'results' | 'classes' | 'options' | 'fontsFolder' | 'signal'> & {
  /** Exact time of the frame. */
  readonly time: Seconds;
  /** Pixels; the height follows. */
  readonly width: number;
};

/** Seconds before the frame at which decoding starts, one after the other until the frame comes; null: the beginning. */
const leads = [0.5, 12, null] as const;

/**
 * One frame as the clip will show it, drawn by the same code, as PNG.
 * @throws UserError if it cannot be decoded or drawn; the signal's reason when aborted
 */
export const previewStill = async (request: PreviewRequest): Promise<Uint8Array> => {
  const { video, tools, results, fontsFolder, signal } = request;
  const at = ticksOf(video, request.time);
  const span: Span = { from: at, to: ticks(at + 1), frames: 1, whole: false, shift: 0 };
  const clock = drawingClock(video, at, [], 0);
  return onStage(tools.ffmpeg, fontsFolder, async (folder) => {
    await writeScript(join(folder, scriptName), video, results, lookOf(request), (hex) => hex, clock, span, signal);
    let said = '';
    for (const start of starts(video, at)) {
      const result = await runFfmpeg(tools.ffmpeg, previewArguments(request, span, start), { cwd: folder, signal });
      if (result.stdout.length > 0) return new Uint8Array(result.stdout);
      said = result.said;
    }
    throw new UserError('bad-input', `No picture of “${basename(video.path)}” can be drawn at ${request.time.toFixed(2)} s${
      said === '' ? '' : ` (FFmpeg: ${said.trim().split('\n')[0] ?? ''})`}.`);
  });
};

const starts = (video: VideoFile, at: number): (number | null)[] => {
  const all = leads.map((lead) => (lead === null ? null : secondsOf(video, at) - lead));
  return all.filter((start) => start === null || (canSeek(video.container) && start > video.containerStart));
};

const previewArguments = ({ video, tools, width }: PreviewRequest, span: Span, start: number | null): string[] => {
  const height = Math.max(1, Math.round((width * video.display.height) / video.display.width));
  const clock = drawingClock(video, span.from, [], 0);
  return [
    ...quietArguments(), '-copyts',
    ...seekArguments(video, start),
    ...inputArguments(video.path), '-map', `0:${video.streamIndex}`,
    '-vf', [...pictureFilters(video, tools.ffmpeg, span, clock, 'rgb24'), `scale=${width}:${height}:flags=lanczos`].join(','),
    ...passthrough(tools.ffmpeg), '-frames:v', '1', '-c:v', 'png', '-f', 'image2pipe', 'pipe:1',
  ];
};
