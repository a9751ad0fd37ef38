import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError, type Seconds } from '../contract/contract.js';
import { inputArguments, quietArguments, seekArguments, unchangedTimes } from './arguments.js';
import { mirrorFilters } from './chain.js';
import { abortReason, killTool, startTool } from './child.js';
import { encodersOf } from './encoders.js';
import { canSeek } from './formats.js';
import { initSegment } from './mp4.js';
import type { MediaTools, VideoFile } from './types.js';

export type ProxyOptions = {
  /** Where playing begins, on our clock; the stream starts with the frame shown then. */
  readonly from: Seconds;
  /** Highest picture sent; a larger one is made smaller. */
  readonly maxHeight?: number;
  readonly signal?: AbortSignal;
};

/** A stream for a browser's MediaSource. Its times are ours: seconds from the first frame. */
export type Proxy = {
  /** For `MediaSource.isTypeSupported` and `addSourceBuffer`. */
  readonly mime: string;
  readonly stream: Readable;
  close(): void;
};

type Encoder = { readonly name: string; readonly container: 'mp4' | 'webm'; readonly args: readonly string[] };

/** What can make a picture quickly, in the order it is tried. */
const encoders: readonly Encoder[] = [
  { name: 'libx264', container: 'mp4', args: ['-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '21'] },
  { name: 'h264_videotoolbox', container: 'mp4', args: ['-realtime', '1', '-bf', '0', '-b:v', '8M'] },
  { name: 'h264_nvenc', container: 'mp4', args: ['-bf', '0', '-b:v', '8M'] },
  { name: 'h264_qsv', container: 'mp4', args: ['-bf', '0', '-b:v', '8M'] },
  { name: 'h264_amf', container: 'mp4', args: ['-b:v', '8M'] },
  { name: 'h264_mf', container: 'mp4', args: ['-b:v', '8M'] },
  { name: 'libopenh264', container: 'mp4', args: ['-b:v', '8M'] },
  { name: 'libvpx', container: 'webm', args: ['-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-auto-alt-ref', '0', '-b:v', '6M'] },
  { name: 'libvpx-vp9', container: 'webm', args: ['-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-b:v', '6M'] },
];

/** Time within which the first bytes of the encoder must be there. */
const firstBytesMs = 10_000;
const maxHead = 4 * 1024 * 1024;
/** Decoding starts this much before the time wanted, in seconds; see `FrameSource`. */
const lead = 0.5;
/** AAC puts 1024 samples of silence first; cut this off so that they do not begin before 0. */
const audioPriming = 0.05;
const even = (value: number): number => Math.max(2, 2 * Math.round(value / 2));

const muxers: Readonly<Record<Encoder['container'], (video: VideoFile) => string[]>> = {
  mp4: (video) => [
    '-c:a', 'aac', '-b:a', '160k', '-f', 'mp4', '-video_track_timescale', String(video.timeBase.den), '-avoid_negative_ts', 'disabled',
    '-movflags', '+empty_moov+default_base_moof+frag_keyframe+frag_discont', '-frag_duration', '200000',
  ],
  webm: () => ['-c:a', 'libopus', '-b:a', '128k', '-f', 'webm', '-live', '1', '-cluster_time_limit', '500', '-avoid_negative_ts', 'disabled'],
};

const argumentsFor = (video: VideoFile, tools: MediaTools, encoder: Encoder, { from, maxHeight = 1080 }: ProxyOptions): string[] => {
  const { display, firstPts, timeBase, framesPerSecond } = video;
  const scale = Math.min(1, maxHeight / display.height);
  const second = timeBase.den / timeBase.num;
  const first = firstPts / second;
  const wanted = Math.max(0, from - 1 / (framesPerSecond ?? 25));
  const filters = [
    ...(wanted > 0 ? [`trim=start_pts=${Math.floor(firstPts + wanted * second)}`] : []),
    `scale=${even(display.width * scale)}:${even(display.height * scale)}:flags=fast_bilinear`,
    ...mirrorFilters(video, tools.ffmpeg),
    'setsar=1',
    'format=yuv420p',
    `setpts=PTS-${firstPts}`,
  ];
  return [
    // ffmpeg turns the picture itself here, since otherwise it would hand the display matrix on to the stream.
    ...quietArguments(), '-copyts', ...seekArguments(video, canSeek(video.container) ? first + from - lead : null),
    ...inputArguments(video.path), '-map', `0:${video.streamIndex}`, '-vf', filters.join(','),
    ...(video.audio === null ? [] : [
      '-map', '0:a:0', '-ac', '2',
      '-af', `asetpts=PTS-(${first})/TB,atrim=start=${Math.max(audioPriming, wanted).toFixed(6)},aresample=async=1`,
    ]),
    ...unchangedTimes(tools.ffmpeg), '-c:v', encoder.name, ...encoder.args, '-g', String(Math.round(framesPerSecond ?? 25)),
    '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-max_interleave_delta', '500000', '-flush_packets', '1',
    ...muxers[encoder.container](video), 'pipe:1',
  ];
};

/** Reads what comes before the first pictures; null if the encoder ends first. */
const readHead = (stream: Readable, isWhole: (head: Buffer) => boolean, signal?: AbortSignal): Promise<Buffer | null> =>
  new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const done = (result: Buffer | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onEnd);
      stream.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd);
      resolve(result);
    };
    const onEnd = (): void => done(null);
    const onReadable = (): void => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
        head = Buffer.concat([head, chunk]);
        if (isWhole(head)) {
          done(head);
          return;
        }
        if (head.length > maxHead) {
          done(null);
          return;
        }
      }
    };
    const timer = setTimeout(onEnd, firstBytesMs);
    signal?.addEventListener('abort', onEnd, { once: true });
    stream.on('readable', onReadable).once('end', onEnd).once('close', onEnd).once('error', onEnd);
  });

const webmMime = (video: VideoFile, encoder: Encoder): string =>
  `video/webm; codecs="${encoder.name === 'libvpx' ? 'vp8' : 'vp9'}${video.audio === null ? '' : ',opus'}"`;

const start = async (video: VideoFile, tools: MediaTools, encoder: Encoder, options: ProxyOptions): Promise<Proxy | string> => {
  const { signal } = options;
  const child = startTool(tools.ffmpeg.path, argumentsFor(video, tools, encoder, options));
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    killTool(child);
  };
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-2000)));
  child.once('error', (error) => {
    said = error.message;
    child.stdout.destroy();
  });
  signal?.addEventListener('abort', close, { once: true });
  const mp4 = encoder.container === 'mp4';
  const head = await readHead(child.stdout, (data) => (mp4 ? initSegment(data) !== null : data.length > 0), signal);
  if (head === null) {
    close();
    return said;
  }
  child.stdout.once('close', () => signal?.removeEventListener('abort', close));
  child.stdout.unshift(head);
  return { mime: mp4 ? (initSegment(head) ?? '') : webmMime(video, encoder), stream: child.stdout, close };
};

/**
 * Makes something that a browser can play of a video that it cannot: upright, at most `maxHeight`
 * high, with sound, every frame at its own time, as fast as it is read.
 * @throws UserError if it cannot be made; the signal's reason when aborted
 */
export const openProxy = async (video: VideoFile, tools: MediaTools, options: ProxyOptions): Promise<Proxy> => {
  const there = await encodersOf(tools.ffmpeg);
  let said = '';
  for (const encoder of encoders.filter(({ name }) => there.has(name))) {
    if (options.signal?.aborted) throw abortReason(options.signal);
    const result = await start(video, tools, encoder, options);
    if (options.signal?.aborted) throw abortReason(options.signal);
    if (typeof result !== 'string') return result;
    said ||= result.trim().split('\n')[0] ?? '';
  }
  const reason = said ? ` (FFmpeg: ${said})` : '';
  throw new UserError('bad-input', `“${basename(video.path)}” cannot be made playable from ${options.from.toFixed(2)} s${reason}.`);
};
