import type { DescMessage } from '@bufbuild/protobuf';
import { OnnxError } from './error.js';

/** How much a file may hold before it is decoded at all. */
export type WireLimits = {
  /** Messages within messages. */
  readonly depth: number;
  /** Messages in all: nodes, attributes, tensors, dimensions; and fields the format does not know, each kept as an object. */
  readonly messages: number;
  /**
   * Whole numbers and strings: each becomes a JavaScript value many times its size. Of what stays a plain
   * number when packed, eight floats and four int32 count as one.
   */
  readonly values: number;
};

/** Wire types of https://protobuf.dev/programming-guides/encoding/ */
const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

/**
 * Walks the bytes of a protobuf message without decoding it: finds where it is cut off, and
 * refuses one that would unfold into far more objects than its size suggests. Bytes fields such as
 * weights are stepped over, so a large file costs no more than a small one. Throws OnnxError.
 */
export const scanWire = (bytes: Uint8Array, schema: DescMessage, limits: WireLimits): void => {
  let messages = 0;
  let values = 0;
  let at = 0;

  const readVarint = (end: number): number => {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      if (at >= end) throw cut();
      const byte = bytes[at++] ?? 0;
      // Only lengths and tags matter here; both fit into 32 bits, longer ones merely overflow the check.
      value += (byte & 127) * 2 ** (7 * shift);
      if (byte < 128) return value;
    }
    throw new OnnxError('not-onnx', 'The file is no ONNX model: its bytes are no protobuf message.');
  };
  const cut = (): OnnxError => new OnnxError('truncated', 'The file is damaged or cut off: its parts are longer than the file.');

  const scan = (end: number, message: DescMessage, depth: number): void => {
    if (depth > limits.depth) throw new OnnxError('too-deep', `The model nests its parts more than ${limits.depth} deep.`);
    const addPart = (): void => {
      if (++messages > limits.messages) {
        throw new OnnxError('too-many-parts', `The model has more than ${limits.messages} parts (nodes, attributes, tensors).`);
      }
    };
    addPart();
    const fields = fieldsOf(message);
    while (at < end) {
      const tag = readVarint(end);
      const wireType = tag & 7;
      const field = fields.get(Math.floor(tag / 8));
      if (tag < 8) throw new OnnxError('not-onnx', 'The file is no ONNX model: its bytes are no protobuf message.');
      if (!field) addPart();
      values++;
      if (wireType === varint) readVarint(end);
      else if (wireType === fixed64) at += 8;
      else if (wireType === fixed32) at += 4;
      else if (wireType === delimited) {
        const length = readVarint(end);
        const stop = at + length;
        if (stop > end) throw cut();
        if (field?.message) scan(stop, field.message, depth + 1);
        else if (field?.packed) values += length * field.packed;
        at = stop;
      } else throw new OnnxError('not-onnx', 'The file is no ONNX model: its bytes are no protobuf message.');
      if (at > end) throw cut();
      if (values > limits.values) {
        throw new OnnxError('too-many-parts', `The model writes more than ${limits.values} numbers and names one by one.`);
      }
    }
  };
  scan(bytes.length, schema, 0);
};

/** `packed`: what a byte of a packed list counts, in values; 0 for all other fields. */
type Field = { readonly message: DescMessage | null; readonly packed: number };
const known = new Map<string, ReadonlyMap<number, Field>>();

const fieldsOf = (message: DescMessage): ReadonlyMap<number, Field> => {
  const seen = known.get(message.typeName);
  if (seen) return seen;
  const fields = new Map(message.fields.map((field): [number, Field] => [
    field.number,
    {
      message: field.message ?? null,
      // Any list of numbers may come packed, whether or not the schema asks for it.
      packed: field.fieldKind === 'list' && field.listKind === 'scalar' && !texts.has(field.scalar) ? (lighter[field.scalar] ?? 1) : 0,
    },
  ]));
  known.set(message.typeName, fields);
  return fields;
};

/**
 * Values a byte of a packed list counts, by protobuf scalar type: 1 double and 2 float have 8 and 4 bytes each and stay
 * plain numbers, as 5 int32 does, in which old tools wrote half-precision weights; int64 becomes an object each.
 */
const lighter: Readonly<Record<number, number>> = { 1: 1 / 64, 2: 1 / 32, 5: 1 / 4 };

/** Scalar types that are bytes themselves: string and bytes. */
const texts: ReadonlySet<number> = new Set([9, 12]);
