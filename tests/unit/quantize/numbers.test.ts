import { describe, expect, it } from 'vitest';
import { chooseRange, Histogram } from '../../../models/quantize/histogram.js';
import { roundEven } from '../../../models/quantize/numbers.js';
import { scaleOf, throughByte } from '../../../models/quantize/scale.js';
import { bytesOfWeights, integersOfBiases } from '../../../models/quantize/weights.js';
import { createRandom } from '../../../models/networks/random.js';

const counted = (...values: readonly (readonly number[])[]): Histogram => {
  const histogram = new Histogram();
  for (const each of values) histogram.add(Float32Array.from(each));
  return histogram;
};

const copyOf = (histogram: Histogram): Histogram => {
  const copy = new Histogram();
  copy.merge(histogram);
  return copy;
};

describe('rounding', () => {
  it('takes halves to the even number on both sides of zero', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, -0.51].map(roundEven)).toEqual([0, 2, 2, -0, -2, -2, 0, -1]);
  });
});

describe('a scale', () => {
  it('fills the bytes with a range, and holds zero exactly', () => {
    for (const [low, high] of [[0, 6], [-1, 1], [-0.1, 12.7], [-300, 0.5], [2, 3], [-3, -2]] as const) {
      const scale = scaleOf({ low, high });
      expect(throughByte(0, scale)).toBe(0);
      expect(Math.abs(throughByte(high, scale) - high)).toBeLessThanOrEqual(scale.scale);
      expect(Math.abs(throughByte(low, scale) - low)).toBeLessThanOrEqual(scale.scale);
      expect(scale.scale).toBeCloseTo((Math.max(0, high) - Math.min(0, low)) / 255, 6);
    }
  });

  it('starts at the byte 0 where nothing is below zero, so that holding to bytes is a Relu', () => {
    const scale = scaleOf({ low: 0.3, high: 5.1 });
    expect(scale.zeroPoint).toBe(0);
    expect(throughByte(-4, scale)).toBe(0);
    expect(throughByte(99, scale)).toBeCloseTo(5.1, 5);
  });

  it('is sound where nothing was seen, where all is zero, and for numbers that are none', () => {
    expect(scaleOf({ low: 0, high: 0 })).toEqual({ scale: 1, zeroPoint: 0 });
    expect(scaleOf({ low: Number.NEGATIVE_INFINITY, high: Number.NaN })).toEqual({ scale: 1, zeroPoint: 0 });
    expect(scaleOf({ low: 0, high: 1e-30 }).scale).toBeGreaterThan(1e-10);
  });
});

describe('a histogram', () => {
  it('counts the same in one go, in parts and merged, whatever came first', () => {
    const random = createRandom(3, 'values');
    const values = Array.from({ length: 3000 }, (_, n) => (random() - 0.3) * 10 ** (n % 5));
    const whole = counted(values);
    const parts = counted(values.slice(0, 7), values.slice(7));
    const merged = counted(values.slice(2000));
    merged.merge(counted(values.slice(0, 2000)));
    for (const other of [parts, merged]) {
      expect(other.width).toBe(whole.width);
      expect(other.range).toEqual(whole.range);
      expect([...other.counts]).toEqual([...whole.counts]);
      expect(other.total).toBe(3000);
    }
  });

  it('puts every value into the bin it belongs to, at the edges too', () => {
    const histogram = counted([-1, -0.5, 0, 0.5, 1, 1023]);
    const at = (value: number): number => histogram.counts[Math.floor(value / histogram.width) + 1024] ?? 0;
    expect(histogram.width).toBe(1);
    expect([-1, 0, 1, 1023].map(at)).toEqual([2, 2, 1, 1]);
  });

  it('leaves out what is no number, and merges with nothing', () => {
    const histogram = counted([Number.NaN, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY]);
    expect(histogram.range).toEqual({ low: 2, high: 2 });
    expect(histogram.total).toBe(1);
    histogram.merge(new Histogram());
    expect(histogram.total).toBe(1);
    expect(counted([]).range).toEqual({ low: 0, high: 0 });
  });
});

describe('a range', () => {
  const random = createRandom(1, 'bell');
  const bell = Array.from({ length: 20_000 }, () => Array.from({ length: 12 }, random).reduce((sum, each) => sum + each, -6));

  it('is all that was seen, where that is asked for', () => {
    expect(chooseRange(counted([-2, 0, 7]), 'min-max')).toEqual({ low: -2, high: 7 });
  });

  it('leaves a single far value out, where that errs less', () => {
    const often = counted(bell);
    for (let n = 0; n < 6; n++) often.merge(copyOf(often));
    often.add(Float32Array.of(40));
    for (const method of ['error', 'percentile'] as const) {
      const { high } = chooseRange(often, method);
      expect(high).toBeLessThan(16);
      expect(high).toBeGreaterThan(3);
    }
  });

  it('keeps even values whole', () => {
    expect(chooseRange(counted(Array.from({ length: 1000 }, (_, n) => n / 100)), 'error').high).toBeCloseTo(9.99, 1);
  });

  it('is nothing where nothing was seen', () => {
    for (const method of ['min-max', 'percentile', 'error'] as const) expect(chooseRange(new Histogram(), method)).toEqual({ low: 0, high: 0 });
  });
});

describe('weights as bytes', () => {
  const dims = [6, 8, 3, 3];
  const random = createRandom(9, 'weights');
  const weights = Float32Array.from({ length: 6 * 72 }, (_, n) => (random() - 0.5) * 10 ** (Math.floor(n / 72) - 3));

  it('have a scale for each output channel and err by half of it at most', () => {
    const { values, scales } = bytesOfWeights(weights, dims, null, 1);
    expect(scales).toHaveLength(6);
    weights.forEach((weight, n) => {
      const scale = scales[Math.floor(n / 72)]!;
      expect(Math.abs(values[n]! * scale - weight)).toBeLessThanOrEqual(scale * 0.5001);
    });
    // A channel of weights a thousand times smaller has its own, a thousand times finer.
    expect(scales[3]! / scales[0]!).toBeGreaterThan(300);
  });

  it('never overflow 16 bits in pairs, as processors without VNNI add them', () => {
    const all = Float32Array.from({ length: 2 * 5 * 9 }, (_, n) => (n % 7 === 0 ? -1 : 1) * (0.9 + 0.1 * Math.sin(n)));
    for (const [given, shape] of [[weights, dims], [all, [2, 5, 3, 3]], [Float32Array.from([1, 1, 1, -1, -1, -1]), [2, 3, 1, 1]]] as const) {
      const { values } = bytesOfWeights(given, shape, null, 1);
      const [channels = 0, inputs = 0, height = 0, width = 0] = shape;
      for (let channel = 0; channel < channels; channel++) {
        const row: number[] = [];
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let c = 0; c < inputs; c++) row.push(values[((channel * inputs + c) * height + y) * width + x]!);
        for (let n = 0; n < row.length; n += 2) {
          const pair = [row[n]!, row[n + 1] ?? 0];
          const up = pair.reduce((sum, each) => sum + Math.max(0, each) * 255, 0);
          const down = pair.reduce((sum, each) => sum + Math.min(0, each) * 255, 0);
          expect(up).toBeLessThanOrEqual(32_767);
          expect(down).toBeGreaterThanOrEqual(-32_768);
        }
      }
    }
  });

  it('use all of a byte where neighbours allow it', () => {
    const { values } = bytesOfWeights(Float32Array.from([1, 0, -1, 0]), [2, 2, 1, 1], null, 1);
    expect([...values]).toEqual([127, 0, -127, 0]);
  });

  it('are sound for channels of zeros and for biases that dwarf them', () => {
    const biases = Float32Array.from([1e6, 0]);
    const { values, scales } = bytesOfWeights(Float32Array.from([1e-9, 0, 0, 0]), [2, 2, 1, 1], biases, 1e-4);
    expect([...values.subarray(2)]).toEqual([0, 0]);
    expect(scales[1]).toBe(1);
    const integers = integersOfBiases(biases, 1e-4, scales);
    expect(Math.abs(integers[0]! * 1e-4 * scales[0]! - 1e6) / 1e6).toBeLessThan(1e-5);
    expect(integersOfBiases(Float32Array.from([1e30, -1e30]), 1, Float32Array.from([1, 1]))).toEqual(Int32Array.from([2 ** 31 - 1, -(2 ** 31)]));
  });
});
