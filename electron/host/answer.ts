import { Readable } from 'node:stream';

/** A request as both hosts see it: HTTP in the browser host, the app:// protocol on the desktop. */
export type PageRequest = {
  readonly method: string;
  /** Decoded by nobody yet: exactly as it stands in the address. */
  readonly pathname: string;
  readonly query: URLSearchParams;
  /** A request header by its lower-case name. */
  header(name: string): string | null;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
};

export type PageAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | null;
};

export const textAnswer = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): PageAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: Readable.from([Buffer.from(text)]),
});
