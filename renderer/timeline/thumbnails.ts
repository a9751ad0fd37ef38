import { seconds, type PageBridge, type Token } from '../../electron/engine/contract/contract.js';

const mostKept = 240;

/**
 * Small pictures of a video, decoded and kept. One is fetched at a time, and of those that wait only the
 * newest matters: the pointer has left the others.
 */
export class Thumbnails {
  readonly #kept = new Map<string, ImageBitmap>();
  #waiting: { readonly key: string; readonly fetch: () => Promise<void> } | null = null;
  #busy = false;
  #closed = false;

  constructor(private readonly bridge: Pick<PageBridge, 'request'>, private readonly onCame: () => void) {}

  /** The picture if it is here; else null, and `onCame` is called once it has come. */
  get(video: Token, time: number, width: number): ImageBitmap | null {
    const key = `${video} ${time.toFixed(3)} ${width}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      // Moves it to the end of what is to be dropped.
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    this.#waiting = { key, fetch: () => this.#fetch(key, video, time, width) };
    void this.#next();
    return null;
  }

  close(): void {
    this.#closed = true;
    this.#waiting = null;
    for (const picture of this.#kept.values()) picture.close();
    this.#kept.clear();
  }

  async #next(): Promise<void> {
    while (!this.#busy && this.#waiting !== null) {
      const { fetch } = this.#waiting;
      this.#waiting = null;
      this.#busy = true;
      // A picture that cannot be had leaves the preview with its time only.
      await fetch().catch(() => undefined);
      this.#busy = false;
    }
  }

  async #fetch(key: string, video: Token, time: number, width: number): Promise<void> {
    const bytes = await this.bridge.request('video.thumbnail', { video, time: seconds(time), width });
    const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }));
    if (this.#closed) {
      picture.close();
      return;
    }
    this.#kept.set(key, picture);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > mostKept && oldest !== undefined) {
      this.#kept.get(oldest)?.close();
      this.#kept.delete(oldest);
    }
    this.onCame();
  }
}
