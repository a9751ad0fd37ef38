import { StringDecoder } from 'node:string_decoder';

/** Longest line kept; what is longer is cut. */
const maxLine = 8192;

/** Cuts a stream of chunks into lines; '\r' ends a line as well. */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '').slice(0, maxLine);
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    if (this.#rest) this.#onLine(this.#rest);
    this.#rest = '';
  }
}
