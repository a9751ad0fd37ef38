import type { HeadId, ModelInfo, ProviderId } from '../contract/contract.js';
import type { Fit } from '../media/types.js';
import type { CardFigures } from './card-figures.js';

/** What must be known about an .onnx file to run it: its JSON card, or what was recognised from the file. */
export type ModelCard = CardFigures & {
  readonly version: 1;
  readonly name: string;
  readonly classes: readonly string[];
  readonly input: {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly layout: 'nhwc' | 'nchw';
    /** False where the tensor has no batch dimension in front. */
    readonly batched?: boolean | undefined;
    readonly type: 'uint8' | 'float32' | 'float16';
    readonly colour: 'rgb' | 'bgr';
    /** value = (pixel - mean) / std per channel, pixel 0..255; [0,0,0] and [1,1,1] where the graph does it. */
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
    readonly fit: Fit;
    readonly pad: number;
    /** Further inputs the graph wants, e.g. the picture's size: always the same numbers. */
    readonly companions?: readonly CompanionInput[] | undefined;
  };
  readonly head: {
    readonly kind: HeadId;
    /** Which output is which, by the head's own role names (e.g. boxes, scores). */
    readonly outputs: Readonly<Record<string, string>>;
    readonly [option: string]: unknown;
  };
  readonly licence: string | null;
  readonly source: string | null;
  /** Least score to begin with, 0..1; undefined where it was not measured. */
  readonly confidence?: number | undefined;
  /** SHA-256 of the .onnx file, lower-case hex. */
  readonly hash: string;
  /** Of a form made of another model; undefined for all others. */
  readonly quantization?: {
    readonly to: 'int8' | 'float16';
    readonly from: { readonly name: string; readonly hash: string };
    readonly calibratedOn: string;
    readonly agreement: { readonly matched: number; readonly boxes: number };
    readonly speed: { readonly ratio: number };
  } | undefined;
};

export type CompanionInput = {
  readonly name: string;
  readonly type: 'int64' | 'int32' | 'float32';
  readonly dims: readonly number[];
  /** In row-major order; one number stands for all. */
  readonly values: readonly number[];
};

/** A model that can be run. */
export type Model = { readonly path: string; readonly card: ModelCard; readonly info: ModelInfo };

/** Where one frame's time went, in milliseconds. */
export type InferenceTimes = { readonly preprocess: number; readonly inference: number; readonly postprocess: number };

export type InferenceResult = {
  /** Packed detections (see contract/detections), display pixels, best first, clipped to the picture. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** The frame's buffer, handed back for the next one. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly times: InferenceTimes;
};

/** Called when the provider that runs is no longer the one that ran. */
export type ProviderChange = { readonly from: ProviderId; readonly to: ProviderId; readonly reason: string };

export type SessionOptions = {
  readonly provider: ProviderId;
  /** Threads inside one operator, for the CPU provider; null lets onnxruntime choose. */
  readonly threads: number | null;
};
