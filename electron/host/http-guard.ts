import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Any web site can make its visitor's browser send requests to 127.0.0.1, and by DNS rebinding even
 * read the answers. So beside the cookie every request must name us as its host, and must not come
 * from another origin.
 */
export type Guard = {
  /** `host:port` spellings under which the page is reached. */
  readonly hosts: ReadonlySet<string>;
  readonly cookie: { readonly name: string; readonly value: string };
};

export const sameSecret = (a: string, b: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

const cookieOf = (request: IncomingMessage, name: string): string | null => {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
};

/** Why the request did not come from our page or the user's address bar; null if it may have. */
export const foreign = (guard: Guard, request: IncomingMessage): string | null => {
  const { host, origin } = request.headers;
  if (host === undefined || !guard.hosts.has(host)) return 'This address is not served here.';
  if (origin !== undefined && origin !== `http://${host}`) return 'Requests from other sites are refused.';
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'Requests from other sites are refused.';
  return null;
};

/** As `foreign`, for requests that change something or open a socket: those always carry an Origin. */
export const foreignWrite = (guard: Guard, request: IncomingMessage): string | null =>
  request.headers.origin === undefined ? 'Requests without an origin are refused.' : foreign(guard, request);

export const signedIn = (guard: Guard, request: IncomingMessage): boolean => {
  const value = cookieOf(request, guard.cookie.name);
  return value !== null && sameSecret(value, guard.cookie.value);
};
