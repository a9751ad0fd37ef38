import type { ErrorData } from './errors.js';
import type { EventName } from './protocol.js';

/** An answer as data: an error that crosses from preload to page would lose everything but its message. */
export type Settled = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorData };

/** What the desktop shell's preload puts on the page's window: three functions, nothing of Electron. */
export type DesktopBridge = {
  request(name: string, args: unknown): Promise<Settled>;
  on(name: EventName, listener: (payload: unknown) => void): () => void;
  drop(files: readonly File[]): Promise<Settled>;
};
