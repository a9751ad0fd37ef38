import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { networkCost } from '../../../models/cost/cost.js';
import { ratioCases, ratioConvolutions, ratioNetwork, ratioPairs } from '../../../models/experiments/channel-ratio.js';
import { blockCases, blockConvs, copiedElements, denseNetwork, growthFor, oneShotNetwork } from '../../../models/experiments/dense-or-one-shot.js';
import {
  paperSplit, slimNetwork, splitCases, splitForms, splitNetwork, splitUnits, withBottlenecks,
} from '../../../models/experiments/split-convolution.js';
import { convolutions, type Network } from '../../../models/networks/layers.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { writeModel } from '../../../models/onnx/write.js';
import { ratioFinding } from '../../../electron/engine/lab/experiments/channel-ratio.js';
import { blockFinding } from '../../../electron/engine/lab/experiments/dense-or-one-shot.js';
import { noiseOf, ratioOf } from '../../../electron/engine/lab/experiments/rounds.js';
import { splitFinding } from '../../../electron/engine/lab/experiments/split-convolution.js';
import { experimentTable } from '../../../electron/engine/lab/experiments/table.js';
import { experiments, milliseconds } from '../../../electron/engine/contract/contract.js';

/** Whether onnxruntime takes the network, and what it gives has the shape the network says. */
const runs = async (network: Network): Promise<void> => {
  const { channels, height, width } = network.input;
  const bytes = writeModel(toOnnx(network, seededWeights(network, 1), { input: 'numbers', batch: 1 }));
  const session = await InferenceSession.create(Buffer.from(bytes), { intraOpNumThreads: 1 });
  try {
    const image = new Tensor('float32', new Float32Array(channels * height * width).fill(0.5), [1, channels, height, width]);
    const outputs = await session.run({ image });
    for (const { stride, shape } of network.features) {
      expect(outputs[`stride${stride}`]!.dims).toEqual([1, shape.channels, shape.height, shape.width]);
    }
  } finally {
    await session.release();
  }
};

describe('channels in a ratio', () => {
  it('are multiples of 16 near their ratio, with multiply-adds within 1 % of balanced ones', () => {
    expect(ratioPairs.map(({ ratio }) => ratio)).toEqual([1, 2, 4, 6, 9, 12]);
    for (const { ratio, few, many } of ratioPairs) {
      expect([few % 16, many % 16]).toEqual([0, 0]);
      expect(Math.abs(many / few / ratio - 1)).toBeLessThan(0.04);
      expect(Math.abs((few * many) / (384 * 384) - 1)).toBeLessThan(0.01);
    }
  });

  it.each(ratioCases)('access the memory of Eq. 1: $kernel x $kernel at $size', ({ kernel, size }) => {
    for (const pair of ratioPairs) {
      const cost = networkCost(ratioNetwork({ kernel, size }, pair));
      const eq1 = size ** 2 * (pair.few + pair.many) + kernel ** 2 * pair.few * pair.many;
      const work = kernel ** 2 * size ** 2 * pair.few * pair.many;
      expect(cost.memoryAccess).toBe(ratioConvolutions * eq1);
      expect(cost.multiplyAdds).toBe(ratioConvolutions * work);
      // The paper's bound: 2·sqrt(h·w·B ÷ k²) + B ÷ (h·w).
      const bound = 2 * Math.sqrt((size ** 2 * work) / kernel ** 2) + work / size ** 2;
      expect(cost.memoryAccessRatio).toBeCloseTo(eq1 / bound, 10);
    }
  });

  it('run', () => runs(ratioNetwork({ kernel: 3, size: 14 }, ratioPairs[5]!)));
});

describe('a convolution split', () => {
  it.each(splitCases)('costs what the formulas say: $channels at $size', (one) => {
    const { size, channels: c } = one;
    const work = Object.fromEntries(splitForms.map((form) => [form, networkCost(splitNetwork(form, one)).multiplyAdds / splitUnits / size ** 2]));
    expect(work).toEqual({ whole: 9 * c * c, bottleneck: c * (c / 2) + 9 * (c / 2) * c, depthwise: 9 * c + c * c });
  });

  it('takes off VoVNet-27-slim what Table 3 says: 1.0 G multiply-adds and 1.1 M parameters', () => {
    const [whole, split] = paperSplit;
    const before = networkCost(slimNetwork({ width: 300, height: 300 }, 'paper'));
    const after = networkCost(withBottlenecks(slimNetwork({ width: 300, height: 300 }, 'paper')));
    expect((before.multiplyAdds / 1e9).toFixed(2)).toBe('5.10');
    expect(((before.multiplyAdds - after.multiplyAdds) / 1e9).toFixed(1)).toBe(((whole.multiplyAdds - split.multiplyAdds) / 1e9).toFixed(1));
    expect(((before.parameters - after.parameters) / 1e6).toFixed(1)).toBe(((whole.parameters - split.parameters) / 1e6).toFixed(1));
    expect((networkCost(slimNetwork({ width: 300, height: 300 }, 'released')).multiplyAdds / 1e9).toFixed(2)).toBe('3.85');
  });

  it('squeezes before each 3x3 convolution of the modules and nowhere else', async () => {
    const network = withBottlenecks(slimNetwork({ width: 64, height: 64 }, 'released'));
    const layers = convolutions(network);
    const squeezes = layers.filter(({ name }) => name.endsWith('.squeeze'));
    expect(squeezes).toHaveLength(20);
    for (const { name, to, kernel } of squeezes) {
      const next = layers.find((layer) => layer.inputs[0] === name)!;
      expect([kernel, next.kernel, next.to.channels]).toEqual([1, 3, to.channels * 2]);
    }
    await runs(network);
  });
});

describe('a dense block and a one-shot module', () => {
  it.each(blockCases)('do as many multiply-adds at $size', (block) => {
    const [one, dense] = [networkCost(oneShotNetwork(block)), networkCost(denseNetwork(block))];
    expect(Math.abs(dense.multiplyAdds / one.multiplyAdds - 1)).toBeLessThan(0.01);
    expect(growthFor(block) % 16).toBe(0);
    const { size, input, conv, out } = block;
    const eq1 = (kernel: number, from: number, to: number): number => size ** 2 * (from + to) + kernel ** 2 * from * to;
    const g = growthFor(block);
    const sum = (term: (n: number) => number): number => Array.from({ length: blockConvs }, (_, n) => term(n)).reduce((a, b) => a + b, 0);
    expect(one.memoryAccess).toBe(sum((n) => eq1(3, n === 0 ? input : conv, conv)) + eq1(1, input + blockConvs * conv, out));
    expect(dense.memoryAccess).toBe(sum((n) => eq1(3, input + n * g, g)) + eq1(1, input + blockConvs * g, out));
    expect(copiedElements(oneShotNetwork(block))).toBe(size ** 2 * (input + blockConvs * conv));
    expect(copiedElements(denseNetwork(block))).toBe(size ** 2 * sum((n) => input + (n + 1) * g));
  });

  it('solve for the growth exactly', () => {
    // 9·(2·i·g + g²) + (i + 2g)·o = 9·(i·c + c²) + (i + 2c)·o, with i = 8, o = 4, c = 20: the root is 17.03.
    expect(growthFor({ input: 8, conv: 20, out: 4 }, 2)).toBe(17);
    // One convolution is the same in both.
    expect(growthFor({ input: 64, conv: 48, out: 96 }, 1)).toBe(48);
  });

  it('run', async () => {
    await runs(denseNetwork(blockCases[3]!));
    await runs(oneShotNetwork(blockCases[3]!));
  });
});

describe('what is said about times', () => {
  const timing = (...rounds: number[]) => ({ rounds: rounds.map(milliseconds) });
  it('compares within a round, so that a slower machine meets both', () => {
    expect(ratioOf(timing(10, 100, 30), timing(5, 50, 10))).toBe(2);
    expect(noiseOf([{ time: 10, low: 9, high: 11 }, { time: 10, low: 5, high: 25 }, { time: 10, low: 10, high: 10 }])).toBeCloseTo(0.1);
  });

  const ratioRows = (slowdowns: readonly number[]) => slowdowns.flatMap((slowdown, n) => [
    { convolution: `c${n}`, ratio: '1:1', accessRatio: 1, slowdown: 1 }, { convolution: `c${n}`, ratio: '1:12', accessRatio: 1.8, slowdown },
  ]);
  it('agrees with the paper on channels only where the times do', () => {
    expect(ratioFinding(ratioRows([1.5, 1.2]), 0.01)).toContain('as the paper says');
    expect(ratioFinding(ratioRows([1.5, 1.01]), 0.01)).toContain('in 1 of 2 cases');
    expect(ratioFinding(ratioRows([1.02, 0.7]), 0.01)).toContain('does not hold here');
    expect(ratioFinding(ratioRows([1.2, 1.2]), 0.3)).toContain('does not hold here. The machine was busy: rounds of the same graph differ by 30 %');
    expect(ratioFinding([], 0)).toBe('Nothing was measured.');
  });

  const splitRows = (network: number) => [
    { what: '128 channels', kind: 'whole' as const, time: 1, each: 1, multiplyAdds: 9 },
    { what: '128 channels', kind: 'bottleneck' as const, time: 1, each: 1.8, multiplyAdds: 5 },
    { what: '128 channels', kind: 'depthwise' as const, time: 1, each: 4, multiplyAdds: 1 },
    { what: 'VoVNet-27-slim', kind: 'whole' as const, time: 1, each: 1, multiplyAdds: 1 },
    { what: 'VoVNet-27-slim', kind: 'bottleneck' as const, time: network, each: network / 0.8, multiplyAdds: 0.8 },
  ];
  it('agrees with Table 3 only where splitting is slower', () => {
    expect(splitFinding(splitRows(1.2), 0.02)).toMatch(/1\.8 times.*4\.0 times.*20 % fewer.*1\.2 times.*slower here too/);
    expect(splitFinding(splitRows(0.95), 0.02)).toContain('saves less time here than work');
    expect(splitFinding(splitRows(0.8), 0.02)).toContain('does not hold on this machine');
  });

  const blockRows = (ratios: readonly number[]) => ratios.flatMap((timeRatio, n) => [
    { where: `${n}`, form: 'one-shot aggregation', memoryAccess: 10, copied: 1, peak: 4, timeRatio: 1 },
    { where: `${n}`, form: 'dense block', memoryAccess: 11, copied: 2, peak: 2, timeRatio },
  ]);
  it('agrees with the paper on dense blocks only where they are slower', () => {
    expect(blockFinding(blockRows([1.2, 1.3]), 0.02)).toMatch(/10 % more memory.*2\.0 times as much.*0\.50 times the activations.*at every size/);
    expect(blockFinding(blockRows([1.2, 0.9]), 0.02)).toContain('at 1 of 2 sizes');
    expect(blockFinding(blockRows([0.9]), 0.02)).toContain('does not hold on this machine');
  });
});

it('there is one experiment for each of the paper\'s arguments', () => {
  expect(Object.keys(experimentTable)).toEqual([...experiments]);
});
