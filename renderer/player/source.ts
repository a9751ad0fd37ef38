import type { PageBridge, UserError, VideoInfo } from '../../electron/engine/contract/contract.js';
import { ProxySource } from './proxySource.js';

/** How a video is being played; the proxy's clock is ours, the file's own may be ahead of it. */
export type PlayingSource = { readonly kind: 'direct' | 'proxy'; close(): void };

/**
 * Gives a `<video>` something to play.
 * @param refused true if Chromium could not play the file itself
 * @param from where to begin, our clock; matters to the proxy only
 * @param signal ends the opening; once it has spoken the element is left alone. Rejects with its reason
 */
export const openSource = async (
  bridge: Pick<PageBridge, 'request'>, video: HTMLVideoElement, info: VideoInfo, refused: boolean, from: number,
  onError: (error: UserError) => void, signal: AbortSignal,
): Promise<PlayingSource> => {
  const playback = await bridge.request('video.playback', { video: info.token, refused });
  signal.throwIfAborted();
  if (playback.kind === 'direct') {
    video.src = playback.url;
    return { kind: 'direct', close: () => undefined };
  }
  const proxy = new ProxySource(video, playback.url, playback.mime, info.duration, onError);
  const close = (): void => proxy.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await proxy.open(from);
  } catch (error) {
    close();
    throw error;
  }
  return { kind: 'proxy', close };
};
