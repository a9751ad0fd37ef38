/** Below a number, whole. */
export type Below = (limit: number) => number;

const flipBits = (bytes: Uint8Array, below: Below): Uint8Array => {
  const damaged = Uint8Array.from(bytes);
  for (let n = 0; n <= below(32); n++) damaged[place(bytes, below)]! ^= 1 << below(8);
  return damaged;
};

const cutOff = (bytes: Uint8Array, below: Below): Uint8Array => bytes.slice(0, below(bytes.length));

/** A piece of the file, or of another, put over or between what is there. */
const splice = (bytes: Uint8Array, below: Below, other: Uint8Array): Uint8Array => {
  const from = below(2) === 0 ? bytes : other;
  const start = place(from, below);
  const piece = from.subarray(start, start + below(4096));
  const at = place(bytes, below);
  const rest = bytes.subarray(below(2) === 0 ? at : Math.min(bytes.length, at + piece.length));
  const damaged = new Uint8Array(at + piece.length + rest.length);
  damaged.set(bytes.subarray(0, at));
  damaged.set(piece, at);
  damaged.set(rest, at + piece.length);
  return damaged;
};

/** Where a length or number may be, one that is as large as any: up to 2^70 - 1. */
const inflate = (bytes: Uint8Array, below: Below): Uint8Array => {
  const damaged = Uint8Array.from(bytes);
  const at = place(bytes, below);
  const length = 1 + below(9);
  damaged.fill(0xff, at, at + length);
  if (at + length < damaged.length) damaged[at + length] = below(128);
  return damaged;
};

/** Parts that hold many parts: the same few bytes, again and again. */
const repeat = (bytes: Uint8Array, below: Below): Uint8Array => {
  const at = place(bytes, below);
  const piece = bytes.subarray(at, at + 1 + below(8));
  const damaged = new Uint8Array(bytes.length + 500_000);
  damaged.set(bytes.subarray(0, at));
  for (let n = at; n < at + 500_000; n += piece.length) damaged.set(piece.subarray(0, Math.min(piece.length, damaged.length - n)), n);
  damaged.set(bytes.subarray(at), at + 500_000);
  return damaged;
};

/** Mostly among the nodes, which stand before the weights, and else anywhere. */
const place = (bytes: Uint8Array, below: Below): number => below(below(4) === 0 ? bytes.length : Math.min(bytes.length, 40_000));

export const damages = { flipBits, cutOff, splice, inflate, repeat } as const;
