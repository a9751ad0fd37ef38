/**
 * Messages as one block of bytes, for channels that carry nothing else (a WebSocket): JSON, with every
 * typed array beside it. Layout, little-endian:
 *
 *   u32 length of the head | head: JSON {value, parts} | zeros to a multiple of 8 | part | zeros to 8 | part …
 *
 * `parts` tells where in `value` each array belongs, so nothing a sender writes into the JSON can be
 * mistaken for one. Decoding takes bytes from anybody: it throws a RangeError for whatever is not a frame.
 */
const arrays = { Uint8Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array } as const;
type ArrayName = keyof typeof arrays;
type AnyArray = InstanceType<(typeof arrays)[ArrayName]>;
type Part = { readonly at: readonly string[]; readonly type: ArrayName; readonly bytes: number };

const align = 8;
const padded = (bytes: number): number => Math.ceil(bytes / align) * align;
const maxDepth = 16;
const maxParts = 4096;

const nameOf = (value: ArrayBufferView): ArrayName => {
  // A Node Buffer is a Uint8Array and arrives as one.
  const name = (Object.keys(arrays) as ArrayName[]).find((key) => value instanceof arrays[key]);
  if (name === undefined) throw new RangeError(`${value.constructor.name} cannot be sent.`);
  return name;
};

/** Copies `value` with every typed array taken out and listed. */
const takeApart = (value: unknown, at: readonly string[], found: { part: Part; data: ArrayBufferView }[]): unknown => {
  if (at.length > maxDepth) throw new RangeError('The message is nested too deeply.');
  if (ArrayBuffer.isView(value)) {
    found.push({ part: { at, type: nameOf(value), bytes: value.byteLength }, data: value });
    return null;
  }
  if (Array.isArray(value)) return value.map((item, k) => takeApart(item, [...at, String(k)], found));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, takeApart(item, [...at, key], found)]));
  }
  return value;
};

/** `message` (plain data and typed arrays) as bytes. */
export const encodeFrame = (message: unknown): Uint8Array<ArrayBuffer> => {
  const found: { part: Part; data: ArrayBufferView }[] = [];
  const value = takeApart({ message }, [], found);
  const head = new TextEncoder().encode(JSON.stringify({ value, parts: found.map(({ part }) => part) }));
  const start = padded(4 + head.length);
  const frame = new Uint8Array(found.reduce((sum, { part }) => sum + padded(part.bytes), start));
  new DataView(frame.buffer).setUint32(0, head.length, true);
  frame.set(head, 4);
  let offset = start;
  for (const { data } of found) {
    frame.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += padded(data.byteLength);
  }
  return frame;
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isPart = (value: unknown): value is Part =>
  isRecord(value) &&
  Array.isArray(value['at']) && value['at'].length > 0 && value['at'].every((key) => typeof key === 'string') &&
  typeof value['type'] === 'string' && Object.hasOwn(arrays, value['type']) &&
  Number.isSafeInteger(value['bytes']) && (value['bytes'] as number) >= 0;

const put = (root: unknown, at: readonly string[], data: AnyArray): void => {
  let place = root;
  for (const [depth, key] of at.entries()) {
    if (!isRecord(place) || !Object.hasOwn(place, key)) throw new RangeError('A part of the message has no place in it.');
    if (depth < at.length - 1) place = place[key];
    else place[key] = data;
  }
};

/** What `encodeFrame` was given. The arrays may be views of `bytes`. */
export const decodeFrame = (bytes: Uint8Array): unknown => {
  if (bytes.byteLength < 4) throw new RangeError('The message is cut off.');
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (4 + length > bytes.byteLength) throw new RangeError('The message is cut off.');
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length)));
  } catch (cause) {
    throw new RangeError('The message is not valid JSON.', { cause });
  }
  if (!isRecord(head) || !isRecord(head['value']) || !Object.hasOwn(head['value'], 'message') || !Array.isArray(head['parts'])) {
    throw new RangeError('The message has no content.');
  }
  if (head['parts'].length > maxParts) throw new RangeError('The message has too many parts.');
  let offset = padded(4 + length);
  for (const part of head['parts'] as unknown[]) {
    if (!isPart(part) || offset + part.bytes > bytes.byteLength) throw new RangeError('A part of the message is not whole.');
    const Type = arrays[part.type];
    const size = Type.BYTES_PER_ELEMENT;
    if (part.bytes % size !== 0) throw new RangeError('A part of the message is not whole.');
    const at = bytes.byteOffset + offset;
    // Blocks that begin at an odd address (a Node Buffer may) have to be copied to be read as wider numbers.
    const data = at % size === 0
      ? new Type(bytes.buffer as ArrayBuffer, at, part.bytes / size)
      : new Type(bytes.slice(offset, offset + part.bytes).buffer, 0, part.bytes / size);
    put(head['value'], part.at, data);
    offset += padded(part.bytes);
  }
  return head['value']['message'];
};
