/** The next number of a sequence, 0 <= x < 1. */
export type Random = () => number;

/**
 * A sequence that is the same on every machine, and another for every pair of `seed` and `name`:
 * sfc32 (PractRand, public domain), 128 bits of state.
 */
export const createRandom = (seed: number, name: string): Random => {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, hash(name), 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 15; n++) next();
  return next;
};

/** FNV-1a over UTF-16 units, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c_9dc5;
  for (let n = 0; n < text.length; n++) value = Math.imul(value ^ text.charCodeAt(n), 0x0100_0193);
  return value | 0;
};
