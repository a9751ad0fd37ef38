import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../models/networks/random.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { findVariant, variants } from '../../../models/networks/variants.js';
import { vovnet } from '../../../models/networks/vovnet.js';
import { parametersOf, seededWeights, sizeOf, weightFaults } from '../../../models/networks/weights.js';
import { networkCost } from '../../../models/cost/cost.js';
import { toHalves } from '../../../models/onnx/half.js';
import { makeTensor } from '../../../models/onnx/tensor.js';
import { halfToNumber, numberToHalf } from '../../../electron/engine/inference/tensors.js';

const slim = vovnet(findVariant('27-slim')!, { width: 64, height: 64 });

describe('seeded weights', () => {
  it('are as many as the cost counts, but for the running mean and variance', () => {
    for (const variant of variants) {
      const network = vovnet(variant, { width: 64, height: 64 });
      const learned = parametersOf(network).filter(({ role }) => role !== 'mean' && role !== 'variance');
      expect(learned.reduce((sum, { dims }) => sum + sizeOf(dims), 0)).toBe(networkCost(network).parameters);
    }
  });

  it('are the same for a seed, and others for another', () => {
    const [a, again, b] = [7, 7, 8].map((seed) => seededWeights(slim, seed).get('stem.conv1.weight')!);
    expect(again).toEqual(a);
    expect(a).not.toEqual(b);
    expect(seededWeights(slim, 2 ** 32 + 7).get('stem.conv1.weight')).not.toEqual(a);
    // Pinned: models built from a seed must stay what they were.
    expect([...seededWeights(slim, 1).get('stem.conv1.weight')!.subarray(0, 3)]).toEqual([-0.313693106174469,0.4447495639324188,-0.07707757502794266]);
  });

  it('have mean 0 and variance 2 by fan-in', () => {
    const weights = seededWeights(slim, 1);
    for (const { name, role, dims } of parametersOf(slim)) {
      if (role !== 'weight') continue;
      const values = weights.get(name)!;
      const [, ...reach] = dims;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      const wanted = 2 / sizeOf(reach);
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(wanted / values.length));
      expect(variance / wanted).toBeCloseTo(1, values.length > 10_000 ? 1 : 0);
    }
  });

  it('differ from layer to layer', () => {
    const random = ['a', 'b'].map((name) => createRandom(1, name));
    expect(random[0]!()).not.toBe(random[1]!());
  });
});

describe('weights that do not fit', () => {
  it('are all listed', () => {
    const weights = new Map(seededWeights(slim, 1));
    weights.delete('stem.conv2.weight');
    weights.set('stem.conv1.norm.mean', new Float32Array(3));
    weights.set('head.weight', new Float32Array(1));
    expect(weightFaults(slim, weights)).toEqual([
      'stem.conv1.norm.mean has 3 numbers; 64 are needed.', 'stem.conv2.weight is missing.', 'head.weight is not part of the network.',
    ]);
    expect(() => toOnnx(slim, weights)).toThrow('The weights do not fit VoVNet-27-slim: stem.conv1.norm.mean has');
  });
});

describe('half precision', () => {
  it('is the nearest for every half, halfway and beside', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const low = halfToNumber(bits);
      const high = bits === 0x7bff ? 65_536 : halfToNumber(bits + 1);
      const values = [low, (low + high) / 2, low + (high - low) * 0.499, low + (high - low) * 0.501, -low, -high].map(Math.fround);
      if (String([...toHalves(values)]) !== String(values.map(numberToHalf))) expect.fail(`${String(values)} is not rounded right`);
    }
  });
  it('keeps what is no number or without end', () => {
    expect([...toHalves([Infinity, -Infinity, 1e6, -0, NaN])]).toEqual([0x7c00, 0xfc00, 0x7c00, 0x8000, 0x7e00]);
  });
  it('goes into tensors little-endian', () => {
    expect([...makeTensor('x', 'float16', [2], [1, -2]).rawData]).toEqual([0, 0x3c, 0, 0xc0]);
    expect([...makeTensor('x', 'float32', [1], Float32Array.of(1)).rawData]).toEqual([0, 0, 0x80, 0x3f]);
    // A view into a larger array gives its own part only, and a copy.
    const all = Float32Array.of(5, 1, 6);
    const { rawData } = makeTensor('x', 'float32', [1], all.subarray(1, 2));
    all.fill(0);
    expect([...rawData]).toEqual([0, 0, 0x80, 0x3f]);
  });
});
