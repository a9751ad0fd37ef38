import { z } from 'zod';
import { inputArguments } from '../media/arguments.js';
import { runTool } from '../media/child.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import { containers, isRgb, textSubtitles, type ContainerId } from './codecs.js';

const text = z.string().catch('').default('');
const streamSchema = z.object({
  index: z.number().int().min(0),
  codec_type: text,
  codec_name: text,
  color_range: text,
  color_space: text,
  color_transfer: text,
  color_primaries: text,
  disposition: z.object({ attached_pic: z.number() }).nullable().catch(null).default(null),
});
export type SourceStream = z.output<typeof streamSchema>;

const reportSchema = z.object({ streams: z.array(streamSchema) });

/** All streams of the file; only the video itself if ffprobe does not say. */
export const sourceStreams = async (video: VideoFile, tools: MediaTools, signal?: AbortSignal): Promise<readonly SourceStream[]> => {
  const { stdout } = await runTool(tools.ffprobe.path, ['-v', 'error', '-show_streams', '-of', 'json', ...inputArguments(video.path)], { signal });
  try {
    return reportSchema.parse(JSON.parse(stdout.toString('utf8'))).streams;
  } catch {
    return [streamSchema.parse({ index: video.streamIndex, codec_type: 'video', codec_name: video.codec })];
  }
};

/** What happens to one stream: the picture is drawn on, others are copied or encoded anew. */
export type KeptStream = {
  readonly index: number;
  readonly kind: 'picture' | 'copy' | 'audio' | 'subtitle';
  /** Encoder, where it is encoded anew. */
  readonly encoder: string | null;
};

export type StreamPlan = { readonly kept: readonly KeptStream[]; readonly notes: readonly string[] };

/** What of the source `container` can hold, in the source's order, and a sentence for each thing it cannot. */
export const planStreams = (
  streams: readonly SourceStream[], video: VideoFile, container: ContainerId, available: ReadonlySet<string>,
): StreamPlan => {
  const target = containers[container];
  const kept: KeptStream[] = [];
  const notes: string[] = [];
  const leaveOut = (what: string): void => {
    notes.push(`${what} was left out: a .${container} file cannot hold it.`);
  };
  for (const { index, codec_type: type, codec_name: codec, disposition } of streams) {
    if (index === video.streamIndex) {
      kept.push({ index, kind: 'picture', encoder: null });
    } else if (type === 'audio') {
      const encoder = target.audioEncoders.find((name) => available.has(name));
      if (codec !== '' && (target.audio === null || target.audio.includes(codec))) {
        kept.push({ index, kind: 'copy', encoder: null });
      } else if (encoder !== undefined) {
        kept.push({ index, kind: 'audio', encoder });
        notes.push(`The ${codec} sound was encoded anew as ${encoder.replace(/^lib/, '')}: a .${container} file cannot hold it.`);
      } else leaveOut(`The ${codec} sound`);
    } else if (type === 'subtitle') {
      if (target.subtitles.includes(codec)) kept.push({ index, kind: 'copy', encoder: null });
      else if (textSubtitles.includes(codec)) kept.push({ index, kind: 'subtitle', encoder: target.subtitleEncoder });
      else leaveOut('A subtitle track of pictures');
    } else if (type === 'video') {
      const still = disposition?.attached_pic === 1;
      if (still) notes.push('The cover picture was left out.');
      else if (target.video === null || target.video.includes(codec)) kept.push({ index, kind: 'copy', encoder: null });
      else leaveOut(`A second picture track (${codec})`);
    } else if (type === 'attachment' && target.attachments) {
      kept.push({ index, kind: 'copy', encoder: null });
    } else leaveOut(type === 'data' ? 'A data track' : `A track of the kind “${type}”`);
  }
  if (!kept.some(({ kind }) => kind === 'picture')) kept.unshift({ index: video.streamIndex, kind: 'picture', encoder: null });
  return { kept, notes };
};

/** ffprobe's names for transfer curves that ffmpeg's options call otherwise. */
const optionNames: Readonly<Record<string, string>> = { bt470m: 'gamma22', bt470bg: 'gamma28' };
const known = (value: string): boolean => value !== '' && value !== 'unknown' && value !== 'reserved' && value !== 'gbr';

/** How the colours of the clip are to be read: as the source's. RGB becomes HD's YUV. */
export const colourArguments = (stream: SourceStream | undefined, video: VideoFile, index: number): string[] => {
  const rgb = isRgb(video.pixelFormat);
  const full = stream?.color_range === 'pc' && !rgb && !video.pixelFormat.startsWith('yuvj');
  const tags: [option: string, value: string][] = [
    ['color_range', full ? 'pc' : 'tv'],
    ['colorspace', rgb ? 'bt709' : stream?.color_space ?? ''],
    ['color_trc', optionNames[stream?.color_transfer ?? ''] ?? stream?.color_transfer ?? ''],
    ['color_primaries', stream?.color_primaries ?? ''],
  ];
  return tags.flatMap(([option, value]) => (known(value) ? [`-${option}:${index}`, value] : []));
};
