import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { halfToNumber } from '../../electron/engine/inference/tensors.js';
import { createRandom } from '../../models/networks/random.js';
import type { Network } from '../../models/networks/layers.js';
import { toOnnx, type ModelForm } from '../../models/networks/to-onnx.js';
import type { Weights } from '../../models/networks/weights.js';
import { readModel } from '../../models/onnx/read.js';
import { writeModel } from '../../models/onnx/write.js';
import { planes, type Planes } from './plain.js';

/** Interleaved bytes, red, green, blue. */
export const picture = (width: number, height: number): Uint8Array => {
  const random = createRandom(3, 'picture');
  return Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256));
};

const imageNet = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

/** Bytes of interleaved pixels as normalised planes. */
export const normalised = (bytes: Uint8Array, width: number, height: number): Planes => {
  const x = planes(3, height, width);
  bytes.forEach((byte, at) => {
    const c = at % 3;
    x.data[c * width * height + Math.floor(at / 3)] = (byte - imageNet.mean[c]!) / imageNet.std[c]!;
  });
  return x;
};

export type Result = { readonly dims: readonly number[]; readonly data: Float32Array };

/** What onnxruntime computes, without its own changes to the graph, of a network written, read and written again. */
export const run = async (network: Network, weights: Weights, form: ModelForm, input: Tensor): Promise<Record<string, Result>> => {
  const bytes = writeModel(toOnnx(network, weights, form));
  // What is read and written again is the same file, so it computes the same.
  expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, graphOptimizationLevel: 'disabled' });
  try {
    const outputs = await session.run({ image: input });
    return Object.fromEntries(Object.entries(outputs).map(([name, { dims, data, type }]) =>
      [name, { dims, data: type === 'float16' ? Float32Array.from(data as Uint16Array, halfToNumber) : data as Float32Array }]));
  } finally {
    await session.release();
  }
};

/** Largest difference, against the root mean square of what is wanted. */
export const difference = (got: ArrayLike<number>, wanted: ArrayLike<number>): number => {
  expect(got.length).toBe(wanted.length);
  let [most, squares] = [0, 0];
  for (let n = 0; n < wanted.length; n++) {
    most = Math.max(most, Math.abs(got[n]! - wanted[n]!));
    squares += wanted[n]! ** 2;
  }
  return most / Math.sqrt(squares / wanted.length);
};
