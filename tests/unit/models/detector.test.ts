import { describe, expect, it } from 'vitest';
import { networkCost } from '../../../models/cost/cost.js';
import { detectorNetwork } from '../../../models/detector/detector.js';
import { detectorRows, findDetector, usualClasses } from '../../../models/detector/rows.js';
import { toDetectorOnnx, toTrainingOnnx } from '../../../models/detector/to-onnx.js';
import { detectorWeights } from '../../../models/detector/weights.js';
import { parametersOf } from '../../../models/networks/weights.js';
import { modelInputs, modelMetadata, modelOutputs } from '../../../models/onnx/read.js';

const square = (side: number) => ({ width: side, height: side });
const nano = findDetector('vovdet-nano')!;

describe('what a detector costs', () => {
  it.each([
    ['vovdet-nano', 320, 2571643, 921153152],
    ['vovdet-nano', 640, 2571643, 3684157952],
    ['vovdet-slim', 416, 6215275, 10051590016],
  ] as const)('%s at %d', (id, side, parameters, multiplyAdds) => {
    const cost = networkCost(detectorNetwork(findDetector(id)!, 21, square(side)));
    expect(cost.parameters).toBe(parameters);
    expect(cost.multiplyAdds).toBe(multiplyAdds);
    // Balanced channels are what VoVNets are about.
    expect(cost.memoryAccessRatio).toBeLessThan(1.08);
  });
});

describe('a detector', () => {
  it('sees the picture at three strides', () => {
    for (const row of detectorRows) {
      const network = detectorNetwork(row, 5, { width: 640, height: 384 });
      expect(network.levels.map(({ stride, classes, boxes }) => [stride, classes.shape, boxes.shape])).toEqual([8, 16, 32].map((stride) =>
        [stride, { channels: 5, width: 640 / stride, height: 384 / stride }, { channels: 4, width: 640 / stride, height: 384 / stride }]));
      expect(new Set(network.layers.map(({ name }) => name)).size).toBe(network.layers.length);
    }
  });

  it('takes sides that are multiples of 32, and one class at least', () => {
    for (const side of [0, -32, 31, 33, 330, 320.5, NaN, Infinity]) {
      expect(() => detectorNetwork(nano, 21, { width: 320, height: side })).toThrow(`The height of the picture is ${side}; it must be a multiple of 32.`);
      expect(() => detectorNetwork(nano, 21, { width: side, height: 320 })).toThrow(RangeError);
    }
    for (const classes of [0, -1, 1.5]) expect(() => detectorNetwork(nano, classes, square(320))).toThrow(`The detector has ${classes} classes`);
    expect(detectorNetwork(nano, 1, square(32)).levels[2]?.boxes.shape).toEqual({ channels: 4, width: 1, height: 1 });
  });

  it('is found by its name in any writing', () => {
    expect(findDetector('VOVDET_NANO')).toBe(nano);
    expect(findDetector('nano')).toBeNull();
    expect(new Set(usualClasses).size).toBe(21);
  });

  it('has a slim of half the cost, which differs in stem and stage 2 alone', () => {
    const [slim, thin] = [findDetector('vovdet-slim')!, findDetector('vovdet-slim-thin')!];
    expect(findDetector('slim')).toBeNull();
    expect([thin, slim].map((row) => networkCost(detectorNetwork(row, 21, square(416))).multiplyAdds)).toEqual([4736694144, 10051590016]);
    expect([thin.levels, thin.size, thin.backbone.stages.slice(1)]).toEqual([slim.levels, slim.size, slim.backbone.stages.slice(1)]);
    expect([thin.backbone.stemChannels, thin.backbone.stages[0]]).toEqual([nano.backbone.stemChannels, nano.backbone.stages[0]]);
  });

  it('has the same parameters at every size', () => {
    const names = (side: number): readonly unknown[] => parametersOf(detectorNetwork(nano, 21, square(side)));
    expect(names(256)).toEqual(names(640));
  });
});

describe('weights to begin with', () => {
  const network = detectorNetwork(nano, 3, square(64));
  const weights = detectorWeights(network, 5);
  it('say that hardly anything is anywhere', () => {
    for (const stride of [8, 16, 32]) {
      const bias = weights.get(`head${stride}.classes.out.bias`)!;
      expect(bias.length).toBe(3);
      for (const value of bias) expect(1 / (1 + Math.exp(-value))).toBeCloseTo(0.01, 6);
      expect([...weights.get(`head${stride}.boxes.out.bias`)!]).toEqual([0, 0, 0, 0]);
    }
  });
  it('are the same for a seed', () => {
    const name = 'head16.boxes.out.weight';
    expect(detectorWeights(network, 5).get(name)).toEqual(weights.get(name));
    expect(detectorWeights(network, 6).get(name)).not.toEqual(weights.get(name));
  });
});

describe('the graphs', () => {
  const network = detectorNetwork(nano, 2, { width: 96, height: 64 });
  const weights = detectorWeights(network, 0);
  const classes = ['person', 'car'];

  it('to train keeps normalisation and names every tensor as our parameters are named', () => {
    const model = toTrainingOnnx(network, weights, { classes });
    expect(modelInputs(model)).toEqual([{ name: 'image', type: 'float32', dims: ['n', 3, 'height', 'width'] }]);
    expect(modelOutputs(model).map(({ name, dims }) => [name, dims?.[1]])).toEqual(
      [8, 16, 32].flatMap((stride) => [[`classes${stride}`, 2], [`boxes${stride}`, 4]]));
    const parameters = new Set(parametersOf(network).map(({ name }) => name));
    const initializers = model.graph!.initializer.map(({ name }) => name).filter((name) => !name.endsWith('.factors'));
    expect(new Set(initializers)).toEqual(parameters);
    expect(model.graph!.node.filter(({ opType }) => opType === 'BatchNormalization').length).toBeGreaterThan(40);
    expect(modelMetadata(model)).toEqual({
      network: 'vovdet-nano', classes: '["person","car"]', strides: '[8,16,32]', mean: '[114,114,114]', std: '[58,58,58]',
    });
  });

  it('to use gives boxes and scores of any number of pictures', () => {
    const model = toDetectorOnnx(network, weights, { classes });
    const cells = 12 * 8 + 6 * 4 + 3 * 2;
    expect(modelInputs(model)).toEqual([{ name: 'image', type: 'uint8', dims: ['n', 64, 96, 3] }]);
    expect(modelOutputs(model)).toEqual([
      { name: 'boxes', type: 'float32', dims: ['n', cells, 4] }, { name: 'scores', type: 'float32', dims: ['n', cells, 2] },
    ]);
    expect(model.graph!.node.some(({ opType }) => opType === 'BatchNormalization')).toBe(false);
  });

  it('take no weights of another network', () => {
    expect(() => toDetectorOnnx(network, detectorWeights(detectorNetwork(nano, 3, square(64)), 0), { classes })).toThrow('The weights do not fit VoVDet-nano');
    expect(() => toTrainingOnnx(network, new Map(), { classes })).toThrow('stem.conv1.weight is missing.');
    expect(() => toDetectorOnnx(network, weights, { classes: ['person'] })).toThrow('There are 1 class names; the detector has 2.');
  });
});
