import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { PageAnswer, PageRequest } from './answer.js';

/** An HTTP request as the parts common to both hosts see it. */
export const pageRequest = (request: IncomingMessage, response: ServerResponse): PageRequest => {
  const address = request.url ?? '/';
  const question = address.indexOf('?');
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return {
    method: request.method ?? 'GET',
    pathname: question < 0 ? address : address.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : address.slice(question + 1)),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
    signal: controller.signal,
  };
};

/** Sends the answer, no faster than it is read; a body that breaks off breaks the connection off. */
export const sendAnswer = (response: ServerResponse, answer: PageAnswer, headers: Readonly<Record<string, string>>): void => {
  if (response.destroyed) {
    answer.body?.destroy();
    return;
  }
  response.writeHead(answer.status, { ...headers, ...answer.headers });
  if (answer.body) pipeline(answer.body, response, () => undefined);
  else response.end();
};
