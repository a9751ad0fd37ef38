import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { writeModel } from '../../../models/onnx/write.js';
import { modelPx, displayPx } from '../contract/contract.js';
import { Detector } from '../inference/detector.js';
import type { HeadTensor } from '../inference/tensors.js';
import type { ModelCard } from '../inference/types.js';
import { letterbox } from '../media/letterbox.js';
import { agreementOf, countedScore } from './agreement.js';
import type { Frames } from './observe.js';
import type { Agreement } from './types.js';

type Outputs = Readonly<Record<string, HeadTensor>>;

/** Runs models on frames, the original first, and compares what they find. */
export class Trial {
  readonly #detections = new Map<number, Float32Array>();
  readonly #outputs = new Map<number, Outputs>();

  /** `told` hears of every picture that was looked at. */
  constructor(
    private readonly frames: Frames, private readonly folder: string, private readonly threads: number,
    private readonly original: { readonly path: string; readonly card: ModelCard }, private readonly told: () => void,
  ) {}

  /** What a model finds on frames, against the original. */
  async agreement(model: ModelProto, card: ModelCard, which: readonly number[]): Promise<Agreement> {
    await this.#need(which, this.#detections, find);
    const found = await this.#with(await this.#place(model), card, (detector) => this.#each(which, (pixels) => find(detector, pixels, card)));
    return agreementOf(which.map((n) => this.#detections.get(n) ?? new Float32Array()), found);
  }

  /** What the original finds on frames, against itself in another session. */
  async repeat(which: readonly number[]): Promise<Agreement> {
    const { path, card } = this.original;
    await this.#need(which, this.#detections, find);
    const found = await this.#with(path, card, (detector) => this.#each(which, (pixels) => find(detector, pixels, card)));
    return agreementOf(which.map((n) => this.#detections.get(n) ?? new Float32Array()), found);
  }

  /** Energy of the difference of all outputs by that of the original's, the mean over outputs and frames. */
  async error(model: ModelProto, card: ModelCard, which: readonly number[]): Promise<number> {
    await this.#need(which, this.#outputs, (detector, pixels) => detector.outputs(pixels));
    const found = await this.#with(await this.#place(model), card, (detector) => this.#each(which, (pixels) => detector.outputs(pixels)));
    return which.reduce((sum, n, k) => sum + relativeError(this.#outputs.get(n) ?? {}, found[k] ?? {}), 0) / which.length;
  }

  async #need<T>(which: readonly number[], known: Map<number, T>, run: (detector: Detector, pixels: Uint8Array, card: ModelCard) => Promise<T>): Promise<void> {
    const missing = which.filter((n) => !known.has(n));
    if (missing.length === 0) return;
    const { path, card } = this.original;
    const found = await this.#with(path, card, (detector) => this.#each(missing, (pixels) => run(detector, pixels, card)));
    missing.forEach((n, k) => known.set(n, found[k] as T));
  }

  async #each<T>(which: readonly number[], run: (pixels: Uint8Array) => Promise<T>): Promise<readonly T[]> {
    const results: T[] = [];
    for (const n of which) {
      results.push(await run(await this.frames.read(n)));
      this.told();
    }
    return results;
  }

  async #place(model: ModelProto): Promise<string> {
    const path = join(this.folder, 'candidate.onnx');
    await writeFile(path, writeModel(model));
    return path;
  }

  async #with<T>(path: string, card: ModelCard, work: (detector: Detector) => Promise<T>): Promise<T> {
    const detector = await Detector.open(path, card, { provider: 'cpu', threads: this.threads });
    try {
      return await work(detector);
    } finally {
      await detector.dispose();
    }
  }
}

const find = async (detector: Detector, pixels: Uint8Array, { input: { width, height } }: ModelCard): Promise<Float32Array> => {
  const whole = letterbox({ width: displayPx(width), height: displayPx(height) }, { width: modelPx(width), height: modelPx(height) }, 'stretch');
  return (await detector.run(pixels, whole, countedScore / 2)).boxes;
};

const relativeError = (expected: Outputs, found: Outputs): number => {
  const roles = Object.entries(expected);
  return roles.reduce((sum, [role, { data }]) => {
    const other = found[role]?.data;
    if (other?.length !== data.length) return sum + 1;
    let [difference, energy] = [0, 0];
    for (let n = 0; n < data.length; n++) {
      const value = data[n] ?? 0;
      difference += (value - (other[n] ?? 0)) ** 2;
      energy += value * value;
    }
    return sum + difference / Math.max(energy, 1e-12);
  }, 0) / Math.max(1, roles.length);
};
