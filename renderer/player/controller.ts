import type { StoreApi } from 'zustand';
import {
  errorData, frameIndex, isAbort, seconds, type FrameIndex, type PageBridge, type Seconds, type VideoInfo,
} from '../../electron/engine/contract/contract.js';
import { frameShownAt, frameStartingBefore, insideFrame } from '../state/frameTimes.js';
import type { App } from '../state/slice.js';
import { DrawClock } from './drawClock.js';
import { calibrate, toMedia, toOurs, type MediaClock } from './mediaClock.js';
import type { Overlay } from './overlay.js';
import type { PicturePainter } from './picture.js';
import { PlayheadReporter } from './playhead.js';
import { openSource, type PlayingSource } from './source.js';

const noTimes = new Float64Array();

/** Binds the `<video>`, what is painted of it, and the store together. One video at a time. */
export class PlayerController {
  #info: VideoInfo | null = null;
  #source: PlayingSource | null = null;
  /** Aborted once what it opens is no longer wanted. */
  #opening = new AbortController();
  #clock: MediaClock = { offset: 0 };
  /** Whether it plays once the first picture is there: until the user says otherwise. */
  #playsOn = true;
  /** Timestamp of the first presented frame since loading, by the element's clock. */
  #firstMediaTime: number | null = null;
  /** Timestamp of the picture that is painted, by the element's clock. */
  #painted: number | null = null;
  readonly #reporter: PlayheadReporter;
  readonly #drawClock: DrawClock;
  readonly #life = new AbortController();
  readonly #stops: (() => void)[] = [];

  constructor(
    private readonly app: StoreApi<App>,
    private readonly bridge: PageBridge,
    private readonly video: HTMLVideoElement,
    private readonly painter: PicturePainter,
    private readonly overlay: Overlay,
  ) {
    this.#reporter = new PlayheadReporter(bridge);
    this.#drawClock = new DrawClock((draw) => this.app.setState({ draw }));
    const { signal } = this.#life;
    const on = (name: keyof HTMLMediaElementEventMap, listener: () => void) => video.addEventListener(name, listener, { signal });
    on('play', () => this.#playingChanged());
    on('pause', () => { this.#paint(null); this.#playingChanged(); });
    on('ended', () => this.#ended());
    on('seeked', () => this.#paint(null));
    on('loadeddata', () => this.#paint(null));
    on('error', () => this.#refused());
    on('loadedmetadata', () => { if (video.videoWidth === 0) this.#refused(); });
    this.#stops.push(app.subscribe((now, before) => this.#changed(now, before)));
    this.#waitForPicture();
    // The first click or key is what browsers that refuse to begin with sound were waiting for; what it does itself comes before.
    for (const name of ['click', 'keyup'] as const) {
      window.addEventListener(name, () => { if (this.app.getState().silenced) this.app.setState({ silenced: false }); }, { signal });
    }
  }

  close(): void {
    this.#life.abort();
    this.#stops.forEach((stop) => stop());
    this.#reporter.close();
    this.#leave();
  }

  /** Shows another video from its beginning and plays it; null shows nothing. */
  async open(info: VideoInfo | null): Promise<void> {
    this.#leave();
    this.#playsOn = true;
    this.#info = info;
    if (info !== null) await this.#load(info, !info.playable, 0);
  }

  play(): void {
    this.#playsOn = true;
    const { time, end, frames } = this.app.getState();
    if (this.video.ended || (end > 0 && time >= end)) this.seek(seconds(0));
    else if (frames !== null && frameStartingBefore(frames.times, time) === frames.times.length - 1 && frames.complete) this.seek(seconds(0));
    this.video.play().catch((error: unknown) => this.#playRefused(error));
  }

  pause(): void {
    this.#playsOn = false;
    this.video.pause();
  }

  seek(time: Seconds): void {
    const { frames, end } = this.app.getState();
    const inside = Math.min(Math.max(0, time), Math.max(0, end));
    const frame = frames === null ? -1 : frameStartingBefore(frames.times, inside + 1e-6);
    const beyond = frames === null || frame < 0 || (!frames.complete && frame === frames.times.length - 1);
    if (beyond) this.#go(seconds(inside), seconds(inside), null);
    else this.seekFrame(frame);
  }

  /** Seeks to the middle of a frame's interval: that shows exactly this frame. */
  seekFrame(frame: number): void {
    const times = this.app.getState().frames?.times ?? noTimes;
    const known = Math.min(times.length - 1, Math.max(0, frame));
    if (known < 0) return;
    this.#go(seconds(times[known] ?? 0), insideFrame(times, known), frameIndex(known));
  }

  stepFrames(by: number): void {
    this.pause();
    const { frame, frames, time } = this.app.getState();
    const from = frame ?? (frames === null ? -1 : frameStartingBefore(frames.times, time));
    if (from >= 0) this.seekFrame(from + by);
  }

  #go(shown: Seconds, target: Seconds, frame: FrameIndex | null): void {
    this.app.setState({ time: shown, frame });
    this.video.currentTime = toMedia(this.#clock, target);
    this.#report(true);
  }

  async #load(info: VideoInfo, refused: boolean, from: Seconds | 0): Promise<void> {
    const mine = this.#abandon();
    this.#firstMediaTime = null;
    this.#clock = { offset: info.startTime };
    try {
      const source = await openSource(this.bridge, this.video, info, refused, from, (error) => {
        if (!mine.aborted) this.#failed(error);
      }, mine);
      if (mine.aborted) {
        source.close();
        return;
      }
      this.#source = source;
      if (source.kind === 'proxy') this.#clock = { offset: 0 };
      const { speed, volume, muted } = this.app.getState();
      this.video.defaultPlaybackRate = speed;
      this.video.playbackRate = speed;
      this.video.volume = volume;
      this.video.muted = muted;
    } catch (error) {
      if (!mine.aborted && !isAbort(error)) this.#failed(error);
    }
  }

  /** Ends what is open and what is being opened; gives the signal of the next opening. */
  #abandon(): AbortSignal {
    this.#opening.abort(new DOMException('Another video is wanted.', 'AbortError'));
    this.#opening = new AbortController();
    this.#source?.close();
    this.#source = null;
    return this.#opening.signal;
  }

  #leave(): void {
    this.#abandon();
    this.#info = null;
    this.#painted = null;
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
    this.painter.clear();
    this.overlay.show(null, null);
  }

  /** Chromium cannot play what it was given: a file is tried through the proxy, a proxy has failed. */
  #refused(): void {
    const info = this.#info;
    // Taking the source away is an "error" too.
    if (info === null || this.#source === null || this.video.getAttribute('src') === null) return;
    if (this.#source.kind === 'direct') void this.#load(info, true, this.app.getState().time);
    else this.#failed(this.video.error);
  }

  #failed(cause: unknown): void {
    const { message, hint } = errorData(cause);
    const known = cause instanceof Error && message !== '';
    this.app.setState({ playError: known ? { message, hint: hint ?? null } : { message: '', hint: null } });
  }

  #waitForPicture(): void {
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      if (this.#life.signal.aborted) return;
      this.#waitForPicture();
      this.#paint(mediaTime);
    });
  }

  #paint(mediaTime: number | null): void {
    if (this.#info === null || this.#source === null) return;
    const began = performance.now();
    const painted = this.painter.paint(this.video, mediaTime);
    if (painted === null) return;
    const isFirst = this.#firstMediaTime === null;
    this.#painted = painted;
    if (isFirst) {
      this.#firstMediaTime = painted;
      this.#calibrate();
    }
    this.#showBoxes();
    this.#drawClock.add(performance.now() - began, began);
    if (!isFirst) this.#loopAtMark();
    else if (this.#playsOn) this.video.play().catch((error: unknown) => this.#playRefused(error));
  }

  /** Boxes of the painted picture, and the playhead to it unless a seek is still on its way. */
  #showBoxes(): void {
    if (this.#painted === null) return;
    const times = this.app.getState().frames?.times ?? noTimes;
    const time = toOurs(this.#clock, this.#painted);
    const frame = frameShownAt(times, time);
    const exact = frame === null ? time : seconds(times[frame] ?? time);
    this.overlay.show(frame, exact);
    if (this.video.seeking) return;
    this.app.setState({ time: exact, frame });
    this.#report(false);
  }

  #calibrate(): void {
    const { frames } = this.app.getState();
    if (this.#source?.kind !== 'direct' || this.#firstMediaTime === null || frames === null || this.#info === null) return;
    this.#clock = calibrate(this.#info.startTime, this.#firstMediaTime, frames.times);
  }

  #loopAtMark(): void {
    const { loop, markIn, markOut, time } = this.app.getState();
    if (loop && markOut !== null && time >= markOut && !this.video.paused && !this.video.seeking) this.seek(markIn ?? seconds(0));
  }

  #ended(): void {
    const { loop, markIn } = this.app.getState();
    if (!loop) return;
    this.seek(markIn ?? seconds(0));
    void this.video.play().catch(() => undefined);
  }

  #playingChanged(): void {
    this.app.setState({ playing: !this.video.paused });
    this.overlay.redraw();
    this.#report(true);
  }

  #playRefused(error: unknown): void {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || this.video.muted) return;
    this.app.setState({ silenced: true });
    this.video.muted = true;
    this.video.play().catch(() => undefined);
  }

  #report(atOnce: boolean): void {
    const { time, speed } = this.app.getState();
    this.#reporter.moved({ time, speed, playing: !this.video.paused }, atOnce);
  }

  #changed(now: App, before: App): void {
    if (now.speed !== before.speed) {
      this.video.defaultPlaybackRate = now.speed;
      this.video.playbackRate = now.speed;
      this.#report(true);
    }
    if (now.volume !== before.volume) this.video.volume = now.volume;
    if (now.muted !== before.muted || (before.silenced && !now.silenced)) this.video.muted = now.muted;
    if (now.run?.run !== before.run?.run) this.#reporter.follow(now.run?.run ?? null);
    if (now.frames !== before.frames) {
      this.#calibrate();
      this.#showBoxes();
    } else if (now.filter !== before.filter || now.run?.model !== before.run?.model || now.detections !== before.detections) {
      this.overlay.redraw();
    } else if (now.detectionsVersion !== before.detectionsVersion && this.overlay.isStale) {
      this.overlay.redraw();
    }
  }
}
