import type { HeadId } from '../contract/contract.js';
import type { HeadTensor } from './tensors.js';

/** One input or output as the file declares it; null where a dimension is not fixed. */
export type TensorFact = { readonly name: string; readonly type: string; readonly dims: readonly (number | null)[] };

/** What is known about a model file without a card. */
export type ModelFacts = {
  readonly inputs: readonly TensorFact[];
  /** Dimensions are those of a trial run where the file leaves them open. */
  readonly outputs: readonly TensorFact[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Operators the graph uses. */
  readonly operators: ReadonlySet<string>;
  /** Size of the picture the model wants, where it is known. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** What the model said to a made-up picture, by output name; empty where it was not asked. */
  readonly sample: Readonly<Record<string, HeadTensor>>;
};

/** What a head makes of a file's outputs. */
export type HeadGuess = {
  readonly kind: HeadId;
  readonly outputs: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** Number of classes; null where the outputs do not say. */
  readonly classes: number | null;
  /** `sure`: nothing else fits. `possible`: others may; the user is asked if there are several. */
  readonly certainty: 'sure' | 'possible';
  /** What the family's own tools feed their models; null where there is no habit. */
  readonly input: { readonly range: RangeId; readonly colour: 'rgb' | 'bgr'; readonly fit: 'top-left' | 'center' | 'stretch' } | null;
};

/** Ways to make a tensor's numbers from pixels of 0..255: value = (pixel - mean) / std. */
export const ranges = {
  'bytes': { label: '0 to 255, as they are', mean: [0, 0, 0], std: [1, 1, 1] },
  'unit': { label: '0 to 1', mean: [0, 0, 0], std: [255, 255, 255] },
  'signed': { label: '-1 to 1', mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  'signed-128': { label: '(value - 127) / 128', mean: [127, 127, 127], std: [128, 128, 128] },
  'imagenet': { label: "ImageNet's mean and deviation", mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
} as const satisfies Record<string, { label: string; mean: readonly [number, number, number]; std: readonly [number, number, number] }>;
export type RangeId = keyof typeof ranges;
