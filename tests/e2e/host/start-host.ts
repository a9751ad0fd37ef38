import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../../electron/engine/contract/contract.js';
import type { FromEngine } from '../../../electron/engine/wire.js';
import { startBrowserHost } from '../../../electron/host/browser.js';
import type { EngineChannel } from '../../../electron/host/engine-channel.js';

/** Starts small-engine.cjs in place of the engine. */
export const smallEngine = (): EngineChannel => {
  const child = fork(join(import.meta.dirname, 'small-engine.cjs'), [], { serialization: 'advanced', execArgv: [] });
  return {
    pid: child.pid,
    send: (message) => void child.send(message, () => undefined),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
    onExit: (listener) => void child.once('exit', (code, signal) => listener(signal ?? `exit code ${code ?? '?'}`)),
    kill: (signal) => void child.kill(signal),
  };
};

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

type Asked = { method?: string; headers?: Record<string, string>; body?: Buffer };

export type TestHost = {
  readonly url: string;
  readonly origin: string;
  readonly folder: string;
  readonly cookie: string;
  readonly tickets: () => string;
  /** A request with cookie, unless told otherwise. `path` goes out exactly as written. */
  ask(path: string, options?: Asked): Promise<Reply>;
  /** A request exactly as written: nothing is added. */
  raw(path: string, options?: Asked): Promise<Reply>;
  connect(headers?: Record<string, string>, query?: string): Promise<Page>;
  close(): Promise<void>;
};

/** A page's end of the socket. */
export class Page {
  #next = 1;
  readonly events: { event: string; payload: unknown; number: number | null }[] = [];
  readonly #waiting = new Map<number, (answer: { ok: boolean; value?: unknown; error?: { kind: string; message: string } }) => void>();

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const message = decodeFrame(data as Buffer) as { event: string; payload: unknown; number: number | null } | { id: number; ok: boolean };
      if ('event' in message) this.events.push(message);
      else this.#waiting.get(message.id)?.(message);
    });
  }

  settle(name: unknown, args: unknown): Promise<{ ok: boolean; value?: unknown; error?: { kind: string; message: string } }> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(encodeFrame({ id, name, args }));
    });
  }

  async request<T>(name: string, args: unknown): Promise<T> {
    const answer = await this.settle(name, args);
    if (!answer.ok) throw new Error(answer.error?.message);
    return answer.value as T;
  }

  async event(name: string, fits: (payload: never) => boolean = () => true): Promise<unknown> {
    for (let tries = 0; tries < 400; tries++) {
      const found = this.events.find(({ event, payload }) => event === name && fits(payload as never));
      if (found) return found.payload;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`no event ${name}; there were ${this.events.map(({ event }) => event).join(', ') || 'none'}`);
  }
}

const ask = (origin: string, path: string, { method = 'GET', headers = {}, body }: Asked): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(origin);
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, setHost: headers['host'] === undefined }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });

export const temporaryFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'host-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

export const startHost = async (options: { open?: string[]; maxUpload?: number; dataFolder?: string } = {}): Promise<TestHost> => {
  const { path: folder, remove } = temporaryFolder();
  const pageFolder = join(folder, 'page');
  mkdirSync(join(pageFolder, 'assets'), { recursive: true });
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>VoVision</title>');
  writeFileSync(join(pageFolder, 'assets', 'a-1234.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  const host = await startBrowserHost({
    open: options.open ?? [],
    dataFolder: options.dataFolder ?? join(folder, 'data'),
    pageFolder,
    startEngine: smallEngine,
    ...(options.maxUpload !== undefined && { maxUpload: options.maxUpload }),
  });
  const { origin, search } = new URL(host.url);
  const signIn = await ask(origin, `/${search}`, {});
  const cookie = signIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return {
    url: host.url,
    origin,
    folder,
    cookie,
    tickets: host.ticket,
    ask: (path, asked = {}) => ask(origin, path, { ...asked, headers: { cookie, ...asked.headers } }),
    raw: (path, asked = {}) => ask(origin, path, asked),
    connect: (headers, query = '') =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket${query}`, { headers: { cookie, origin, ...headers } });
        const page = new Page(socket);
        socket.once('open', () => resolve(page));
        socket.once('error', reject);
      }),
    close: async () => {
      await host.close();
      remove();
    },
  };
};
