/** Bytes and number of events that are kept for a page whose connection dropped. */
const maxBytes = 32 * 1024 * 1024;
const maxEvents = 4096;

type Entry = { readonly number: number; readonly frame: Uint8Array };

/** The last events, numbered from 1, so that a page that was away for a moment gets what it missed. */
export class EventLog {
  #entries: Entry[] = [];
  #bytes = 0;
  #last = 0;

  /** Number for the next event. */
  get next(): number {
    return this.#last + 1;
  }

  add(frame: Uint8Array): void {
    this.#last += 1;
    this.#entries.push({ number: this.#last, frame });
    this.#bytes += frame.byteLength;
    while (this.#bytes > maxBytes || this.#entries.length > maxEvents) {
      this.#bytes -= this.#entries.shift()?.frame.byteLength ?? 0;
    }
  }

  /** What came after event `number`, as far as it is still known. */
  after(number: number): readonly Uint8Array[] {
    return this.#entries.filter((entry) => entry.number > number).map(({ frame }) => frame);
  }
}
