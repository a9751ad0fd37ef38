import { protocol, type Session } from 'electron';
import type { Readable } from 'node:stream';
import { errorData } from '../engine/contract/contract.js';
import { textAnswer, type PageAnswer, type PageRequest } from '../host/answer.js';
import type { Host } from '../host/host.js';
import type { Pages } from '../host/pages.js';
import { contentSecurityPolicy, securityHeaders } from '../host/security-headers.js';
import { isOurs, scheme } from './origin.js';

/** Must run before the app is ready. */
export const registerScheme = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
};

/** `source` as a web stream that is read only as fast as the page takes it. */
const webStream = (source: Readable, ended: () => void): ReadableStream<Uint8Array> => {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await chunks.next();
          if (!done) {
            controller.enqueue(value);
            return;
          }
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        ended();
      },
      cancel: () => {
        source.destroy();
        ended();
      },
    },
    { highWaterMark: 0 },
  );
};

const toResponse = (answer: PageAnswer, ended: () => void): Response => {
  const headers = { ...securityHeaders, 'content-security-policy': contentSecurityPolicy(), ...answer.headers };
  if (!answer.body) ended();
  return new Response(answer.body ? webStream(answer.body, ended) : null, { status: answer.status, headers });
};

const pageRequest = (request: Request, signal: AbortSignal): PageRequest => {
  const { pathname, searchParams } = new URL(request.url);
  return { method: request.method, pathname, query: searchParams, header: (name) => request.headers.get(name), signal };
};

/** Serves the page, its videos and their proxies at app://vovision/. */
export const serveScheme = (session: Session, pages: Pages, host: Host): void => {
  session.protocol.handle(scheme, async (request) => {
    const controller = new AbortController();
    const ended = (): void => controller.abort();
    try {
      if (!isOurs(request.url)) return toResponse(textAnswer(404, 'There is nothing here.'), ended);
      const asked = pageRequest(request, controller.signal);
      return toResponse((await host.serve(asked)) ?? (await pages.serve(asked)), ended);
    } catch (error) {
      return toResponse(textAnswer(500, errorData(error).message), ended);
    }
  });
};
