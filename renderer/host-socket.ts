import {
  decodeFrame, encodeFrame, errorFromData, UserError,
  type ErrorData, type EventName, type Events,
} from '../electron/engine/contract/contract.js';

type Pending = { resolve(value: unknown): void; reject(error: Error): void };
type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorData };
/** Events that must not be missed have a number; the host repeats those after a given one. */
type Message = Answer | { readonly event: EventName; readonly payload: never; readonly number: number | null };
type Listener = (payload: never) => void;

/** Milliseconds between tries to reach the host again; the last is repeated. */
const waits = [100, 300, 1_000, 2_000] as const;
/** Tries in a row after which the user is told that the host is gone. */
const patience = 5;

const lost = (): UserError =>
  new UserError('internal', 'The connection to VoVision was lost.', 'Start VoVision again if it was closed; this page finds it by itself.');

/** A WebSocket to the host that comes back by itself. Requests made while it is away wait for it. */
export class HostSocket {
  #socket: WebSocket | null = null;
  #open: Promise<WebSocket>;
  #settle: Pending | null = null;
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #failures = 0;
  #wasOpen = false;
  #lastEvent: number | null = null;
  readonly #listeners = new Map<EventName, Set<Listener>>();

  constructor(private readonly address: string) {
    this.#open = this.#await();
    this.#connect();
  }

  async request(name: string, args: unknown): Promise<unknown> {
    const socket = await this.#open;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      socket.send(encodeFrame({ id, name, args }));
    });
  }

  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set<Listener>();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  #await(): Promise<WebSocket> {
    const open = new Promise<WebSocket>((resolve, reject) => (this.#settle = { resolve: resolve, reject }));
    open.catch(() => undefined);
    return open;
  }

  #connect(): void {
    const socket = new WebSocket(this.#lastEvent === null ? this.address : `${this.address}?after=${this.#lastEvent}`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => this.#opened(socket));
    socket.addEventListener('message', ({ data }) => this.#heard(data));
    socket.addEventListener('close', () => this.#closed(socket));
  }

  #opened(socket: WebSocket): void {
    this.#failures = 0;
    this.#settle?.resolve(socket);
    if (this.#wasOpen) this.#tell('engine', { state: 'ready', reason: null });
    this.#wasOpen = true;
  }

  #heard(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return;
    const message = decodeFrame(new Uint8Array(data)) as Message;
    if ('event' in message) {
      this.#lastEvent = message.number ?? this.#lastEvent;
      this.#tell(message.event, message.payload);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.ok) pending?.resolve(message.value);
    else pending?.reject(errorFromData(message.error));
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    const first = this.#failures === 0;
    this.#failures += 1;
    const pending = this.#pending;
    this.#pending = new Map();
    for (const request of pending.values()) request.reject(lost());
    if (first) {
      this.#open = this.#await();
      if (this.#wasOpen) this.#tell('engine', { state: 'restarting', reason: lost().message });
    }
    if (this.#failures === patience) {
      this.#settle?.reject(lost());
      this.#open = this.#await();
      this.#tell('engine', { state: 'gone', reason: `${lost().message} It comes back by itself once VoVision runs.` });
    }
    setTimeout(() => this.#connect(), waits[Math.min(this.#failures, waits.length) - 1] ?? 2_000);
  }

  #tell<Name extends EventName>(name: Name, payload: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(payload as never);
  }
}
