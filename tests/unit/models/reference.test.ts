import { describe, expect, it } from 'vitest';
import { networkCost, type LayerCost } from '../../../models/cost/cost.js';
import type { Network } from '../../../models/networks/layers.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { parametersOf } from '../../../models/networks/weights.js';
import { fileCost } from '../../../models/cost/file-cost.js';
import { allNetworks, findNetwork, type NetworkEntry } from '../../../models/reference/catalogue.js';
import { ones } from '../../models/lively.js';

const square = (side: number) => ({ width: side, height: side });
const network = (id: string): NetworkEntry => findNetwork(id)!;

describe('as published', () => {
  // Parameters and multiply-adds at 224 with a classifier of 1000 classes, as their sources print them.
  it.each([
    // The documentation of torchvision's models: num_params, and GFLOPS, which are multiply-adds.
    ['resnet-50', 25_557_032, 1e9, 2, 4.09], ['resnet-101', 44_549_160, 1e9, 2, 7.8],
    ['densenet-121', 7_978_856, 1e9, 2, 2.83], ['densenet-161', 28_681_000, 1e9, 2, 7.73], ['densenet-201', 20_013_928, 1e9, 2, 4.29],
    ['mobilenet-v2', 3_504_872, 1e9, 1, 0.3],
    // Table 8 of arXiv 1704.04861 (569 million, 4.2 million), Table 3 of arXiv 1804.06882 (508 million, 2.8 million).
    ['mobilenet-v1', 4_231_976, 1e6, 0, 569], ['peleenet', 2_802_248, 1e6, 0, 508],
  ] as const)('%s', (id, parameters, unit, digits, multiplyAdds) => {
    const cost = networkCost(network(id).build(square(224), { classes: 1000 }));
    expect(cost.parameters).toBe(parameters);
    expect(Number((cost.multiplyAdds / unit).toFixed(digits))).toBe(multiplyAdds);
  });
});

describe('to the last unit', () => {
  // Without classifier: parameters; multiply-adds and memory access at 224, 300 and 320.
  it.each([
    ['resnet-50', 23508032, [4087136256, 7625620224, 8341094400], [45231296, 63204080, 67896512]],
    ['resnet-101', 42500160, [7799357440, 14462925568, 15917056000], [74407104, 100996848, 107726016]],
    ['densenet-121', 6953856, [2833137664, 4936657664, 5781913600], [28734400, 45034192, 51491008]],
    ['densenet-161', 26472000, [7725699072, 13328548992, 15766732800], [65568096, 94264992, 106488864]],
    ['densenet-201', 18092928, [4289445888, 7344024320, 8753971200], [49675456, 72471504, 82785472]],
    ['dsod-densenet-67', 2614752, [2487324672, 4494765824, 5076172800], [20695744, 35364864, 39548608]],
    ['peleenet', 2097248, [507053568, 874069632, 1034803200], [11530016, 18591312, 21357920]],
    ['mobilenet-v1', 3206976, [567716352, 1055206336, 1158604800], [13370816, 21708272, 23972288]],
    ['mobilenet-v2', 2223872, [299494272, 563125744, 611212800], [15633792, 26709296, 29626560]],
  ] as const)('%s', (id, parameters, multiplyAdds, memoryAccess) => {
    const costs = [224, 300, 320].map((side) => networkCost(network(id).build(square(side))));
    expect(costs.map((cost) => cost.parameters)).toEqual([parameters, parameters, parameters]);
    expect(costs.map((cost) => cost.multiplyAdds)).toEqual(multiplyAdds);
    expect(costs.map((cost) => cost.memoryAccess)).toEqual(memoryAccess);
  });
});

describe('DSOD', () => {
  const built = network('dsod-densenet-67').build(square(300));
  const sum = (layers: readonly LayerCost[], key: 'parameters' | 'multiplyAdds'): number => layers.reduce((total, layer) => total + layer[key], 0);
  const { layers } = networkCost(built);
  const own = layers.filter(({ module }) => !module.startsWith('dsod.'));

  it('is DenseNet-67, and two steps of DSOD', () => {
    expect(own.filter(({ kind }) => kind === 'conv')).toHaveLength(67);
    expect([sum(own, 'parameters'), sum(own, 'multiplyAdds')]).toEqual([1669408, 4342828800]);
  });

  it('makes up the detector that was published', () => {
    // DSOD300-smallest: 5.9 M parameters, 5.29 G multiply-adds. What is not in the backbone: three more steps
    // down, to 5, 3 and 2 cells a side, and two 3x3 convolutions on each of six levels.
    let [parameters, multiplyAdds] = [sum(layers, 'parameters'), sum(layers, 'multiplyAdds')];
    const conv = (k: number, ci: number, co: number, side: number, normalised: number): void => {
      parameters += k * k * ci * co + 2 * normalised;
      multiplyAdds += k * k * ci * co * side * side;
    };
    const levels: [channels: number, side: number][] = built.features.slice(1).map(({ shape }) => [shape.channels, shape.width]);
    let [channels, side] = [512, 10];
    for (const next of [5, 3, 2]) {
      conv(1, channels, 128, side, channels);
      conv(3, 128, 128, next, 128);
      conv(1, channels, 128, next, channels);
      [channels, side] = [256, next];
      levels.push([channels, side]);
    }
    const boxes = [4, 6, 6, 6, 4, 4];
    levels.forEach(([ci, s], n) => {
      for (const numbers of [4, 21]) conv(3, ci, numbers * boxes[n]!, s, numbers * boxes[n]!);
      parameters += ci;
    });
    expect(parameters / 1e6).toBeGreaterThan(5.8);
    expect(parameters / 1e6).toBeLessThan(5.95);
    expect(multiplyAdds / 1e9).toBeCloseTo(5.29, 1);
  });
});

describe('every network', () => {
  const at = (entry: NetworkEntry, side: number): readonly (readonly [number, number, number])[] =>
    entry.build({ width: side, height: side / 2 }).features.map(({ stride, shape }) => [stride, shape.width, shape.height]);

  it('gives features at strides 4 to 32, each name used once', () => {
    for (const entry of allNetworks) {
      expect(at(entry, 640)).toEqual([[4, 160, 80], [8, 80, 40], [16, 40, 20], [32, 20, 10]]);
      const { layers } = entry.build(square(64));
      expect(new Set(layers.map(({ name }) => name)).size).toBe(layers.length);
    }
  });

  it('runs in the order of its layers', () => {
    for (const entry of allNetworks) {
      const seen = new Set(['image']);
      for (const { name, inputs } of entry.build(square(64), { classes: 3 }).layers) {
        expect(inputs.every((input) => seen.has(input))).toBe(true);
        seen.add(name);
      }
    }
  });

  it('gives the scores of as many classes as are asked for', () => {
    for (const entry of allNetworks) {
      const [plain, built]: [Network, Network] = [entry.build(square(64)), entry.build(square(64), { classes: 7 })];
      const channels = plain.features[3]!.shape.channels;
      expect(built.features).toEqual([]);
      expect(built.layers[built.layers.length - 1]).toMatchObject({ name: built.classifier, to: { channels: 7, width: 1, height: 1 } });
      expect(networkCost(built).parameters).toBe(networkCost(plain).parameters + 7 * channels + 7);
      expect(networkCost(built).multiplyAdds).toBe(networkCost(plain).multiplyAdds + 7 * channels);
      expect(parametersOf(built)).toHaveLength(parametersOf(plain).length + 2);
    }
    expect(() => network('39').build(square(64), { classes: 0 })).toThrow('A classifier tells a whole number of classes apart; 0 were asked for.');
  });

  it('costs as a file what it costs as layers', () => {
    for (const entry of allNetworks.filter(({ id }) => !/-(57|99|101|161|201)$/.test(id))) {
      const built = entry.build({ width: 96, height: 64 }, { classes: 5 });
      const wanted = networkCost(built);
      const file = fileCost(toOnnx(built, ones(built), { input: 'numbers' }), new Map([['image', [1, 3, 64, 96]]]));
      expect(file.unknown).toEqual([]);
      const counted = file.layers.filter(({ operator }) => operator === 'Conv' || operator === 'Gemm');
      const multiplied = wanted.layers.filter(({ kind }) => kind !== 'norm');
      expect(counted.map(({ multiplyAdds }) => multiplyAdds)).toEqual(multiplied.map(({ multiplyAdds }) => multiplyAdds));
    }
  });

  it('says so where a picture is too small, or a stem is asked for that it has not', () => {
    expect(() => network('densenet-121').build(square(8))).toThrow('A picture of 8 x 8 is too small: nothing of it is left at stage3.transition.pool.');
    expect(() => network('resnet-50').build(square(64), { stem: 'paper' })).toThrow('ResNet-50 v1.5 has one stem only.');
  });

  it('is found in any writing', () => {
    for (const text of ['resnet-50', 'ResNet50', 'RESNET_50']) expect(findNetwork(text)?.id).toBe('resnet-50');
    expect(findNetwork('MobileNetV2')?.id).toBe('mobilenet-v2');
    expect(findNetwork('v2-39')?.family).toBe('vovnetv2');
    expect(findNetwork('39')?.family).toBe('vovnet');
    for (const text of ['', 'resnet', '50', '121']) expect(findNetwork(text)).toBeNull();
  });
});
