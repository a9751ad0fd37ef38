import { extname } from 'node:path';
import { UserError, type CodecId, type Size } from '../contract/contract.js';

export type ContainerId = 'mp4' | 'mov' | 'mkv' | 'webm';

type Container = {
  readonly muxer: string;
  readonly codecs: readonly CodecId[];
  /** Names of codecs (as ffprobe gives them) that are copied; null takes all. */
  readonly audio: readonly string[] | null;
  readonly video: readonly string[] | null;
  readonly subtitles: readonly string[];
  /** What other sound and text becomes. */
  readonly audioEncoders: readonly string[];
  readonly subtitleEncoder: string;
  /** Fonts and other attached files. */
  readonly attachments: boolean;
};

const pcm = ['pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_s32be', 'pcm_f32le', 'pcm_f32be', 'pcm_f64le', 'pcm_f64be'];

export const containers: Readonly<Record<ContainerId, Container>> = {
  mp4: {
    muxer: 'mp4',
    codecs: ['h264', 'hevc', 'vp9'],
    audio: ['aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus', 'flac', 'dts'],
    video: ['h264', 'hevc', 'av1', 'vp9', 'mpeg4'],
    subtitles: ['mov_text'],
    audioEncoders: ['aac'],
    subtitleEncoder: 'mov_text',
    attachments: false,
  },
  mov: {
    muxer: 'mov',
    codecs: ['h264', 'hevc', 'prores'],
    audio: ['aac', 'mp3', 'ac3', 'eac3', 'alac', ...pcm],
    video: ['h264', 'hevc', 'mpeg4', 'prores', 'mjpeg', 'dnxhd'],
    subtitles: ['mov_text'],
    audioEncoders: ['aac'],
    subtitleEncoder: 'mov_text',
    attachments: false,
  },
  mkv: {
    muxer: 'matroska',
    codecs: ['h264', 'hevc', 'vp9', 'prores'],
    audio: null,
    video: null,
    subtitles: ['subrip', 'ass', 'ssa', 'webvtt', 'dvd_subtitle', 'hdmv_pgs_subtitle', 'dvb_subtitle'],
    audioEncoders: ['aac'],
    subtitleEncoder: 'srt',
    attachments: true,
  },
  webm: {
    muxer: 'webm',
    codecs: ['vp9'],
    audio: ['opus', 'vorbis'],
    video: ['vp8', 'vp9', 'av1'],
    subtitles: ['webvtt'],
    audioEncoders: ['libopus', 'libvorbis'],
    subtitleEncoder: 'webvtt',
    attachments: false,
  },
};

/** Subtitles that are text and can become another kind of text. */
export const textSubtitles = ['subrip', 'ass', 'ssa', 'webvtt', 'mov_text', 'text'];

export const codecLabels: Readonly<Record<CodecId, string>> = { h264: 'H.264', hevc: 'HEVC', vp9: 'VP9', prores: 'ProRes' };

/** The container that a file's ending asks for. @throws UserError('usage') for an unknown one or one that cannot hold `codec` */
export const containerFor = (output: string, codec: CodecId): ContainerId => {
  const ending = extname(output).slice(1).toLowerCase();
  const id = ending === 'm4v' ? 'mp4' : (Object.keys(containers) as ContainerId[]).find((name) => name === ending);
  if (id === undefined) {
    throw new UserError('usage', `A clip cannot be written as “${ending === '' ? output : `.${ending}`}”.`,
      'Use a name that ends in .mp4, .mov, .mkv or .webm.');
  }
  if (!containers[id].codecs.includes(codec)) {
    const fitting = (Object.keys(containers) as ContainerId[]).filter((name) => containers[name].codecs.includes(codec));
    throw new UserError('usage', `A .${id} file cannot hold ${codecLabels[codec]}.`,
      `Choose another codec, or a name that ends in ${fitting.map((name) => `.${name}`).join(' or ')}.`);
  }
  return id;
};

export type PixelFormat = 'yuv420p' | 'yuv420p10le' | 'yuv422p10le' | 'nv12';

export type Encoder = {
  /** As ffmpeg names it. */
  readonly name: string;
  readonly hardware: boolean;
  /** Formats it is offered, by the depth of the source. */
  readonly formats: { readonly eight: PixelFormat; readonly ten: PixelFormat };
  readonly options: (size: Size, framesPerSecond: number) => readonly string[];
  /** Filters and device that bring pictures to the hardware. */
  readonly upload?: { readonly device: readonly string[]; readonly filter: string };
  readonly platforms?: readonly NodeJS.Platform[];
};

const eightOnly = { eight: 'yuv420p', ten: 'yuv420p' } as const;
const eightOnlyHardware = { eight: 'nv12', ten: 'nv12' } as const;
const both = { eight: 'yuv420p', ten: 'yuv420p10le' } as const;
const vaapi = { device: ['-vaapi_device', '/dev/dri/renderD128'], filter: 'hwupload' } as const;

/** For encoders that know only a rate: 0.1 bits a pixel look like the quality set for the others. */
const byRate = (bitsPerPixel: number) => ({ width, height }: Size, framesPerSecond: number): string[] =>
  ['-b:v', String(Math.max(500_000, Math.round(width * height * Math.min(120, framesPerSecond) * bitsPerPixel)))];

/** In the order in which they are tried. */
export const encoders: Readonly<Record<CodecId, readonly Encoder[]>> = {
  h264: [
    { name: 'h264_nvenc', hardware: true, formats: eightOnly, options: () => ['-rc', 'vbr', '-cq', '21', '-b:v', '0'], platforms: ['linux', 'win32'] },
    { name: 'h264_videotoolbox', hardware: true, formats: eightOnlyHardware, options: byRate(0.12), platforms: ['darwin'] },
    { name: 'h264_qsv', hardware: true, formats: eightOnlyHardware, options: () => ['-global_quality', '21'], platforms: ['linux', 'win32'] },
    { name: 'h264_amf', hardware: true, formats: eightOnlyHardware, options: () => ['-rc', 'cqp', '-qp_i', '20', '-qp_p', '22', '-qp_b', '24'], platforms: ['win32'] },
    { name: 'h264_vaapi', hardware: true, formats: eightOnlyHardware, options: () => ['-qp', '21'], upload: vaapi, platforms: ['linux'] },
    { name: 'libx264', hardware: false, formats: eightOnly, options: () => ['-preset', 'faster', '-crf', '19'] },
    { name: 'libopenh264', hardware: false, formats: eightOnly, options: byRate(0.15) },
  ],
  hevc: [
    { name: 'hevc_nvenc', hardware: true, formats: eightOnly, options: () => ['-rc', 'vbr', '-cq', '24', '-b:v', '0'], platforms: ['linux', 'win32'] },
    { name: 'hevc_videotoolbox', hardware: true, formats: eightOnlyHardware, options: byRate(0.08), platforms: ['darwin'] },
    { name: 'hevc_qsv', hardware: true, formats: eightOnlyHardware, options: () => ['-global_quality', '24'], platforms: ['linux', 'win32'] },
    { name: 'hevc_amf', hardware: true, formats: eightOnlyHardware, options: () => ['-rc', 'cqp', '-qp_i', '22', '-qp_p', '24'], platforms: ['win32'] },
    { name: 'hevc_vaapi', hardware: true, formats: eightOnlyHardware, options: () => ['-qp', '24'], upload: vaapi, platforms: ['linux'] },
    { name: 'libx265', hardware: false, formats: both, options: () => ['-preset', 'faster', '-crf', '22', '-x265-params', 'log-level=error'] },
  ],
  vp9: [
    {
      name: 'libvpx-vp9', hardware: false, formats: both,
      options: () => ['-b:v', '0', '-crf', '30', '-deadline', 'good', '-cpu-used', '5', '-row-mt', '1', '-tile-columns', '2', '-threads', '8'],
    },
  ],
  prores: [
    {
      name: 'prores_ks', hardware: false, formats: { eight: 'yuv422p10le', ten: 'yuv422p10le' },
      options: () => ['-profile:v', '3', '-vendor', 'apl0'],
    },
  ],
};

/** Whether a source of this pixel format has more than eight bits a channel: yuv420p10le, p010le, gbrp12be, gray16le, rgb48be ... */
export const isDeep = (pixelFormat: string): boolean =>
  /(yuv\w*p|gbra?p|gray|^p\d|nv\d*|ya|xyz)(9|10|12|14|16)(le|be)$/.test(pixelFormat)
  || /^(rgb|bgr)48|^(rgba|bgra)64|^x2(rgb|bgr)10|^p[024]1[026]|^y21\d/.test(pixelFormat);

/** Whether pictures come as red, green and blue. */
export const isRgb = (pixelFormat: string): boolean => /^(rgb|bgr|gbr|argb|abgr|rgba|bgra|0rgb|0bgr|pal8|x2)/.test(pixelFormat);
