import { basename } from 'node:path';
import { isAbort, UserError, type Events, type FrameTimes, type Seconds, type Token, type VideoInfo } from '../contract/contract.js';
import { fileVersion } from '../media/file-version.js';
import { FrameTable, scanFrames } from '../media/frames.js';
import { probeVideo } from '../media/probe.js';
import { thumbnail } from '../media/still.js';
import type { MediaTools, VideoFile } from '../media/types.js';

/** A video the user has opened, with the times of its frames as far as they are known. */
export type OpenVideo = {
  readonly file: VideoFile;
  readonly info: VideoInfo;
  readonly frames: FrameTable;
  /** Settles, never rejecting, when `frames` is complete or cannot be. */
  readonly scanned: Promise<void>;
};

type Known = OpenVideo & { /** Of the file that was looked at. */ readonly version: string | null };

/** Plain facts of a video for the page; no path. */
export const describeVideo = (token: Token, file: VideoFile): VideoInfo => ({
  token,
  name: basename(file.path),
  fileSize: file.fileSize,
  container: file.container,
  codec: file.codec,
  pixelFormat: file.pixelFormat,
  display: file.display,
  framesPerSecond: file.framesPerSecond,
  duration: file.duration,
  audio: file.audio,
  startTime: (file.firstPts * file.timeBase.num) / file.timeBase.den,
  playable: file.playable,
});

/** Bytes of thumbnails kept, so that hovering along the timeline is smooth. */
const thumbnailBudget = 24 * 1024 * 1024;

/** The opened videos by token. */
export class Videos {
  readonly #open = new Map<Token, Known>();
  readonly #scans = new AbortController();
  readonly #thumbnails = new Map<string, Uint8Array>();
  #thumbnailBytes = 0;

  constructor(
    private readonly tools: () => Promise<MediaTools>,
    private readonly emit: (name: 'frames', payload: Events['frames']) => void,
  ) {}

  /** A file that was replaced since it was opened is looked at anew. @throws UserError for a file that is no video, with what is wrong with it */
  async open(token: Token, path: string): Promise<VideoInfo> {
    const known = this.#open.get(token);
    const version = await fileVersion(path);
    if (known?.version === version && version !== null) return known.info;
    const tools = await this.tools();
    const file = await probeVideo(path, tools);
    const frames = new FrameTable(file);
    const scanned = scanFrames(file, tools, {
      table: frames,
      signal: this.#scans.signal,
    }).then(
      () => this.emit('frames', { video: token, frames: this.frameTimes(token) }),
      (error: unknown) => {
        if (!isAbort(error)) frames.giveUp();
      },
    );
    const info = describeVideo(token, file);
    this.#open.set(token, { file, info, frames, scanned, version });
    this.#forgetThumbnails(token);
    return info;
  }

  get(token: Token): OpenVideo {
    const video = this.#open.get(token);
    if (video === undefined) throw new UserError('bad-input', 'This video is not open any more.', 'Open it again.');
    return video;
  }

  frameTimes(token: Token): FrameTimes {
    const { frames } = this.get(token);
    return { times: frames.times(), complete: frames.complete };
  }

  async thumbnail(token: Token, time: Seconds, width: number): Promise<Uint8Array> {
    const { file } = this.get(token);
    const key = `${token} ${width} ${time.toFixed(3)}`;
    const cached = this.#thumbnails.get(key);
    if (cached !== undefined) return cached;
    const picture = await thumbnail(file, await this.tools(), time, width);
    this.#thumbnails.set(key, picture);
    this.#thumbnailBytes += picture.byteLength;
    for (const [old, bytes] of this.#thumbnails) {
      if (this.#thumbnailBytes <= thumbnailBudget) break;
      this.#thumbnails.delete(old);
      this.#thumbnailBytes -= bytes.byteLength;
    }
    return picture;
  }

  #forgetThumbnails(token: Token): void {
    for (const [key, { byteLength }] of this.#thumbnails) {
      if (!key.startsWith(`${token} `)) continue;
      this.#thumbnails.delete(key);
      this.#thumbnailBytes -= byteLength;
    }
  }

  dispose(): void {
    this.#scans.abort();
  }
}
