import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../../models/networks/layers.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { findVariant, stems, variants, type Stem, type Variant } from '../../../models/networks/variants.js';
import { vovnet } from '../../../models/networks/vovnet.js';
import { seededWeights, type Weights } from '../../../models/networks/weights.js';
import { lively } from '../../models/lively.js';
import { add, concat, conv, ese, norm, pool, relu, type Planes } from '../../models/plain.js';
import { difference, normalised, picture, run, type Result } from '../../models/run-network.js';

const livelyWeights = (network: Network, seed: number): Weights => lively(seededWeights(network, seed), seed);

/** A VoVNet as plain loops, straight from the papers' tables; names of weights are all it knows of the builder. */
const forward = (v: Variant, stem: Stem, weights: Weights, image: Planes): readonly Planes[] => {
  const get = (name: string): Float32Array => weights.get(name)!;
  const block = (x: Planes, name: string, out: number, kernel: number, stride = 1): Planes => relu(norm(
    conv(x, out, { weight: get(`${name}.weight`), kernel, stride }),
    { scale: get(`${name}.norm.scale`), shift: get(`${name}.norm.shift`), mean: get(`${name}.norm.mean`), variance: get(`${name}.norm.variance`) }));
  const three = (x: Planes, name: string, out: number, stride = 1): Planes => {
    if (!v.depthwise) return block(x, name, out, 3, stride);
    const deep = conv(x, x.channels, { weight: get(`${name}.depthwise.weight`), kernel: 3, stride, groups: x.channels });
    return block(deep, `${name}.pointwise`, out, 1);
  };
  let x = block(image, 'stem.conv1', v.stemChannels[0], 3, 2);
  x = three(x, 'stem.conv2', v.stemChannels[1]);
  x = three(x, 'stem.conv3', v.stemChannels[2], stem === 'paper' ? 1 : 2);
  return v.stages.map((stage, at) => {
    if (at > 0 || stem === 'paper') x = pool(x);
    for (let n = 1; n <= stage.modules; n++) {
      const name = `stage${at + 2}.module${n}`;
      const all = [x];
      let y = v.depthwise && x.channels !== stage.conv ? block(x, `${name}.reduce`, stage.conv, 1) : x;
      for (let layer = 1; layer <= v.convs; layer++) all.push(y = three(y, `${name}.conv${layer}`, stage.conv));
      y = block(concat(all), `${name}.aggregate`, stage.out, 1);
      if (v.ese !== 'none') y = ese(y, get(`${name}.ese.conv.weight`), get(`${name}.ese.conv.bias`));
      x = v.identity && n > 1 ? add(y, x) : y;
    }
    return x;
  });
};

const cases = variants.flatMap((variant) => stems.map((stem) => ({ variant, stem, title: `${variant.id}, ${stem} stem` })))
  // The large ones with their own stem only: the stem is the same in all.
  .filter(({ variant: { id, stem: own }, stem }) => stem === own || id.includes('slim'));

describe('a network as ONNX', () => {
  it.each(cases)('$title computes what its formulas say', async ({ variant, stem }) => {
    const [width, height] = [44, 36];
    const network = vovnet(variant, { width, height }, stem);
    const weights = livelyWeights(network, 5);
    const bytes = picture(width, height);
    const got = await run(network, weights, {}, new Tensor('uint8', bytes, [1, height, width, 3]));
    forward(variant, stem, weights, normalised(bytes, width, height)).forEach((wanted, n) => {
      const feature = got[`stride${4 * 2 ** n}`]!;
      expect(feature.dims).toEqual([1, wanted.channels, wanted.height, wanted.width]);
      expect(difference(feature.data, wanted.data)).toBeLessThan(1e-4);
    });
  });

  const slim = vovnet(findVariant('27-slim')!, { width: 64, height: 64 });
  const weights = livelyWeights(slim, 1);
  const bytes = picture(64, 64);
  const pixels = new Tensor('uint8', bytes, [1, 64, 64, 3]);
  const names = ['stride4', 'stride8', 'stride16', 'stride32'];

  it('gives the same with batch normalisation kept and folded', async () => {
    const folded = await run(slim, weights, {}, pixels);
    const kept = await run(slim, weights, { keepNorm: true }, pixels);
    expect(Object.keys(folded)).toEqual(names);
    for (const name of names) expect(difference(kept[name]!.data, folded[name]!.data)).toBeLessThan(1e-3);
    expect(toOnnx(slim, weights, { keepNorm: true }).graph!.node.filter(({ opType }) => opType === 'BatchNormalization')).toHaveLength(27);
  });

  it('takes normalised numbers in place of bytes', async () => {
    const x = Float32Array.from(normalised(bytes, 64, 64).data);
    const got = await run(slim, weights, { input: 'numbers' }, new Tensor('float32', x, [1, 3, 64, 64]));
    const wanted = await run(slim, weights, {}, pixels);
    for (const name of names) expect(difference(got[name]!.data, wanted[name]!.data)).toBeLessThan(1e-4);
  });

  it('takes several pictures, and other sizes where they are left open', async () => {
    const [one] = Object.values(await run(slim, weights, {}, pixels)) as [Result];
    const two = await run(slim, weights, {}, new Tensor('uint8', Uint8Array.from([...bytes, ...bytes]), [2, 64, 64, 3]));
    expect(difference(two['stride4']!.data.subarray(one.data.length), one.data)).toBeLessThan(1e-5);
    const large = vovnet(findVariant('27-slim')!, { width: 320, height: 320 });
    const open = await run(large, weights, { anySize: true }, pixels);
    for (const name of names) expect(open[name]!.dims.slice(2)).toEqual([64 / Number(name.slice(6)), 64 / Number(name.slice(6))]);
  });

  it.each([false, true])('computes nearly the same in half precision (norm kept: %s)', async (keepNorm) => {
    const half = await run(slim, weights, { precision: 'float16', keepNorm }, pixels);
    const wanted = await run(slim, weights, {}, pixels);
    for (const name of names) expect(difference(half[name]!.data, wanted[name]!.data)).toBeLessThan(0.05);
  });
});
