/** Buffers of one size, used again and again so that decoding does not feed the garbage collector. */
export class BufferPool {
  readonly #size: number;
  readonly #limit: number;
  #free: Uint8Array<ArrayBuffer>[] = [];

  /** @param limit how many unused buffers are kept */
  constructor(size: number, limit: number) {
    this.#size = size;
    this.#limit = limit;
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(this.#size);
  }

  /** Takes a buffer back; one of another size, or transferred away, is let go. */
  give(buffer: ArrayBuffer | Uint8Array<ArrayBuffer>): void {
    const bytes = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : buffer;
    if (bytes.byteLength !== this.#size || bytes.buffer.byteLength !== this.#size) return;
    if (this.#free.length < this.#limit) this.#free.push(bytes);
  }

  clear(): void {
    this.#free = [];
  }
}
