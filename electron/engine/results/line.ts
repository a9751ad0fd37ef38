/** Reads one frame's line: a byte parser for the form that is written here, JSON.parse for any other. */
import { z } from 'zod';
import { detectionStride } from '../contract/contract.js';
import { boxFault, limits } from './format.js';

/** A frame as read; `boxes` is valid until the next line. */
export type ParsedFrame = { index: number; time: number; boxes: Float32Array };

const digit0 = 0x30;
const minus = 0x2d;
const dot = 0x2e;
const comma = 0x2c;
const open = 0x5b;
const close = 0x5d;
const powers = Float64Array.from({ length: 23 }, (_, k) => 10 ** k);
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const beforeIndex = bytesOf('{"i":');
const beforeTime = bytesOf(',"t":');
const beforeBoxes = bytesOf(',"d":[');
const afterBoxes = bytesOf(']}');

/** Parses lines one after the other into the same scratch memory. */
export class LineParser {
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  #end = 0;
  #failed = false;
  #scratch = new Float64Array(64 * detectionStride);
  #boxes = new Float32Array(64 * detectionStride);

  /** `classes`: how many classes the manifest names. */
  constructor(readonly classes: number) {}

  /**
   * Reads the line `bytes[from .. to)`, without its line break. A string says what is wrong with it.
   */
  parse(bytes: Uint8Array, from: number, to: number): ParsedFrame | string {
    const quick = this.#quick(bytes, from, to);
    const read = quick ?? this.#thorough(bytes, from, to);
    return typeof read === 'string' ? read : this.#check(read.index, read.time, read.length);
  }

  #quick(bytes: Uint8Array, from: number, to: number): { index: number; time: number; length: number } | null {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.#failed = false;
    this.#expect(beforeIndex);
    const index = this.#number();
    this.#expect(beforeTime);
    const time = this.#number();
    this.#expect(beforeBoxes);
    let length = 0;
    if (this.#bytes[this.#at] === open) {
      for (;;) {
        length = this.#box(length);
        if (this.#broken() || this.#bytes[this.#at] !== comma) break;
        this.#at++;
      }
    }
    this.#expect(afterBoxes);
    return this.#broken() || this.#at !== to ? null : { index, time, length };
  }

  #box(length: number): number {
    if (length + detectionStride > this.#scratch.length) this.#grow();
    for (let k = 0; k < detectionStride; k++) {
      this.#byte(k === 0 ? open : comma);
      this.#scratch[length + k] = this.#number();
    }
    this.#byte(close);
    if (length >= limits.boxesPerFrame * detectionStride) this.#failed = true;
    return length + detectionStride;
  }

  #broken(): boolean {
    return this.#failed;
  }

  #grow(): void {
    const grown = new Float64Array(this.#scratch.length * 2);
    grown.set(this.#scratch);
    this.#scratch = grown;
    this.#boxes = new Float32Array(grown.length);
  }

  #byte(value: number): void {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== value) this.#failed = true;
    this.#at++;
  }

  #expect(text: Uint8Array): void {
    for (const value of text) this.#byte(value);
  }

  /** A number of at most 15 digits without exponent: exact, as mantissa and power of ten both are. */
  #number(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    const negative = bytes[at] === minus;
    if (negative) at++;
    const first = at;
    let mantissa = 0;
    let point = -1;
    for (; at < this.#end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === dot && point < 0) {
        point = at;
        continue;
      }
      const digit = byte - digit0;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    const digits = at - first - (point < 0 ? 0 : 1);
    const leadingZero = bytes[first] === digit0 && at > first + 1 && point !== first + 1;
    if (digits === 0 || digits > 15 || point === first || point === at - 1 || leadingZero) this.#failed = true;
    this.#at = at;
    const value = point < 0 ? mantissa : mantissa / (powers[at - point - 1] ?? Number.NaN);
    return negative ? -value : value;
  }

  #thorough(bytes: Uint8Array, from: number, to: number): { index: number; time: number; length: number } | string {
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8'));
    } catch {
      return 'it is not a JSON object';
    }
    const frame = lineSchema.safeParse(json);
    if (!frame.success) {
      const issue = frame.error.issues[0];
      return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`;
    }
    const { i: index, t: time, d: boxes } = frame.data;
    while (boxes.length * detectionStride > this.#scratch.length) this.#grow();
    boxes.forEach((box, k) => this.#scratch.set(box, k * detectionStride));
    return { index, time, length: boxes.length * detectionStride };
  }

  #check(index: number, time: number, length: number): ParsedFrame | string {
    if (!(Number.isInteger(index) && index >= 0 && index < limits.frames)) {
      return `frame numbers lie between 0 and ${limits.frames - 1}, not at ${index}`;
    }
    if (!(time >= 0 && time <= limits.time)) return `a time of ${time} seconds cannot be`;
    const s = this.#scratch;
    for (let at = 0; at < length; at += detectionStride) {
      const fault = boxFault(
        s[at] ?? NaN, s[at + 1] ?? NaN, s[at + 2] ?? NaN, s[at + 3] ?? NaN, s[at + 4] ?? NaN, s[at + 5] ?? NaN, this.classes,
      );
      if (fault !== null) return fault;
    }
    const boxes = this.#boxes.subarray(0, length);
    boxes.set(s.subarray(0, length));
    return { index, time, boxes };
  }
}

const lineSchema = z.object({
  i: z.number(),
  t: z.number(),
  d: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])).max(limits.boxesPerFrame),
});
