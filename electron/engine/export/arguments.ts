import type { Size } from '../contract/contract.js';
import { inputArguments, passthrough, quietArguments, seekArguments } from '../media/arguments.js';
import { mirrorFilters } from '../media/chain.js';
import { canSeek } from '../media/formats.js';
import type { FoundTool, VideoFile } from '../media/types.js';
import { clockFilters, type DrawingClock } from './clock.js';
import { containers, isRgb, type ContainerId } from './codecs.js';
import { encoderArguments, type ChosenEncoder } from './encoder.js';
import { secondsOf, type Span } from './span.js';
import { drawingFilter } from './stage.js';
import { colourArguments, type KeptStream, type SourceStream } from './streams.js';

/** Decoding starts this many seconds early, as seeking may land late; what comes too early is dropped. */
const lead = 3;

/** The picture that is encoded: 4:2:0 and 4:2:2 need even sides, so an odd one gets one more row or column. */
export const evenSize = ({ width, height }: Size): Size => ({ width: width + (width % 2), height: height + (height % 2) });

/** Upright pictures of display size in `format`, drawn on, with the times that the clip will have. */
export const pictureFilters = (video: VideoFile, tool: FoundTool, span: Span, clock: DrawingClock, format: string): string[] => {
  const { width, height } = video.display;
  const even = evenSize(video.display);
  const time = clockFilters(clock, clock.zero - span.shift);
  return [
    ...(span.whole ? [] : [`trim=start_pts=${span.from}${span.to === null ? '' : `:end_pts=${span.to}`}`]),
    `scale=${width}:${height}:flags=bicubic${isRgb(video.pixelFormat) ? ':out_color_matrix=bt709' : ''}`,
    ...mirrorFilters(video, tool), 'setsar=1', `format=${format}`, time.before, drawingFilter, time.after,
    ...(even.width === width && even.height === height ? [] : [
      `pad=${even.width}:${even.height}`,
      `fillborders=right=${even.width - width}:bottom=${even.height - height}:mode=smear`,
    ]),
  ];
};

export type ClipPlan = {
  readonly video: VideoFile;
  readonly tool: FoundTool;
  readonly span: Span;
  readonly clock: DrawingClock;
  readonly container: ContainerId;
  readonly chosen: ChosenEncoder;
  readonly kept: readonly KeptStream[];
  readonly picture: SourceStream | undefined;
  readonly draft: string;
};

const seek = (video: VideoFile, at: number): string[] => seekArguments(video, canSeek(video.container) ? at : null);

/** What ffmpeg is told to write a clip. Times stay what they are (`-copyts`), or are moved in step for all streams. */
export const clipArguments = (plan: ClipPlan): string[] => {
  const { video, tool, span, container, chosen, kept, draft } = plan;
  const moved = span.shift !== 0 || !span.whole;
  const start = secondsOf(video, span.from);
  // Sound and the rest come from the file opened a second time: moved by a whole offset, cut at zero.
  const others = moved && kept.length > 1;
  const target = containers[container];
  return [
    ...quietArguments(), '-y', '-copyts', '-progress', 'pipe:1', ...(chosen.encoder.upload?.device ?? []),
    ...(span.whole ? [] : seek(video, start - lead)), ...inputArguments(video.path),
    ...(others ? ['-itsoffset', (-secondsOf(video, span.shift)).toFixed(6), ...(span.whole ? [] : seek(video, start)), ...inputArguments(video.path)] : []),
    ...kept.flatMap(({ index, kind }) => ['-map', `${others && kind !== 'picture' ? 1 : 0}:${index}`]),
    ...kept.flatMap((stream, at) => streamArguments(plan, stream, at, moved)),
    ...(span.to === null || !moved ? [] : ['-t', secondsOf(video, span.to - span.shift).toFixed(6)]),
    ...(span.whole ? [] : ['-map_chapters', '-1']),
    '-map_metadata', '0', '-strict', '-2', '-max_muxing_queue_size', '16384', ...passthrough(tool),
    ...muxerArguments(plan), '-f', target.muxer, `file:${draft}`,
  ];
};

const streamArguments = (plan: ClipPlan, { kind, encoder }: KeptStream, at: number, moved: boolean): string[] => {
  const { video, tool, span, clock, chosen, container } = plan;
  switch (kind) {
    case 'picture': {
      const upload = chosen.encoder.upload === undefined ? [] : [chosen.encoder.upload.filter];
      return [
        `-filter:${at}`, [...pictureFilters(video, tool, span, clock, chosen.format), ...upload].join(','),
        ...encoderArguments(chosen, at, evenSize(video.display), video.framesPerSecond ?? 30),
        ...(lacksDurations(plan) && container !== 'mkv' && container !== 'webm' ? inOrder(chosen.encoder.name, at) : []),
        `-enc_time_base:${at}`, `${clock.step * video.timeBase.num}:${video.timeBase.den}`,
        ...(chosen.encoder.name.includes('265') || chosen.encoder.name.startsWith('hevc')
          ? (container === 'mkv' ? [] : [`-tag:${at}`, 'hvc1']) : []),
        ...colourArguments(plan.picture, video, at),
      ];
    }
    case 'copy':
      return [`-c:${at}`, 'copy', ...(moved && !span.whole ? [`-copypriorss:${at}`, '0'] : [])];
    case 'audio':
      return [`-c:${at}`, encoder ?? 'aac', ...(moved && !span.whole ? [`-filter:${at}`, 'atrim=start=0'] : [])];
    case 'subtitle':
      return [`-c:${at}`, encoder ?? 'copy'];
  }
};

/**
 * FFmpeg before 5 gives encoded frames no duration where time is counted in milliseconds or finer, and an
 * edit list that ends with the last frame's beginning cuts it off: such clips do without one.
 */
const lacksDurations = ({ tool, clock: { step, timeBase } }: ClipPlan): boolean =>
  tool.avutil.major < 57 && step * timeBase.num * 1000 <= timeBase.den;

const inOrder = (encoder: string, at: number): string[] =>
  encoder === 'libx265' ? [`-x265-params:${at}`, 'log-level=error:bframes=0'] : [`-bf:${at}`, '0'];

/** Clocks as fine as the source's, so that no time is rounded. */
const muxerArguments = (plan: ClipPlan): string[] => {
  const scale = String(plan.video.timeBase.den);
  switch (plan.container) {
    case 'mp4':
    case 'mov':
      return [
        '-video_track_timescale', scale,
        // Where a track begins later, FFmpeg 5 and up can say when in the same unit; before it was milliseconds.
        ...(plan.tool.avutil.major >= 57 ? ['-movie_timescale', scale] : []),
        ...(lacksDurations(plan) ? ['-use_editlist', '0'] : []),
      ];
    case 'mkv':
    case 'webm':
      return ['-avoid_negative_ts', 'disabled'];
  }
};
