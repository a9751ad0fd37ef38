import { UserError } from '../../electron/engine/contract/contract.js';
import { playerWords as say } from '../words/player.js';

/** Seconds kept in front of and behind the playhead. */
const ahead = 20;
const behind = 20;
/** A seek this far past what has arrived waits for it; farther, the stream begins anew there. */
const worthWaiting = 2;
/** The stream begins this much before the place that is wanted, so that steps back from there find their frames. */
const lead = 1;

const once = (target: EventTarget, name: string, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      signal.removeEventListener('abort', gone);
      resolve();
    };
    const gone = (): void => {
      target.removeEventListener(name, done);
      reject(signal.reason as Error);
    };
    if (signal.aborted) gone();
    target.addEventListener(name, done, { once: true });
    signal.addEventListener('abort', gone, { once: true });
  });

/**
 * Plays a video that Chromium cannot read itself: fragmented MP4 that the host makes on the fly, whose
 * timestamps are our clock, fed through MediaSource. Holds one stretch around the playhead.
 */
export class ProxySource {
  readonly #media = new MediaSource();
  readonly #address = URL.createObjectURL(this.#media);
  readonly #life = new AbortController();
  #buffer: SourceBuffer | null = null;
  #fetching = new AbortController();
  #loading: Promise<void> = Promise.resolve();
  /** Where the present stream begins, whether something of it has arrived, and whether more will. */
  #from = 0;
  #arrived = false;
  #coming = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly mime: string,
    private readonly duration: number | null,
    private readonly onError: (error: UserError) => void,
  ) {}

  /** Begins at `from` seconds. Resolves when the element has its source; pictures follow. */
  async open(from: number): Promise<void> {
    const { signal } = this.#life;
    this.video.src = this.#address;
    await once(this.#media, 'sourceopen', signal);
    if (!MediaSource.isTypeSupported(this.mime)) throw new UserError('internal', say.conversionFailed, this.mime);
    this.#buffer = this.#media.addSourceBuffer(this.mime);
    if (this.duration !== null && this.duration > 0) this.#media.duration = this.duration;
    this.video.addEventListener('seeking', this.#sought, { signal });
    if (from > 0) this.video.currentTime = from;
    this.#restart(from);
  }

  close(): void {
    const reason = new DOMException('The video was closed.', 'AbortError');
    this.#life.abort(reason);
    this.#fetching.abort(reason);
    URL.revokeObjectURL(this.#address);
  }

  readonly #sought = (): void => {
    const to = this.video.currentTime;
    const { buffered } = this.video;
    const there = this.#arrived && buffered.length > 0;
    const start = there ? buffered.start(0) : this.#from;
    const end = there ? buffered.end(buffered.length - 1) : this.#from + lead;
    if (to >= start - 0.001 && to <= end + (this.#coming ? worthWaiting : 0.05)) return;
    this.#restart(to);
  };

  #restart(wanted: number): void {
    const from = Math.max(0, wanted - lead);
    this.#from = from;
    this.#arrived = false;
    this.#coming = true;
    this.#fetching.abort(new DOMException('Another place is wanted.', 'AbortError'));
    const fetching = new AbortController();
    this.#fetching = fetching;
    const before = this.#loading;
    this.#loading = before
      .then(() => (fetching.signal.aborted ? undefined : this.#load(from, fetching.signal)))
      .catch((error: unknown) => {
        if (fetching.signal.aborted || this.#life.signal.aborted) return;
        this.onError(error instanceof UserError ? error : new UserError('internal', say.conversionFailed, undefined, { cause: error }));
      });
  }

  async #load(from: number, signal: AbortSignal): Promise<void> {
    await this.#empty(signal);
    const response = await fetch(`${this.url}?t=${from.toFixed(6)}`, { signal });
    if (!response.ok || response.body === null) throw new UserError('bad-input', say.conversionFailed, await response.text());
    const reader = response.body.getReader();
    for (let first = true; ; first = false) {
      const { done, value } = await reader.read();
      if (done) break;
      await this.#append(value, signal);
      this.#arrived = true;
      if (first) this.#stepIntoBuffer();
      await this.#roomAhead(signal);
    }
    this.#coming = false;
    if (this.#media.readyState === 'open') this.#media.endOfStream();
  }

  /** Takes out all that is there, so that what comes is one stretch. */
  async #empty(signal: AbortSignal): Promise<void> {
    const buffer = this.#buffer;
    if (buffer === null) return;
    // Forgets a fragment that was cut off; allowed in an open source only.
    if (this.#media.readyState === 'open') buffer.abort();
    const end = buffer.buffered.length > 0 ? buffer.buffered.end(buffer.buffered.length - 1) : 0;
    if (end <= 0) return;
    buffer.remove(0, end + 1);
    await once(buffer, 'updateend', signal);
  }

  async #append(bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const buffer = this.#buffer;
    if (buffer === null) return;
    for (;;) {
      if (signal.aborted) throw signal.reason as Error;
      try {
        buffer.appendBuffer(bytes);
        break;
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
        // Full: what was seen goes, and what is coming waits until more was seen.
        if (!(await this.#evict(2, signal))) await this.#moment(signal);
      }
    }
    await once(buffer, 'updateend', signal);
    await this.#evict(behind, signal);
  }

  /** Drops what lies more than `keep` seconds behind the playhead; false if there was nothing. */
  async #evict(keep: number, signal: AbortSignal): Promise<boolean> {
    const buffer = this.#buffer;
    if (buffer === null || buffer.buffered.length === 0) return false;
    const until = this.video.currentTime - keep;
    // A few seconds at once: removing costs about the same whatever its length.
    if (until - buffer.buffered.start(0) < 5) return false;
    buffer.remove(0, until);
    await once(buffer, 'updateend', signal);
    return true;
  }

  async #roomAhead(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { buffered, currentTime } = this.video;
      const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
      if (end - currentTime < ahead) return;
      await this.#moment(signal);
    }
  }

  /** A playhead that stands just before the first picture never gets one. */
  #stepIntoBuffer(): void {
    const { buffered, currentTime } = this.video;
    if (buffered.length === 0) return;
    const start = buffered.start(0);
    if (currentTime < start && start - currentTime < 0.5) this.video.currentTime = start + 0.001;
  }

  #moment(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', gone);
        resolve();
      }, 200);
      const gone = (): void => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', gone, { once: true });
    });
  }
}
