import { seconds } from '../engine/contract/contract.js';
import { fileVersion } from '../engine/media/file-version.js';
import { locateTools } from '../engine/media/locate.js';
import { probeVideo } from '../engine/media/probe.js';
import { openProxy, type Proxy } from '../engine/media/proxy.js';
import type { VideoFile } from '../engine/media/types.js';
import type { FileNames } from './file-names.js';

/** Milliseconds that a proxy opened to learn its type waits for the page to fetch it. */
const keepFor = 10_000;

type Waiting = { readonly proxy: Promise<Proxy>; readonly timer: NodeJS.Timeout };

/**
 * Makes proxies of videos for the page, each an ffmpeg child of the host. The page must know a
 * proxy's type before it fetches it, so the first one is begun when the page asks for the type.
 */
export class Proxies {
  readonly #videos = new Map<string, { readonly version: string | null; readonly video: Promise<VideoFile> }>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #life = new AbortController();

  constructor(private readonly names: FileNames) {}

  /** Type of the proxy of the video at `path`, for MediaSource. */
  async mime(path: string): Promise<string> {
    this.#drop(path);
    const proxy = this.#open(path, 0, this.#life.signal);
    const timer = setTimeout(() => this.#drop(path), keepFor);
    this.#waiting.set(path, { proxy, timer });
    try {
      return (await proxy).mime;
    } catch (error) {
      this.#drop(path);
      throw error;
    }
  }

  /** A proxy that begins at `from` seconds; the caller closes it, or aborts the signal. */
  async open(path: string, from: number, signal: AbortSignal): Promise<Proxy> {
    const waiting = from === 0 ? this.#waiting.get(path) : undefined;
    if (!waiting) return this.#open(path, from, signal);
    clearTimeout(waiting.timer);
    this.#waiting.delete(path);
    const proxy = await waiting.proxy;
    signal.addEventListener('abort', () => proxy.close(), { once: true });
    if (signal.aborted) proxy.close();
    return proxy;
  }

  close(): void {
    this.#life.abort();
    for (const path of [...this.#waiting.keys()]) this.#drop(path);
  }

  #drop(path: string): void {
    const waiting = this.#waiting.get(path);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(path);
    waiting.proxy.then((proxy) => proxy.close(), () => undefined);
  }

  #open(path: string, from: number, signal: AbortSignal): Promise<Proxy> {
    this.names.add(path);
    return this.names.hiding(this.#make(path, from, signal));
  }

  async #make(path: string, from: number, signal: AbortSignal): Promise<Proxy> {
    const tools = await locateTools();
    const version = await fileVersion(path);
    let known = this.#videos.get(path);
    if (known?.version !== version) {
      const video = probeVideo(path, tools);
      known = { version, video };
      this.#videos.set(path, known);
      video.catch(() => this.#videos.delete(path));
    }
    return openProxy(await known.video, tools, { from: seconds(from), signal });
  }
}
