import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { ModelForm } from '../../../models/networks/to-onnx.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { allNetworks, findNetwork } from '../../../models/reference/catalogue.js';
import { lively } from '../../models/lively.js';
import { classify } from '../../models/plain.js';
import {
  densenetForward, dsodForward, mobilenetForward, mobilenetV2Forward, peleenetForward, resnetForward, type Forward,
} from '../../models/plain-networks.js';
import { difference, normalised, picture, run } from '../../models/run-network.js';

const cases: readonly (readonly [id: string, forward: Forward, size: readonly [number, number]])[] = [
  ['resnet-50', resnetForward([3, 4, 6, 3]), [60, 43]],
  ['resnet-101', resnetForward([3, 4, 23, 3]), [40, 33]],
  ['densenet-121', densenetForward(64, 32, [6, 12, 24, 16]), [71, 66]],
  ['densenet-161', densenetForward(96, 48, [6, 12, 36, 24]), [40, 33]],
  ['densenet-201', densenetForward(64, 32, [6, 12, 48, 32]), [40, 33]],
  ['dsod-densenet-67', dsodForward, [60, 43]],
  ['peleenet', peleenetForward, [76, 69]],
  ['mobilenet-v1', mobilenetForward, [60, 43]],
  ['mobilenet-v2', mobilenetV2Forward, [60, 43]],
];

/** Sides that do not divide evenly, so that every rounding of a window counts. */
const prepare = (id: string, [width, height]: readonly [number, number], classes?: number) => {
  const network = findNetwork(id)!.build({ width, height }, { classes });
  const bytes = picture(width, height);
  return {
    network, weights: lively(seededWeights(network, 5), 5), image: normalised(bytes, width, height),
    pixels: new Tensor('uint8', bytes, [1, height, width, 3]),
  };
};

const forms: readonly (readonly [string, ModelForm, number])[] = [
  ['folded', {}, 1e-4], ['normalisation kept', { keepNorm: true }, 1e-4],
  // Half precision has 11 bits; tens of layers add up.
  ['half precision', { precision: 'float16' }, 0.06], ['half precision, normalisation kept', { precision: 'float16', keepNorm: true }, 0.06],
];

describe('a network to compare with', () => {
  it('is in the list', () => {
    expect(cases.map(([id]) => id)).toEqual(allNetworks.filter(({ family }) => !family.startsWith('vovnet')).map(({ id }) => id));
  });

  it.each(cases)('%s computes what its formulas say', async (id, forward, size) => {
    const { network, weights, image, pixels } = prepare(id, size);
    const wanted = forward(image, weights);
    for (const [form, options, tolerance] of forms) {
      const got = await run(network, weights, options, pixels);
      wanted.forEach(({ channels, height, width, data }, n) => {
        const feature = got[`stride${4 * 2 ** n}`]!;
        expect(feature.dims).toEqual([1, channels, height, width]);
        expect([form, n, difference(feature.data, data) < tolerance ? 'close' : difference(feature.data, data)]).toEqual([form, n, 'close']);
      });
    }
  });

  it.each(['peleenet', 'mobilenet-v2', 'densenet-121'])('%s tells classes apart', async (id) => {
    const [, forward, size] = cases.find(([own]) => own === id)!;
    const { network, weights, image, pixels } = prepare(id, size, 5);
    const last = forward(image, weights)[3]!;
    const wanted = classify(last, weights.get('classifier.linear.weight')!, weights.get('classifier.linear.bias')!);
    for (const [form, options, tolerance] of forms) {
      const { logits, ...others } = await run(network, weights, options, pixels);
      expect(others).toEqual({});
      expect(logits!.dims).toEqual([1, 5]);
      expect([form, difference(logits!.data, wanted) < tolerance ? 'close' : difference(logits!.data, wanted)]).toEqual([form, 'close']);
    }
  });

  it('takes other sizes and several pictures where they are left open', async () => {
    for (const [id, , [width, height]] of cases.filter(([own]) => !/1$/.test(own))) {
      const { network, weights, pixels } = prepare(id, [width, height]);
      const other = findNetwork(id)!.build({ width: 128, height: 96 });
      const wanted = await run(network, weights, {}, pixels);
      const twice = new Tensor('uint8', Uint8Array.from([...pixels.data, ...pixels.data]), [2, height, width, 3]);
      const got = await run(other, weights, { anySize: true }, twice);
      for (const [name, { dims, data }] of Object.entries(wanted)) {
        expect(got[name]!.dims).toEqual([2, ...dims.slice(1)]);
        expect(difference(got[name]!.data.subarray(data.length), data)).toBeLessThan(1e-5);
      }
    }
  });
});
