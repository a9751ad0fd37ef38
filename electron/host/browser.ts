import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { errorData, UserError, type EventName, type Events } from '../engine/contract/contract.js';
import { textAnswer, type PageAnswer } from './answer.js';
import { forkEngine, type StartEngine } from './engine-channel.js';
import { Host } from './host.js';
import { foreign, foreignWrite, sameSecret, signedIn, type Guard } from './http-guard.js';
import { pageRequest, sendAnswer } from './http.js';
import { Pages } from './pages.js';
import { defaultDataFolder, programFolders } from './program.js';
import { contentSecurityPolicy, securityHeaders } from './security-headers.js';
import { Sockets } from './sockets.js';
import { answerUpload } from './upload-request.js';
import { Uploads } from './uploads.js';
import { newToken } from './vault.js';

export type BrowserHostOptions = {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Paths of videos to open at once. */
  readonly open: readonly string[];
  readonly dataFolder?: string;
  /** Largest file taken in from a page, in bytes. */
  readonly maxUpload?: number;
  readonly startEngine?: StartEngine;
  /** The built page; the program's own unless told otherwise. */
  readonly pageFolder?: string;
};

export type BrowserHost = {
  /** Signs in whoever opens it, as often as it is opened. */
  readonly url: string;
  /** An address that signs in once: for a command line, which other users of the machine can read. */
  readonly ticket: () => string;
  close(): Promise<void>;
};

export { defaultDataFolder };

/** VoVision in an ordinary browser: page, media and requests over loopback HTTP, for this user only. */
class BrowserServer {
  readonly #sockets = new Sockets((name, args) => this.#host.request(name, args));
  readonly #pages: Pages;
  readonly #token = newToken();
  readonly #tickets = new Set<string>();
  #address = '';
  #dataFolder = defaultDataFolder();
  readonly #server: Server = createServer(
    // A large video takes longer to arrive than the five minutes that a request is given else.
    { requestTimeout: 0 },
    (request, response) => void this.#handle(request, response),
  );
  #host!: Host;
  #guard!: Guard;
  #headers: Readonly<Record<string, string>> = securityHeaders;

  constructor(
    private readonly uploads: Uploads,
    pageFolder: string,
  ) {
    this.#pages = new Pages(pageFolder);
  }

  async start(options: BrowserHostOptions): Promise<string> {
    if (options.dataFolder !== undefined) this.#dataFolder = options.dataFolder;
    await new Promise<void>((done, fail) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => fail(portError(error, options.port)));
      this.#server.listen(options.port ?? 0, '127.0.0.1', done);
    });
    const { port } = this.#server.address() as AddressInfo;
    const host = `127.0.0.1:${port}`;
    // Cookies do not know ports: the name keeps two hosts on one machine apart.
    this.#guard = { hosts: new Set([host, `localhost:${port}`]), cookie: { name: `vovision-${port}`, value: newToken() } };
    this.#headers = { ...securityHeaders, 'content-security-policy': contentSecurityPolicy({ socket: `ws://${host} ws://localhost:${port}` }) };
    this.#host = await Host.start({
      platform: {
        kind: 'browser',
        // The page asks with the browser's own dialog and uploads what was chosen.
        chooseVideos: () => Promise.resolve([]),
        chooseModel: () => Promise.resolve(null),
        chooseOutput: ({ name }) => this.uploads.place(name),
        // The page fetches /export/<job> itself.
        reveal: () => Promise.resolve(),
      },
      startEngine: options.startEngine ?? forkEngine,
      dataFolder: this.#dataFolder,
      emit: (name, payload) => this.emit(name, payload),
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
    void this.#host.announce(options.open.map((path) => resolve(path)));
    this.#address = `http://${host}/`;
    return `${this.#address}?token=${this.#token}`;
  }

  ticket(): string {
    const ticket = newToken();
    this.#tickets.add(ticket);
    return `${this.#address}?token=${ticket}`;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#host.close()]);
    this.uploads.close();
  }

  emit<Name extends EventName>(name: Name, payload: Events[Name]): void {
    this.#sockets.emit(name, payload);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A connection that breaks is nobody's error.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      sendAnswer(response, await this.#answer(request, response), this.#headers);
    } catch (error) {
      sendAnswer(response, textAnswer(500, errorData(error).message), this.#headers);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<PageAnswer> {
    const refusal = foreign(this.#guard, request);
    if (refusal !== null) return textAnswer(403, refusal);
    const asked = pageRequest(request, response);
    const token = asked.query.get('token');
    if (asked.pathname === '/' && token !== null) return this.#signIn(token);
    if (!signedIn(this.#guard, request)) {
      return textAnswer(401, 'Open the address that VoVision printed when it started: it carries the key to this page.');
    }
    if (asked.pathname === '/upload') {
      const from = foreignWrite(this.#guard, request);
      if (from !== null) return textAnswer(403, from);
      return answerUpload({ host: this.#host, uploads: this.uploads, dataFolder: this.#dataFolder, emit: (name, payload) => this.emit(name, payload) }, request, asked);
    }
    return (await this.#host.serve(asked)) ?? this.#pages.serve(asked);
  }

  #signIn(token: string): PageAnswer {
    if (!sameSecret(token, this.#token) && !this.#tickets.delete(token)) return textAnswer(403, 'This address is from an earlier start of VoVision.');
    const { name, value } = this.#guard.cookie;
    return textAnswer(303, '', { location: '/', 'set-cookie': `${name}=${value}; HttpOnly; SameSite=Strict; Path=/` });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const address = /^\/socket(?:\?after=(\d{1,15}))?$/.exec(request.url ?? '');
    if (!address || foreignWrite(this.#guard, request) !== null || !signedIn(this.#guard, request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    this.#sockets.accept(request, socket, head, address[1] === undefined ? null : Number(address[1]));
  }
}

const portError = (error: NodeJS.ErrnoException, port: number | undefined): Error => {
  if (error.code === 'EADDRINUSE') {
    return new UserError('missing', `Port ${port ?? 0} is in use.`, 'Choose another, or leave it out for any free one.', { cause: error });
  }
  if (error.code === 'EACCES') return new UserError('missing', `Port ${port ?? 0} may not be used.`, 'Choose one above 1023.', { cause: error });
  return error;
};

/** Starts the page and the engine for a browser on this machine; `url` signs in whoever opens it. */
export const startBrowserHost = async (options: BrowserHostOptions): Promise<BrowserHost> => {
  const uploads = await Uploads.create(options.maxUpload ?? 64 * 2 ** 30);
  const atExit = (): void => uploads.close();
  process.once('exit', atExit);
  try {
    const server = new BrowserServer(uploads, options.pageFolder ?? programFolders.page);
    const url = await server.start(options);
    return {
      url,
      ticket: () => server.ticket(),
      close: async () => {
        await server.close();
        process.off('exit', atExit);
      },
    };
  } catch (error) {
    uploads.close();
    process.off('exit', atExit);
    throw error;
  }
};
