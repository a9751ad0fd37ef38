import { open, type FileHandle } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { inferShapes } from '../../../models/onnx/shapes/infer.js';
import { writeModel } from '../../../models/onnx/write.js';
import { Histogram } from '../../../models/quantize/histogram.js';
import { withOutputs } from '../../../models/quantize/observe.js';
import { companionFeeds, sessionOptions } from '../inference/detector.js';
import { preprocessFor } from '../inference/preprocess.js';
import type { ModelCard } from '../inference/types.js';

/** Numbers that may be fetched from the graph at once: 64 MiB of them. */
const fetchedAtOnce = 16 * 2 ** 20;
/** Taken for values whose size nothing tells. */
const unknownSize = 4 * 2 ** 20;

/** Frames of rgb24 in a file, read one by one. */
export class Frames {
  private constructor(private readonly file: FileHandle, private readonly bytes: number, private readonly places: readonly number[]) {}

  static async open(path: string, { width, height }: ModelCard['input'], places: readonly number[]): Promise<Frames> {
    return new Frames(await open(path, 'r'), width * height * 3, places);
  }

  async read(n: number): Promise<Uint8Array<ArrayBuffer>> {
    const pixels = new Uint8Array(this.bytes);
    const { bytesRead } = await this.file.read(pixels, 0, this.bytes, (this.places[n] ?? 0) * this.bytes);
    if (bytesRead !== this.bytes) throw new RangeError(`Frame ${n} of ${this.places.length} is not whole.`);
    return pixels;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Dimensions of every input of a model, from its card. */
export const dimsFrom = (input: ModelCard['input']): ReadonlyMap<string, readonly number[]> =>
  new Map([[input.name, preprocessFor(input).dims], ...(input.companions ?? []).map(({ name, dims }) => [name, dims] as const)]);

/**
 * How the numbers of `values` are spread over the frames named: the model runs on the CPU with some of
 * them as outputs at a time, so that memory stays bounded.
 */
export const observe = async (
  model: ModelProto, input: ModelCard['input'], values: readonly string[], frames: Frames, which: readonly number[], threads: number,
  told: (fraction: number) => void,
): Promise<ReadonlyMap<string, Histogram>> => {
  const seen = new Map(values.map((name) => [name, new Histogram()]));
  const shapes = inferShapes(model, dimsFrom(input));
  const sizeOf = (name: string): number => shapes.get(name)?.dims.reduce((product, dim) => product * dim, 1) ?? unknownSize;
  const batches: string[][] = [];
  let room = 0;
  for (const name of values) {
    room -= sizeOf(name);
    if (room < 0) {
      batches.push([]);
      room = fetchedAtOnce - sizeOf(name);
    }
    batches[batches.length - 1]?.push(name);
  }
  const { dims, convert } = preprocessFor(input);
  for (const [n, batch] of batches.entries()) {
    const session = await InferenceSession.create(writeModel(withOutputs(model, batch)), sessionOptions({ provider: 'cpu', threads }));
    try {
      for (const [k, frame] of which.entries()) {
        const { type, data } = convert(await frames.read(frame));
        const picture = new Tensor(type as 'float32', data as Float32Array, dims);
        const outputs = await session.run({ ...companionFeeds(input), [input.name]: picture });
        for (const name of batch) {
          const found = outputs[name]?.data;
          if (found instanceof Float32Array) seen.get(name)?.add(found);
        }
        told((n + (k + 1) / which.length) / batches.length);
      }
    } finally {
      await session.release();
    }
  }
  return seen;
};
