import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import type { Network } from '../../../models/networks/layers.js';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import type { Weights } from '../../../models/networks/weights.js';
import { writeModel } from '../../../models/onnx/write.js';
import { toFloats } from '../../../models/weights/numbers.js';
import { candidates, chooseFamily } from '../../../models/weights/recognise.js';
import { readSafetensors, type TensorFile } from '../../../models/weights/safetensors.js';
import { takeWeights } from '../../../models/weights/take.js';
import { root } from '../cli/run.js';

/** A Python with timm, torch and safetensors; null where there is none. */
const python = ((): string | null => {
  const path = process.env['VOVISION_PYTHON'];
  if (path === undefined) return null;
  return spawnSync(path, ['-c', 'import timm, torch, safetensors'], { timeout: 110_000 }).status === 0 ? path : null;
})();
const skipped = python === null ? 'VOVISION_PYTHON names no Python with timm, torch and safetensors' : null;

const folder = mkdtempSync(join(tmpdir(), 'published-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (name: string): TensorFile => readSafetensors(readFileSync(join(folder, `${name}.safetensors`)));

const run = async (network: Network, weights: Weights, x: Float32Array): Promise<InferenceSession.OnnxValueMapType> => {
  const model = join(folder, 'model.onnx');
  writeFileSync(model, writeModel(toOnnx(network, weights, { input: 'numbers' })));
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  try {
    return await session.run({ image: new Tensor('float32', x, [1, 3, 72, 104]) });
  } finally {
    await session.release();
  }
};

/** Largest difference, against the largest value: PyTorch's own float32 is up to 3e-5 from its float64 here. */
const difference = (got: ArrayLike<number>, wanted: Float32Array): number => {
  expect(got.length).toBe(wanted.length);
  let [most, largest] = [0, 0];
  wanted.forEach((value, n) => {
    most = Math.max(most, Math.abs(value - got[n]!));
    largest = Math.max(largest, Math.abs(value));
  });
  return most / largest;
};

describe('weights of PyTorch networks, against what PyTorch computes', () => {
  const cases: readonly [name: string, family: string, id: string][] = [
    ['vovnet39a', 'timm', 'vovnet-39'],
    ['vovnet57a', 'timm', 'vovnet-57'],
    ['ese_vovnet19b_slim_dw', 'timm', 'vovnetv2-19-slim-dw'],
    ['ese_vovnet19b_dw', 'timm', 'vovnetv2-19-dw'],
    ['ese_vovnet19b_slim', 'timm', 'vovnetv2-19-slim'],
    ['ese_vovnet39b', 'timm', 'vovnetv2-39'],
    ['ese_vovnet57b', 'timm', 'vovnetv2-57'],
    ['ese_vovnet99b', 'timm', 'vovnetv2-99'],
    ['released:27-slim', 'vovnet-pytorch', 'vovnet-27-slim'],
    ['released:39', 'vovnet-pytorch', 'vovnet-39'],
    ['released:V-19-slim-dw-eSE', 'vovnet-detectron2', 'vovnetv2-19-slim-dw'],
    ['released:V-19-eSE', 'vovnet-detectron2', 'vovnetv2-19'],
    ['released:V-39-eSE', 'vovnet-detectron2', 'vovnetv2-39'],
    ['resnet50', 'resnet', 'resnet-50'],
    ['torchvision:resnet101', 'resnet', 'resnet-101'],
    ['densenet121', 'densenet', 'densenet-121'],
    ['old:densenet161', 'densenet-old', 'densenet-161'],
    ['torchvision:densenet201', 'densenet', 'densenet-201'],
    ['mobilenetv2_100', 'timm-mobilenetv2', 'mobilenet-v2'],
    ['torchvision:mobilenet_v2', 'torchvision-mobilenetv2', 'mobilenet-v2'],
  ];
  it.skipIf(skipped !== null).each(cases)(skipped === null ? '%s' : `%s (skipped: ${skipped})`, async (name, family, id) => {
    const made = spawnSync(python ?? '', [join(root, 'tests/models/reference.py'), folder, name], { encoding: 'utf8' });
    expect(made.stderr.replace(/.*[Ww]arn.*\n.*\n?/g, '')).toBe('');
    const plain = name.replace(':', '-');
    const file = open(plain);
    const found = chooseFamily(file);
    expect([found.family.id, found.prefix]).toEqual([family, '']);
    const fitting = candidates(file, found).filter(({ fit }) => fit.misfits.length === 0);
    expect(fitting.map(({ member }) => member.id)).toEqual([id]);
    const [{ member }] = fitting as [typeof fitting[number]];

    const io = open(`${plain}.io`);
    const outcomes = io.tensors.has('scores') ? [undefined, 10] : [undefined];
    for (const classes of outcomes) {
      const network = member.network({ width: 104, height: 72 }, classes);
      // The picture is normalised already, in the order the weights are for: they are taken as they are.
      const { weights, fit } = takeWeights(network, file, found, 'rgb');
      expect(fit.used.size + fit.leftOut.length + fit.ignored.length).toBe(file.tensors.size);
      expect(fit.leftOut).toHaveLength(classes === undefined && io.tensors.has('scores') || name === 'released:27-slim' || name === 'released:39' ? 2 : 0);
      const got = await run(network, weights, toFloats('x', io.tensors.get('x')!));
      const wanted = classes === undefined ? [0, 1, 2, 3].map((n) => [`stride${4 * 2 ** n}`, `f${n}`] as const) : [['logits', 'scores'] as const];
      for (const [ours, theirs] of wanted.filter(([, each]) => io.tensors.has(each))) {
        const tensor = io.tensors.get(theirs)!;
        const { dims, data } = got[ours]!;
        expect(dims).toEqual(tensor.dims);
        const far = difference(data as Float32Array, toFloats(theirs, tensor));
        if (process.env['VOVISION_DEBUG']) process.stdout.write(`${name} ${ours} ${far.toExponential(2)}\n`);
        expect(far).toBeLessThan(1e-4);
      }
    }
    for (const each of [`${plain}.safetensors`, `${plain}.io.safetensors`]) rmSync(join(folder, each));
  });
});
