import { seconds, type Seconds } from '../contract/contract.js';

export type ClipProgress = {
  readonly framesDone: number;
  readonly framesTotal: number | null;
  readonly framesPerSecond: number | null;
  readonly remaining: Seconds | null;
  /** The encoder that works. */
  readonly encoder: string;
};

/** The speed is that of the last this many milliseconds. */
const span = 5_000;

/** Reads what `ffmpeg -progress` writes. */
export class ProgressMeter {
  readonly #total: number | null;
  readonly #encoder: string;
  readonly #seen: { readonly at: number; readonly frames: number }[] = [];
  frames = 0;

  constructor(total: number | null, encoder: string) {
    this.#total = total;
    this.#encoder = encoder;
  }

  /** Takes one line, at `now` in milliseconds; progress at the end of each report. */
  line(text: string, now: number): ClipProgress | null {
    const [key, value = ''] = text.split('=');
    if (key === 'frame' && /^\s*\d+/.test(value)) this.frames = Number.parseInt(value, 10);
    return key === 'progress' ? this.#report(now) : null;
  }

  #report(now: number): ClipProgress {
    this.#seen.push({ at: now, frames: this.frames });
    while (this.#seen.length > 2 && now - (this.#seen[0]?.at ?? now) > span) this.#seen.shift();
    const [first] = this.#seen;
    const rate = first !== undefined && now > first.at && this.frames > first.frames
      ? ((this.frames - first.frames) * 1000) / (now - first.at) : null;
    return {
      framesDone: this.frames,
      framesTotal: this.#total,
      framesPerSecond: rate,
      remaining: rate === null || this.#total === null ? null : seconds(Math.max(0, this.#total - this.frames) / rate),
      encoder: this.#encoder,
    };
  }
}
