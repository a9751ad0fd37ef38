import type { HeadTensor } from './tensors.js';

/** Largest difference from the CPU's numbers, as a share of their range, that a provider may have. */
export const tolerance = 0.02;

/**
 * How far `other` is from `reference`: the largest difference of any number, as a share of the
 * reference tensor's largest magnitude (at least 1). Infinite where shapes differ or a number is none.
 * Graphs that end in a suppression may order equal boxes differently: `ordered` false compares the
 * sorted numbers.
 */
export const difference = (
  reference: Readonly<Record<string, HeadTensor>>, other: Readonly<Record<string, HeadTensor>>, ordered: boolean,
): number => {
  let worst = 0;
  for (const [role, expected] of Object.entries(reference)) {
    const found = other[role];
    if (found?.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
    const a = ordered ? expected.data : Float32Array.from(expected.data).sort();
    const b = ordered ? found.data : Float32Array.from(found.data).sort();
    let scale = 1;
    let apart = 0;
    for (let n = 0; n < a.length; n++) {
      const value = a[n] ?? 0;
      scale = Math.max(scale, Math.abs(value));
      apart = Math.max(apart, Math.abs(value - (b[n] ?? 0)));
      if (!Number.isFinite(b[n])) return Number.POSITIVE_INFINITY;
    }
    worst = Math.max(worst, apart / scale);
  }
  return worst;
};
