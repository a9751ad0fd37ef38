import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../models/networks/random.js';
import { WeightsError } from '../../../models/weights/error.js';
import { floatTensor, tensorTypes, toFloats, type Tensor, type TensorType } from '../../../models/weights/numbers.js';
import { readSafetensors, writeSafetensors } from '../../../models/weights/safetensors.js';

const text = new TextEncoder();

/** A file with this header, its length said rightly unless told otherwise. */
const fileOf = (header: string | Uint8Array, data = 0, length?: bigint): Uint8Array => {
  const json = typeof header === 'string' ? text.encode(header) : header;
  const file = new Uint8Array(8 + json.length + data);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  return file;
};

const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof WeightsError) return `${error.fault}: ${error.message}`;
    throw error;
  }
  return 'read';
};
const refusal = (header: string | Uint8Array, data = 0, length?: bigint): string => faultOf(() => readSafetensors(fileOf(header, data, length)));

const one = (fields: string): string => `{"a":{${fields}}}`;
const good = '"dtype":"F32","shape":[2],"data_offsets":[0,8]';

describe('a safetensors file', () => {
  const tensors = new Map<string, Tensor>([
    ['b', floatTensor([2, 1], Float32Array.of(1, -2))],
    ['a', floatTensor([3], Float32Array.of(1, 0.5, 65504), 'F16')],
    ['é"\\\n', floatTensor([1], Float32Array.of(-1), 'BF16')],
    ['counter', { type: 'I64', dims: [], bytes: new Uint8Array(new BigInt64Array([7n]).buffer) }],
    ['empty', floatTensor([0, 3], new Float32Array())],
    ['flags', { type: 'U8', dims: [2], bytes: Uint8Array.of(1, 255) }],
  ]);

  it('is written as the safetensors package writes it', () => {
    // Laid out by hand after the format; safetensors 0.8.0 writes the same for these tensors and {"format": "pt"}.
    const written = writeSafetensors(tensors, new Map([['format', 'pt']]));
    const header = '{"__metadata__":{"format":"pt"},"counter":{"dtype":"I64","shape":[],"data_offsets":[0,8]},'
      + '"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[16,16]},'
      + '"é\\"\\\\\\n":{"dtype":"BF16","shape":[1],"data_offsets":[16,18]},"a":{"dtype":"F16","shape":[3],"data_offsets":[18,24]},'
      + '"flags":{"dtype":"U8","shape":[2],"data_offsets":[24,26]}}';
    const padded = text.encode(header).length + (8 - text.encode(header).length % 8) % 8;
    expect(new DataView(written.buffer).getBigUint64(0, true)).toBe(BigInt(padded));
    expect(new TextDecoder().decode(written.subarray(8, 8 + padded)).trimEnd()).toBe(header);
    expect(Buffer.from(written.subarray(8 + padded)).toString('hex')).toBe('07000000000000000000803f000000c080bf003c0038ff7b01ff');
  });

  it('is read as it was written', () => {
    const { tensors: read, metadata } = readSafetensors(writeSafetensors(tensors, new Map([['format', 'pt'], ['__proto__', 'x']])));
    expect([...metadata]).toEqual([['format', 'pt'], ['__proto__', 'x']]);
    expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, tensor] of tensors) {
      expect(read.get(name)).toMatchObject({ type: tensor.type, dims: tensor.dims });
      expect([...read.get(name)!.bytes]).toEqual([...tensor.bytes]);
    }
    expect([...toFloats('a', read.get('a')!)]).toEqual([1, 0.5, 65504]);
    expect([...toFloats('counter', read.get('counter')!)]).toEqual([7]);
    expect(readSafetensors(writeSafetensors(new Map())).tensors.size).toBe(0);
  });

  it('may lie anywhere in memory and have a header of any length', () => {
    const file = fileOf(one(good), 8);
    new DataView(file.buffer).setFloat32(file.length - 8, 3, true);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect([...toFloats('a', readSafetensors(shifted.subarray(3)).tensors.get('a')!)]).toEqual([3, 0]);
  });

  it('gives the numbers of every plain type', () => {
    const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const kinds: readonly [TensorType, ArrayBufferView, readonly number[]][] = [
      ['F64', Float64Array.of(0.1, -1e300), [Math.fround(0.1), -Infinity]],
      ['F32', Float32Array.of(0.1, NaN), [Math.fround(0.1), NaN]],
      ['F16', Uint16Array.of(0x0001, 0x8400, 0x7c00, 0xfe00, 0x3555), [2 ** -24, -(2 ** -14), Infinity, NaN, 1365 / 4096]],
      ['BF16', Uint16Array.of(0x3f80, 0xc049, 0x7f80, 0x0001), [1, -3.140625, Infinity, 2 ** -133]],
      ['I64', BigInt64Array.of(-5n, 2n ** 40n), [-5, 2 ** 40]], ['U64', BigUint64Array.of(2n ** 64n - 1n), [2 ** 64]],
      ['I32', Int32Array.of(-7), [-7]], ['U32', Uint32Array.of(2 ** 32 - 1), [2 ** 32]], ['I16', Int16Array.of(-2), [-2]], ['U16', Uint16Array.of(65535), [65535]],
      ['I8', Int8Array.of(-128), [-128]], ['U8', Uint8Array.of(200), [200]],
    ];
    for (const [type, array, wanted] of kinds) {
      expect([...toFloats('x', { type, dims: [wanted.length], bytes: bytes(array) })]).toEqual(wanted);
    }
    for (const type of tensorTypes.filter((each) => !kinds.some(([known]) => known === each))) {
      expect(faultOf(() => toFloats('x', { type, dims: [1], bytes: new Uint8Array(8) }))).toBe(`bad-tensor: x holds ${type}, which cannot be read as numbers.`);
    }
  });

  it('rounds to nearest, ties to even', () => {
    const values = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520, -(2 ** -25), 2 ** -24 * 1.5, NaN);
    const halves = toFloats('x', floatTensor([6], values, 'F16'));
    expect([...halves]).toEqual([1, 1 + 2 ** -9, Infinity, -0, 2 ** -23, NaN]);
    const brain = toFloats('x', floatTensor([4], Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, NaN), 'BF16'));
    expect([...brain]).toEqual([1, 1 + 2 ** -6, Infinity, NaN]);
    // Every half goes there and back unchanged.
    const bits = Uint16Array.from({ length: 65536 }, (_, n) => n).filter((n) => (n & 0x7c00) !== 0x7c00 || (n & 0x3ff) === 0);
    for (const type of ['F16', 'BF16'] as const) {
      const all = type === 'F16' ? bits : Uint16Array.from({ length: 65536 }, (_, n) => n).filter((n) => (n & 0x7f80) !== 0x7f80 || (n & 0x7f) === 0);
      const floats = toFloats('x', { type, dims: [all.length], bytes: new Uint8Array(all.buffer) });
      expect(Buffer.compare(floatTensor([all.length], floats, type).bytes, new Uint8Array(all.buffer))).toBe(0);
    }
  });

  it('is not written from what contradicts itself', () => {
    expect(() => writeSafetensors(new Map([['a', { type: 'F32', dims: [2], bytes: new Uint8Array(4) }]]))).toThrow('a has 4 bytes; 2 of F32 take 8.');
    expect(() => writeSafetensors(new Map([['__metadata__', floatTensor([1], Float32Array.of(1))]]))).toThrow('cannot be called');
    expect(() => writeSafetensors(new Map([['\ud800', floatTensor([1], Float32Array.of(1))]]))).toThrow('half a character');
    expect(() => floatTensor([3], new Float32Array(2))).toThrow('There are 2 numbers; 3 are needed.');
  });
});

describe('a hostile safetensors file', () => {
  it('is refused with a sentence', () => {
    const refused: readonly [string, string][] = [
      [refusal('', 0), 'not-safetensors: The file has 8 bytes'],
      [refusal('[]', 0), 'not-safetensors: This is not a safetensors file'],
      [refusal('{}', 0, 2n ** 40n), 'too-large: The header is said to have 1099511627776 bytes'],
      [refusal('{}', 0, 2n ** 64n - 1n), 'too-large: The header is said to have 18446744073709552000 bytes'],
      [refusal('{}', 0, 100n), 'truncated: The header is said to have 100 bytes; 2 follow.'],
      [refusal('{}', 0, 1n), 'bad-header: The safetensors header is broken: A text is expected'],
      [refusal(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)), 'bad-header: The safetensors header is broken: it is not UTF-8.'],
      [refusal(`${one(good)}x`, 8), 'bad-header: The safetensors header is broken: more follows at character'],
      [refusal(`{"a":{${good}},"a":{${good}}}`, 8), 'bad-header: The safetensors header is broken: “a” comes twice in the header.'],
      [refusal(`{"a":{${good}},"\\u0061":{${good}}}`, 8), 'bad-header: The safetensors header is broken: “a” comes twice in the header.'],
      [refusal('{"__metadata__":{},"__metadata__":{}}'), 'bad-header: The safetensors header is broken: “__metadata__” comes twice'],
      [refusal('{"__metadata__":{"a":1}}'), 'bad-header: The safetensors header is broken: A text is expected'],
      [refusal(one(`${good},"dtype":"F32"`), 8), 'bad-header: The safetensors header is broken: “dtype” comes twice in a.'],
      [refusal(one(`${good},"constructor":1`), 8), 'bad-header: The safetensors header is broken: a has a field “constructor”'],
      [refusal(one('"dtype":"F32","shape":[2]'), 8), 'bad-header: The safetensors header is broken: a does not say'],
      [refusal(one('"dtype":"F32","shape":[2],"data_offsets":[8]'), 8), 'bad-header: The safetensors header is broken: a does not say'],
      [refusal(one('"dtype":"F32","shape":[2],"data_offsets":[0,8,9]'), 8), 'bad-header: The safetensors header is broken: more than 2 numbers'],
      [refusal(one('"dtype":"F32","shape":[-2],"data_offsets":[0,8]'), 8), 'bad-header: The safetensors header is broken: A whole number'],
      [refusal(one('"dtype":"F32","shape":[2.0],"data_offsets":[0,8]'), 8), 'bad-header: The safetensors header is broken: A whole number'],
      [refusal(one('"dtype":"F32","shape":[2e0],"data_offsets":[0,8]'), 8), 'bad-header: The safetensors header is broken: A whole number'],
      [refusal(one('"dtype":"F32","shape":[9999999999999999],"data_offsets":[0,8]'), 8), 'bad-header: The safetensors header is broken: the number'],
      [refusal(one(`"dtype":"F32","shape":[${'1,'.repeat(40)}1],"data_offsets":[0,8]`), 8), 'bad-header: The safetensors header is broken: more than 32'],
      [refusal(one('"dtype":"F32","shape":[4503599627370496,4503599627370496],"data_offsets":[0,8]'), 8), 'bad-tensor: a is too large'],
      [refusal(one('"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]')), 'bad-tensor: a is too large'],
      [refusal(one('"dtype":"float","shape":[2],"data_offsets":[0,8]'), 8), 'bad-tensor: a is of type “float”'],
      [refusal(one('"dtype":"toString","shape":[2],"data_offsets":[0,8]'), 8), 'bad-tensor: a is of type “toString”'],
      [refusal(one('"dtype":"F4","shape":[1],"data_offsets":[0,1]'), 1), 'bad-tensor: a has 1 bytes; 1 of F4 take 0.5.'],
      [refusal(one('"dtype":"F32","shape":[3],"data_offsets":[0,8]'), 8), 'bad-tensor: a has 8 bytes; 3 of F32 take 12.'],
      [refusal(one('"dtype":"F32","shape":[2],"data_offsets":[8,0]'), 8), 'bad-tensor: a has -8 bytes'],
      [refusal(one(good), 7), 'truncated: a ends at byte 8 of the data; the file holds 7.'],
      [refusal(one(good), 9), 'bad-tensor: 1 bytes at the end of the file belong to no tensor.'],
      [refusal(one('"dtype":"F32","shape":[2],"data_offsets":[4,12]'), 12), 'bad-tensor: 4 bytes before a belong to no tensor.'],
      [refusal(`{"a":{${good}},"b":{${good}}}`, 8), 'bad-tensor: b overlaps a in the file.'],
      [refusal(`{"a":{${good}},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), 'bad-tensor: b overlaps a in the file.'],
      [refusal('{'.repeat(100_000)), 'bad-header: The safetensors header is broken: A text is expected'],
      [refusal(`{"a":${'['.repeat(100_000)}`), 'bad-header: The safetensors header is broken: “{” is expected'],
      [refusal(`{"a${'\\u0000'.repeat(200)}":{}}`), 'bad-header: The safetensors header is broken: a????'],
      [refusal(`{${Array.from({ length: 20_001 }, (_, n) => `"${n}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`).join(',')}}`), 'too-large: The file holds more than 20000 tensors.'],
      [refusal(`{"${'a'.repeat(14e6)}":1}`), 'bad-header: The safetensors header is broken: “{” is expected'],
      [refusal(`{"${'\\'.repeat(1e6)}`), 'bad-header: The safetensors header is broken: A text is expected'],
      [refusal('{"\t":1}'), 'bad-header: The safetensors header is broken: A text is expected'],
      [refusal('{"\\x":1}'), 'bad-header: The safetensors header is broken: A text is expected'],
      [refusal(`{"${'"'.repeat(3)}":{}}`), 'bad-header: The safetensors header is broken: “:” is expected'],
    ];
    for (const [got, wanted] of refused) expect(got.slice(0, wanted.length)).toBe(wanted);
  });

  it('cannot reach prototypes by its names', () => {
    const entry = (from: number): string => `{"dtype":"U8","shape":[1],"data_offsets":[${from},${from + 1}]}`;
    const { tensors, metadata } = readSafetensors(fileOf(
      `{"__metadata__":{"__proto__":"x"},"__proto__":${entry(0)},"constructor":${entry(1)},"hasOwnProperty":${entry(2)}}`, 3));
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
    expect(metadata.get('__proto__')).toBe('x');
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
  });

  it('is refused as a pickle, with the way to convert it', () => {
    for (const head of ['504b0304140000080800', '8002636f7263680a4d4d', '80029a0a6cfc9c46f92068']) {
      const caught = ((): unknown => {
        try {
          return readSafetensors(Buffer.from(head.padEnd(60, '0'), 'hex'));
        } catch (error) {
          return error;
        }
      })();
      expect(caught).toMatchObject({ fault: 'pickle', message: expect.stringContaining('may run code') as string, hint: expect.stringContaining('save_file') as string });
    }
    // A header of 640 bytes begins with the byte of a pickle, and is none.
    const padded = one(good).padEnd(640, ' ');
    expect(readSafetensors(fileOf(padded, 8)).tensors.size).toBe(1);
  });

  it('is refused or read rightly, however it was damaged', () => {
    const whole = writeSafetensors(new Map(Array.from({ length: 12 }, (_, n) => [`layer${n}.weight`, floatTensor([n + 1, 3], new Float32Array(3 * (n + 1)).fill(n))])), new Map([['format', 'pt']]));
    const header = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const random = createRandom(5, 'damage');
    const below = (n: number): number => Math.floor(random() * n);
    const counts = { read: 0, refused: 0 };
    for (let n = 0; n < 300; n++) {
      let file = whole.slice();
      for (let times = 1 + below(3); times > 0; times--) {
        const at = below(random() < 0.8 ? header : file.length);
        switch (below(5)) {
          case 0: file[at] = below(256); break;
          case 1: file[at] = (file[at] ?? 0) ^ (1 << below(8)); break;
          case 2: file = file.slice(0, at); break;
          case 3: file = Uint8Array.of(...file.subarray(0, at), ...file.subarray(at + 1 + below(9))); break;
          default: file[at] = text.encode('{}[]":,0919\\')[below(12)] ?? 0;
        }
      }
      const answer = faultOf(() => {
        const { tensors } = readSafetensors(file);
        // What is read is whole: each tensor has the bytes its dimensions say, and none lies outside the file.
        for (const [name, tensor] of tensors) {
          const numbers = tensor.type === 'F32' ? toFloats(name, tensor).length * 4 : tensor.bytes.length;
          expect(numbers).toBe(tensor.bytes.length);
          expect(tensor.bytes.buffer).toBe(file.buffer);
        }
      });
      counts[answer === 'read' ? 'read' : 'refused']++;
      if (answer !== 'read') expect(answer).toMatch(/^[a-z-]+: [A-Z0-9“a-z].{10,400}$/s);
    }
    expect(counts.read + counts.refused).toBe(300);
    expect(counts.refused).toBeGreaterThan(150);
    expect(counts.read).toBeGreaterThan(10);
  });
});
