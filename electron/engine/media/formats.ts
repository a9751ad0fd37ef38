/** What ffmpeg is allowed to open, and what Chromium can play, as tables. */

/**
 * Demuxers that read one file and nothing else. Whatever can name other files (playlists, manifests,
 * concat scripts, numbered pictures) is not here and therefore refused by ffmpeg itself.
 */
const containers = [
  'mov', 'mp4', 'matroska', 'webm', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'm4v', 'h264', 'hevc', 'vvc', 'av1', 'obu', 'ivf', 'vc1',
  'flv', 'asf', 'ogg', 'mxf', 'gxf', 'nut', 'dv', 'rm', 'wtv', 'swf', 'nsv', 'amv', 'mjpeg', 'gif', 'apng', 'yuv4mpegpipe', 'dirac',
];

/** Read only to be able to say that there is no picture in them. */
const soundOnly = ['mp3', 'wav', 'w64', 'flac', 'aac', 'aiff', 'au', 'caf', 'ac3', 'eac3', 'amr', 'ape', 'wv', 'tta', 'dts'];

export const allowedFormats = [...containers, ...soundOnly].join(',');

/** Streams without a container: their times are counted, not stored, so they are only right from the start. */
const countedTimes = new Set(['h264', 'hevc', 'vvc', 'm4v', 'mpegvideo', 'mjpeg', 'vc1', 'obu', 'av1', 'dirac', 'dv', 'yuv4mpegpipe', 'gif', 'apng']);

/** Containers whose packet times are not what decoding gives. */
const guessedTimes = new Set(['avi', 'mpegts', 'mpeg', 'asf', 'flv', 'rm', 'amv', 'nsv', 'swf', 'ogg']);

const anyOf = (container: string, names: ReadonlySet<string>): boolean => container.split(',').some((name) => names.has(name));

/** Whether decoding can begin in the middle and still give the same times. */
export const canSeek = (container: string): boolean => !anyOf(container, countedTimes);

/** Whether times of packets, without decoding, can be taken for times of frames. */
export const packetTimesCount = (container: string): boolean => !anyOf(container, countedTimes) && !anyOf(container, guessedTimes);

/** Codecs of which every packet gives one frame. Others hide reference frames in packets (VP8) or skip frames (MPEG-4). */
const onePacketOneFrame = new Set(['h264', 'hevc', 'vp9', 'av1', 'prores', 'dnxhd', 'mjpeg', 'ffv1', 'rawvideo']);

export const packetGivesFrame = (codec: string): boolean => onePacketOneFrame.has(codec);

const chromiumContainers = new Set(['mov', 'mp4', 'matroska', 'webm']);
const chromiumAudio = new Set(['aac', 'mp3', 'opus', 'vorbis', 'flac', 'pcm_s16le', 'pcm_u8', 'pcm_s24le', 'pcm_f32le']);
const eightBit = ['yuv420p', 'yuvj420p'];
const chromiumVideo: Readonly<Record<string, readonly string[]>> = {
  h264: eightBit,
  vp8: eightBit,
  vp9: [...eightBit, 'yuv420p10le', 'yuv444p'],
  av1: [...eightBit, 'yuv420p10le'],
};

/** Whether Chromium can be expected to play a file itself. `audio` is null for a silent one. */
export const playsInChromium = (container: string, codec: string, pixelFormat: string, audio: string | null): boolean =>
  anyOf(container, chromiumContainers) &&
  (chromiumVideo[codec]?.includes(pixelFormat) ?? false) &&
  (audio === null || chromiumAudio.has(audio));

/** What a file is when it is not a video, by its first bytes; completes "… is". */
const signatures: readonly { readonly start: string | RegExp; readonly what: string }[] = [
  { start: /^\ufeff?\s*#EXTM3U/, what: 'a playlist, which only names other files' },
  { start: /^\ufeff?\s*ffconcat/, what: 'a list that only names other files' },
  { start: /^\ufeff?\s*file\s+\S/, what: 'a list that only names other files' },
  { start: /^\ufeff?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<MPD/s, what: 'a streaming manifest, which only names other files' },
  { start: /^\ufeff?\s*(<\?xml[^>]*>\s*)?<SmoothStreamingMedia/s, what: 'a streaming manifest, which only names other files' },
  { start: /^\ufeff?\s*<(asx|smil|wpl)\b/i, what: 'a playlist, which only names other files' },
  { start: /^\ufeff?\[playlist\]/i, what: 'a playlist, which only names other files' },
  { start: /^;FFMETADATA/, what: 'a list of chapters and titles' },
  { start: /^\ufeff?WEBVTT/, what: 'a file of subtitles' },
  { start: /^\ufeff?\s*1\r?\n\d\d:\d\d:\d\d/, what: 'a file of subtitles' },
  { start: '\x89PNG', what: 'a single picture' },
  { start: '\xff\xd8\xff', what: 'a single picture' },
  { start: '%PDF', what: 'a PDF document' },
  { start: 'PK\x03\x04', what: 'a ZIP archive or office document' },
];

/** Names what a file is from its first bytes (latin1), if it is a known thing that is no video. */
export const notAVideo = (head: string): string | null => {
  const known = signatures.find(({ start }) => (typeof start === 'string' ? head.startsWith(start) : start.test(head)));
  if (known) return known.what;
  // Control bytes below 9 are in every container and in no text.
  return /^[^\x00-\x08\x0e-\x1a]+$/.test(head) ? 'a text file' : null;
};

/** Whether a file begins as MP4 and QuickTime files do, whatever it is called. */
export const isMp4 = (head: string): boolean => ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot'].includes(head.slice(4, 8));
