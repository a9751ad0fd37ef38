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
  /** Class names from the metadata; null where there are none. */
  readonly classNames: readonly string[] | null;
  /** Size of the picture the model wants, where it is known. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** What the model said to a made-up picture, by output name; empty where it was not asked. */
  readonly sample: Readonly<Record<string, HeadTensor>>;
};

/** What a head makes of a file's outputs. */
export type HeadGuess = {
  readonly kind: HeadId;
  /** As the user reads it, when there is a choice. */
  readonly label: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
  /** Number of classes; null where the outputs do not say. */
  readonly classes: number | null;
  /** `sure`: nothing else fits. `possible`: others may; where several are, the user is asked. */
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

/** Cells of a detector's grids: a picture's area in cells of each stride, `anchors` boxes a cell. */
const gridCells = (size: { readonly width: number; readonly height: number }, strides: readonly number[], anchors = 1): number =>
  strides.reduce((sum, stride) => sum + Math.ceil(size.width / stride) * Math.ceil(size.height / stride) * anchors, 0);

/** The strides of the grids that three-level and four-level YOLO detectors have. */
const gridStrides = [[8, 16, 32], [8, 16, 32, 64]] as const;

/** Strides whose grids have exactly `count` boxes; null if none have. */
export const stridesOf = (facts: ModelFacts, count: number, anchors = 1): readonly number[] | null => {
  const { size } = facts;
  return (size && gridStrides.find((strides) => gridCells(size, strides, anchors) === count)) ?? null;
};

/** Dimensions without a leading batch of 1. */
export const withoutBatch = (dims: readonly (number | null)[]): readonly (number | null)[] =>
  dims.length > 1 && (dims[0] === 1 || dims[0] === null) ? dims.slice(1) : dims;

/** Smallest and largest of the numbers that `pick` takes from rows of `columns`. */
export const extremes = (data: Float32Array, columns: number, pick: readonly number[]): { readonly min: number; readonly max: number } => {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = 0; row + columns <= data.length; row += columns) {
    for (const column of pick) {
      const value = data[row + column] ?? 0;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { min, max };
};

/** Coordinates that reach no further than this are fractions of the picture: no detector's pixels do. */
export const largestRelative = 2.5;
