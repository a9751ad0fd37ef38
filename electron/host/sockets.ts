import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { decodeFrame, encodeFrame, errorData, UserError, type EventName, type Events } from '../engine/contract/contract.js';
import { EventLog } from './event-log.js';

/** What a page may send at once, and how many requests it may have waiting. */
const maxMessage = 1024 * 1024;
const maxWaiting = 256;
/** Bytes waiting for a page that does not read: above the first, figures are left out; above the second, it is let go. */
const slow = 8 * 1024 * 1024;
const stuck = 128 * 1024 * 1024;

const leftOutWhenSlow: ReadonlySet<EventName> = new Set(['stats', 'upload']);

const bytesOf = (data: RawData): Uint8Array => {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
};

/** The pages' WebSockets: requests in, answers and events out. */
export class Sockets {
  readonly #log = new EventLog();
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxMessage, perMessageDeflate: false, clientTracking: true });

  constructor(private readonly request: (name: unknown, args: unknown) => Promise<unknown>) {}

  /** Takes over a connection that has been checked; `after` is the last event the page knows, null if it is new. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, after: number | null): void {
    this.#server.handleUpgrade(request, socket, head, (page) => {
      this.#welcome(page);
      for (const frame of after === null ? [] : this.#log.after(after)) page.send(frame);
    });
  }

  emit<Name extends EventName>(event: Name, payload: Events[Name]): void {
    const passing = leftOutWhenSlow.has(event);
    const frame = encodeFrame({ event, payload, number: passing ? null : this.#log.next });
    if (!passing) this.#log.add(frame);
    for (const page of this.#server.clients) {
      if (page.bufferedAmount > stuck) page.terminate();
      else if (page.bufferedAmount <= slow || !passing) page.send(frame);
    }
  }

  close(): void {
    for (const page of this.#server.clients) page.close(1001);
    this.#server.close();
    // A page that does not answer the farewell must not keep the program open.
    for (const page of this.#server.clients) page.terminate();
  }

  #welcome(page: WebSocket): void {
    let waiting = 0;
    page.on('error', () => page.terminate());
    page.on('message', (data) => {
      const message = readMessage(data);
      if (message === null || waiting >= maxWaiting) {
        page.close(message === null ? 1002 : 1008, message === null ? 'not a request' : 'too many requests');
        return;
      }
      waiting += 1;
      void this.#answer(message).then((answer) => {
        waiting -= 1;
        if (page.bufferedAmount > stuck) page.terminate();
        else if (page.readyState === page.OPEN) page.send(encodeFrame(answer));
      });
    });
  }

  async #answer({ id, name, args }: Message): Promise<unknown> {
    try {
      return { id, ok: true, value: await this.request(name, args) };
    } catch (error) {
      return { id, ok: false, error: errorData(error instanceof Error ? error : new UserError('internal', String(error))) };
    }
  }
}

type Message = { readonly id: number; readonly name: unknown; readonly args: unknown };

const readMessage = (data: RawData): Message | null => {
  try {
    const message = decodeFrame(bytesOf(data));
    if (typeof message !== 'object' || message === null || !('id' in message) || !('name' in message)) return null;
    const { id, name } = message;
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) return null;
    return { id, name, args: 'args' in message ? message.args : undefined };
  } catch {
    return null;
  }
};
