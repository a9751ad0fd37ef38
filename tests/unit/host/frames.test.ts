import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../electron/engine/contract/contract.js';

const frame = (head: unknown, rest: Uint8Array = new Uint8Array(0)): Uint8Array => {
  const text = new TextEncoder().encode(typeof head === 'string' ? head : JSON.stringify(head));
  const start = Math.ceil((4 + text.length) / 8) * 8;
  const bytes = new Uint8Array(start + rest.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(rest, start);
  return bytes;
};

describe('a message as bytes', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['text beyond Latin', { a: ['ä', '🎬', '\u0000'] }],
    ['arrays of every kind', {
      u8: Uint8Array.from([1, 2, 3]), i32: Int32Array.from([-1, 2 ** 31 - 1]), u32: Uint32Array.from([2 ** 32 - 1]),
      f32: Float32Array.from([0.5, Number.NaN]), f64: Float64Array.from([Math.PI, -0, Infinity]), big: BigInt64Array.from([-(2n ** 63n)]),
    }],
    ['empty arrays', { a: new Float64Array(0), b: [new Uint8Array(0)] }],
    ['an array alone', Float32Array.from([1, 2])],
    ['what looks like a place for an array', { parts: [{ at: ['message'], type: 'Uint8Array', bytes: 1 }], value: { message: 1 } }],
  ])('%s comes back as it was', (_, message) => {
    expect(decodeFrame(encodeFrame(message))).toEqual(message);
    // A Node Buffer may begin anywhere in its memory.
    const odd = new Uint8Array(encodeFrame(message).length + 3);
    odd.set(encodeFrame(message), 3);
    expect(decodeFrame(odd.subarray(3))).toEqual(message);
  });

  it('sends a view without what surrounds it', () => {
    const whole = Float32Array.from([1, 2, 3, 4]);
    expect(decodeFrame(encodeFrame(whole.subarray(1, 3)))).toEqual(Float32Array.from([2, 3]));
  });

  it('refuses every message that is cut off, without hanging or crashing', () => {
    const bytes = encodeFrame({ a: Float64Array.from([1, 2, 3]), b: 'text', c: Uint8Array.from([1]) });
    for (let length = 0; length < bytes.length - 7; length++) expect(() => decodeFrame(bytes.subarray(0, length))).toThrow(RangeError);
  });

  it('takes any flipped bit for a message or refuses it, and nothing else', () => {
    const bytes = encodeFrame({ a: Float64Array.from([1, 2, 3]), b: 'text' });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        decodeFrame(flipped);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });

  it.each<[string, unknown]>([
    ['a place in the prototype', { value: { message: {} }, parts: [{ at: ['message', '__proto__', 'polluted'], type: 'Uint8Array', bytes: 1 }] }],
    ['a place by constructor', { value: { message: {} }, parts: [{ at: ['constructor', 'prototype'], type: 'Uint8Array', bytes: 1 }] }],
    ['a place that is not there', { value: { message: {} }, parts: [{ at: ['message', 'a'], type: 'Uint8Array', bytes: 1 }] }],
    ['no place', { value: { message: {} }, parts: [{ at: [], type: 'Uint8Array', bytes: 1 }] }],
    ['an array of no kind', { value: { message: null }, parts: [{ at: ['message'], type: 'toString', bytes: 1 }] }],
    ['a negative length', { value: { message: null }, parts: [{ at: ['message'], type: 'Uint8Array', bytes: -1 }] }],
    ['half a number', { value: { message: null }, parts: [{ at: ['message'], type: 'Int32Array', bytes: 3 }] }],
    ['more than there is', { value: { message: null }, parts: [{ at: ['message'], type: 'Uint8Array', bytes: 1e9 }] }],
    ['parts without end', { value: { message: null }, parts: Array.from({ length: 5000 }, () => ({ at: ['message'], type: 'Uint8Array', bytes: 0 })) }],
    ['no content', { value: {}, parts: [] }],
    ['no parts', { value: { message: 1 } }],
    ['a list', []],
    ['bytes that are no UTF-8', '\udc00'],
  ])('%s is refused', (_, head) => {
    expect(() => decodeFrame(frame(head, Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])))).toThrow(RangeError);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('does not send what it cannot', () => {
    const deep: unknown[] = [];
    let at = deep;
    for (let k = 0; k < 40; k++) at.push((at = []));
    expect(() => encodeFrame(deep)).toThrow(RangeError);
    expect(() => encodeFrame(new DataView(new ArrayBuffer(1)))).toThrow(RangeError);
  });
});
