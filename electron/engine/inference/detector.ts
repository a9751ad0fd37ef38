import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ProviderId } from '../contract/contract.js';
import type { Letterbox } from '../media/types.js';
import { Candidates } from './candidates.js';
import { headOf } from './heads.js';
import type { BoundHead } from './heads/head.js';
import { nmsOf, suppress, type NmsOptions } from './nms.js';
import { toDetections } from './postprocess.js';
import { preprocessFor, type Preprocess } from './preprocess.js';
import { toFloats, type HeadTensor } from './tensors.js';
import type { CompanionInput, InferenceTimes, ModelCard, SessionOptions } from './types.js';

export type DetectorOptions = SessionOptions & {
  /** Refuse a provider that would leave any part of the graph to the CPU. */
  readonly strict?: boolean;
};

/**
 * One onnxruntime session with what comes before and after it. `run` blocks its thread while
 * onnxruntime computes, so this lives only where nothing else has to happen.
 */
export class Detector {
  readonly #candidates = new Candidates();
  readonly #companions: Readonly<Record<string, Tensor>>;
  readonly #names: string[];
  readonly #preprocess: Preprocess;
  readonly #decode: BoundHead;
  readonly #nms: NmsOptions;

  private constructor(
    private readonly session: InferenceSession,
    private readonly card: ModelCard,
  ) {
    const head = headOf(card.head.kind);
    this.#preprocess = preprocessFor(card.input);
    this.#decode = head.bind(card.head);
    this.#nms = nmsOf(card.head, head.suppresses);
    this.#names = Object.values(card.head.outputs);
    this.#companions = companionFeeds(card.input);
  }

  /** Opens `path` (which has been checked before). Throws onnxruntime's own errors. */
  static async open(path: string, card: ModelCard, options: DetectorOptions): Promise<Detector> {
    return new Detector(await InferenceSession.create(path, sessionOptions(options)), card);
  }

  /** Finds what is on one picture: rgb24 pixels as the letterbox says. Boxes are packed, see InferenceResult. */
  async run(
    pixels: Uint8Array, letterbox: Letterbox, minScore: number,
  ): Promise<{ boxes: Float32Array<ArrayBuffer>; times: InferenceTimes }> {
    const start = performance.now();
    const input = this.#preprocess.convert(pixels);
    const ready = performance.now();
    const tensors = await this.#infer(input);
    const inferred = performance.now();
    this.#candidates.clear();
    this.#decode({ tensors, model: this.card.input, minScore }, this.#candidates);
    const boxes = toDetections(this.#candidates, suppress(this.#candidates, this.#nms), letterbox);
    const done = performance.now();
    return { boxes, times: { preprocess: ready - start, inference: inferred - ready, postprocess: done - inferred } };
  }

  /** The head's outputs as they come, by role, for one picture. */
  async outputs(pixels: Uint8Array): Promise<Record<string, HeadTensor>> {
    return this.#infer(this.#preprocess.convert(pixels));
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }

  async #infer(input: ReturnType<Preprocess['convert']>): Promise<Record<string, HeadTensor>> {
    const { dims } = this.#preprocess;
    // onnxruntime-common knows float16 data as Uint16Array, which the overloads do not all say.
    const tensor = new Tensor(input.type as 'float32', input.data as Float32Array, dims);
    const outputs = await this.session.run({ ...this.#companions, [this.card.input.name]: tensor }, this.#names);
    const tensors: Record<string, HeadTensor> = {};
    for (const [role, name] of Object.entries(this.card.head.outputs)) {
      const output = outputs[name];
      if (output) tensors[role] = toFloats(output);
    }
    return tensors;
  }
}

export const sessionOptions = (options: DetectorOptions): InferenceSession.SessionOptions => ({
  executionProviders: [options.provider satisfies ProviderId],
  graphOptimizationLevel: 'all',
  // Fatal only: errors come back as exceptions, and warnings are no business of the user's.
  logSeverityLevel: 4,
  ...(options.threads !== null && { intraOpNumThreads: options.threads }),
  extra: {
    session: {
      // Spinning threads would take the cores that decoding needs.
      intra_op: { allow_spinning: '0' },
      ...(options.strict && { disable_cpu_ep_fallback: '1' }),
    },
  },
});

/** The tensors of a model's further inputs. */
export const companionFeeds = (input: ModelCard['input']): Readonly<Record<string, Tensor>> =>
  Object.fromEntries((input.companions ?? []).map((companion) => [companion.name, companionTensor(companion)]));

const companionTensor = ({ type, dims, values }: CompanionInput): Tensor => {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const all = values.length === 1 ? Array.from({ length: size }, () => values[0] ?? 0) : values;
  switch (type) {
    case 'int64': return new Tensor('int64', BigInt64Array.from(all, BigInt), dims);
    case 'int32': return new Tensor('int32', Int32Array.from(all), dims);
    case 'float32': return new Tensor('float32', Float32Array.from(all), dims);
  }
};
