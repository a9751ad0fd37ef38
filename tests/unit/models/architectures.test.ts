import { describe, expect, it } from 'vitest';
import { networkCost } from '../../../models/cost/cost.js';
import { convolutions, type Conv } from '../../../models/networks/layers.js';
import { findVariant, stems, variants, type Stem, type Variant } from '../../../models/networks/variants.js';
import { vovnet } from '../../../models/networks/vovnet.js';

const square = (side: number) => ({ width: side, height: side });
const variant = (id: string): Variant => findVariant(id)!;
const costOf = (id: string, side: number, stem?: Stem) => networkCost(vovnet(variant(id), square(side), stem));
const inUnits = (value: number, unit: number, digits: number): number => Number((value / unit).toFixed(digits));

describe('V1 as published', () => {
  // Parameters in millions; multiply-adds in thousand millions at 224 and 300; memory access in millions of elements at 300.
  it.each([
    ['27-slim', 'paper', 3.01, 2.87, 5.1, 22.3],
    ['27-slim', 'released', 3.01, 2.18, 3.85, 20.1],
    ['39', 'paper', 21.58, 7.76, 13.58, 51.9],
    ['39', 'released', 21.58, 7.07, 12.34, 49.8],
    ['57', 'paper', 35.62, 9.62, 16.65, 69.7],
    ['57', 'released', 35.62, 8.93, 15.41, 67.5],
  ] as const)('VoVNet-%s with the %s stem costs what the tables say', (id, stem, parameters, at224, at300, access) => {
    const small = costOf(id, 224, stem);
    const large = costOf(id, 300, stem);
    expect(inUnits(small.parameters, 1e6, 2)).toBe(parameters);
    expect(inUnits(small.multiplyAdds, 1e9, 2)).toBe(at224);
    expect(inUnits(large.multiplyAdds, 1e9, 2)).toBe(at300);
    expect(inUnits(large.memoryAccess, 1e6, 1)).toBe(access);
    expect(large.parameters).toBe(small.parameters);
  });

  it.each([['27-slim', 27], ['39', 39], ['57', 57]] as const)('VoVNet-%s has %d convolutions', (id, count) => {
    expect(costOf(id, 224).layers).toHaveLength(count);
  });
});

describe('to the last unit', () => {
  // Parameters; multiply-adds and memory access at 224, 300 and 320.
  it.each([
    ['vovnet-27-slim', 'paper', 3012736, [2869816320, 5098359552, 5856768000], [13845728, 22306800, 25127744]],
    ['vovnet-27-slim', 'released', 3012736, [2176183296, 3854199552, 4441190400], [12641504, 20146800, 22670144]],
    ['vovnet-39', 'paper', 21575296, [7764836352, 13579383552, 15846604800], [38746432, 51926448, 56639680]],
    ['vovnet-39', 'released', 21575296, [7071203328, 12335223552, 14431027200], [37542208, 49766448, 54182080]],
    ['vovnet-57', 'paper', 35615296, [9622753280, 16650633984, 19638272000], [55036288, 69692912, 75282880]],
    ['vovnet-57', 'released', 35615296, [8929120256, 15406473984, 18222694400], [53832064, 67532912, 72825280]],
    ['vovnetv2-19-slim-dw', 'paper', 1384752, [441513552, 776678400, 900540480], [14325824, 24446656, 27799616]],
    ['vovnetv2-19-slim-dw', 'released', 1384752, [397559376, 697838400, 810838080], [12519488, 21206656, 24113216]],
    ['vovnetv2-19-dw', 'paper', 5518080, [1376420000, 2407364352, 2806974080], [24576384, 39399600, 44421504]],
    ['vovnetv2-19-dw', 'released', 5518080, [1332465824, 2328524352, 2717271680], [22770048, 36159600, 40735104]],
    ['vovnetv2-19-slim', 'paper', 2653136, [2373335808, 4222791424, 4843034880], [11687200, 18757920, 21094048]],
    ['vovnetv2-19-slim', 'released', 2653136, [1679702784, 2978631424, 3427457280], [10482976, 16597920, 18636448]],
    ['vovnetv2-19', 'paper', 10180416, [4814546944, 8496534272, 9823559680], [22629312, 32308080, 35593920]],
    ['vovnetv2-19', 'released', 10180416, [4120913920, 7252374272, 8407982080], [21425088, 30148080, 33136320]],
    ['vovnetv2-39', 'paper', 25184128, [7768440832, 13582988032, 15850209280], [42359616, 55539632, 60252864]],
    ['vovnetv2-39', 'released', 25184128, [7074807808, 12338828032, 14434631680], [41155392, 53379632, 57795264]],
    ['vovnetv2-57', 'paper', 41454912, [9628585984, 16656466688, 19644104704], [60882816, 75539440, 81129408]],
    ['vovnetv2-57', 'released', 41454912, [8934952960, 15412306688, 18228527104], [59678592, 73379440, 78671808]],
    ['vovnetv2-99', 'paper', 69523520, [17188163584, 29490914048, 35068198912], [99746688, 122016112, 131247552]],
    ['vovnetv2-99', 'released', 69523520, [16494530560, 28246754048, 33652621312], [98542464, 119856112, 128789952]],
  ] as const)('%s, %s stem', (id, stem, parameters, multiplyAdds, memoryAccess) => {
    const costs = [224, 300, 320].map((side) => costOf(id, side, stem));
    expect(costs.map((cost) => cost.parameters)).toEqual([parameters, parameters, parameters]);
    expect(costs.map((cost) => cost.multiplyAdds)).toEqual(multiplyAdds);
    expect(costs.map((cost) => cost.memoryAccess)).toEqual(memoryAccess);
  });
});

/** The same counts from the tables of the papers and the formulas alone, without layers, names or graphs. */
const byHand = (v: Variant, stem: Stem, side: number) => {
  const total = { parameters: 0, multiplyAdds: 0, memoryAccess: 0 };
  const conv = (k: number, ci: number, co: number, from: number, to: number, groups = 1, affine = 2): void => {
    const weights = (k * k * ci * co) / groups;
    total.parameters += weights + affine * co;
    total.multiplyAdds += weights * to * to;
    total.memoryAccess += from * from * ci + to * to * co + weights;
  };
  const three = (ci: number, co: number, from: number, to: number): void => {
    if (v.depthwise) {
      conv(3, ci, ci, from, to, ci, 0);
      conv(1, ci, co, to, to);
    } else conv(3, ci, co, from, to);
  };
  const half = (n: number): number => Math.ceil(n / 2);
  const [a, b, c] = v.stemChannels;
  let n = half(side);
  conv(3, 3, a, side, n);
  three(a, b, n, n);
  three(b, c, n, stem === 'paper' ? n : half(n));
  n = stem === 'paper' ? Math.floor(n / 2) : half(n);
  let channels = c;
  v.stages.forEach((stage, at) => {
    // Windows of three, two apart, without padding, the last one over the edge: floor(n / 2) of them.
    if (at > 0) n = Math.floor(n / 2);
    for (let module = 0; module < stage.modules; module++) {
      if (v.depthwise && channels !== stage.conv) conv(1, channels, stage.conv, n, n);
      for (let layer = 0; layer < v.convs; layer++) three(layer === 0 && !v.depthwise ? channels : stage.conv, stage.conv, n, n);
      conv(1, channels + v.convs * stage.conv, stage.out, n, n);
      if (v.ese === 'all' || (v.ese === 'last' && module === stage.modules - 1)) conv(1, stage.out, stage.out, 1, 1, 1, 1);
      channels = stage.out;
    }
  });
  return total;
};

describe('every variant', () => {
  for (const v of variants) {
    it.each(stems)(`${v.id} with the %s stem costs what the formulas give`, (stem) => {
      for (const side of [64, 224, 225, 300, 301, 320, 416, 640]) {
        expect(networkCost(vovnet(v, square(side), stem))).toMatchObject(byHand(v, stem, side));
      }
    });
  }

  it('adds up from its layers', () => {
    for (const v of variants) {
      const cost = networkCost(vovnet(v, { width: 320, height: 192 }));
      for (const key of ['parameters', 'multiplyAdds', 'memoryAccess', 'memoryAccessBound'] as const) {
        expect(cost.layers.reduce((sum, layer) => sum + layer[key], 0)).toBe(cost[key]);
      }
      expect(cost.memoryAccessRatio).toBeGreaterThanOrEqual(1);
      for (const layer of cost.layers) expect(layer.memoryAccessRatio).toBeGreaterThanOrEqual(1 - 1e-12);
    }
  });

  it('gives features at strides 4 to 32, each name used once', () => {
    for (const v of variants) {
      const network = vovnet(v, { width: 640, height: 384 });
      expect(network.features.map(({ stride, shape }) => [stride, shape])).toEqual(v.stages.map(({ out }, n) =>
        [4 * 2 ** n, { channels: out, width: 640 / 2 ** (n + 2), height: 384 / 2 ** (n + 2) }]));
      expect(new Set(network.layers.map(({ name }) => name)).size).toBe(network.layers.length);
    }
  });

  it('says so where a picture is too small', () => {
    expect(() => vovnet(variant('39'), square(30))).toThrow('A picture of 30 x 30 is too small: nothing of it is left at stage5.pool.');
    expect(vovnet(variant('39'), square(31)).features[3]?.shape).toEqual({ channels: 1024, width: 1, height: 1 });
  });
});

describe('V2', () => {
  it('as timm has it, attention in the last module of a stage, counts what timm counts', () => {
    // 24.57 M and 6.54 M with a classifier of 1000 classes (timm's cards: 24.6 and 6.5).
    const withHead = (id: string): number =>
      networkCost(vovnet({ ...variant(id), ese: 'last' }, square(224))).parameters + 1024 * 1000 + 1000;
    expect(inUnits(withHead('v2-39'), 1e6, 2)).toBe(24.57);
    expect(inUnits(withHead('v2-19-dw'), 1e6, 2)).toBe(6.54);
  });

  it('adds the input from the second module of a stage on', () => {
    const added = vovnet(variant('v2-57'), square(224)).layers.filter(({ kind }) => kind === 'add');
    expect(added.map(({ name }) => name)).toEqual(
      ['stage4.module2', 'stage4.module3', 'stage4.module4', 'stage5.module2', 'stage5.module3'].map((module) => `${module}.add`));
    expect(added[0]?.inputs).toEqual(['stage4.module2.ese.scale', 'stage4.module1.ese.scale']);
  });
});

describe('a convolution', () => {
  const conv = (ci: number, co: number): Conv => ({
    kind: 'conv', name: 'c', module: 'm', inputs: [], kernel: 1, stride: 1, groups: 1, affine: 'none', activation: 'none',
    from: { channels: ci, height: 56, width: 56 }, to: { channels: co, height: 56, width: 56 },
  });
  const cost = (ci: number, co: number) => {
    const network = { id: '', title: '', input: conv(ci, co).from, layers: [conv(ci, co)], features: [] };
    return networkCost(network);
  };
  it('reaches the lower bound of memory access where input and output have as many channels', () => {
    expect(cost(128, 128)).toMatchObject({
      multiplyAdds: 51380224, memoryAccess: 819200, memoryAccessBound: 819200, memoryAccessRatio: 1, arithmeticIntensity: 62.72,
    });
    // The paper's form of the bound: 2 sqrt(hwB / k²) + B / hw.
    expect(cost(64, 256).memoryAccessBound).toBeCloseTo(2 * Math.sqrt(56 * 56 * 51380224) + 51380224 / 56 ** 2, 6);
    expect(cost(64, 256).memoryAccess).toBe(1019904);
    expect(cost(64, 256).memoryAccessRatio).toBeCloseTo(1.245, 6);
  });
});

describe('peak activations', () => {
  it('are those of the joining of the first module where that is largest', () => {
    // At 224 and stride 4: the module's input (128), five times 64 channels, and both once more, joined.
    expect(costOf('27-slim', 224).peakActivationElements).toBe(2 * (128 + 5 * 64) * 56 * 56);
    expect(costOf('27-slim', 224).peakActivationBytes).toBe(4 * 2809856);
    expect(networkCost(vovnet(variant('27-slim'), square(224)), 2).peakActivationBytes).toBe(2 * 2809856);
  });
  it('count input and output of one layer, and features to the end', () => {
    const network = vovnet(variant('27-slim'), square(224));
    const [first] = convolutions(network);
    expect(networkCost({ ...network, layers: [first!], features: [] }).peakActivationElements).toBe(3 * 224 ** 2 + 64 * 112 ** 2);
  });
});

describe('names', () => {
  it('are taken in any writing', () => {
    for (const text of ['vovnet-39', 'VoVNet39', 'vovnet_39', '39']) expect(findVariant(text)?.id).toBe('vovnet-39');
    for (const text of ['vovnetv2-39', 'VoVNetV2-39', 'v2-39', 'V2_39']) expect(findVariant(text)?.id).toBe('vovnetv2-39');
    for (const text of ['', 'vovnet', '3', 'resnet-50']) expect(findVariant(text)).toBeNull();
  });
});
