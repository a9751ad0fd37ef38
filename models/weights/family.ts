import type { Network } from '../networks/layers.js';
import type { Variant } from '../networks/variants.js';
import type { PictureSize } from '../networks/vovnet.js';
import type { LayerName } from './layout.js';

/** What a network was trained to see: a channel became (byte - mean) ÷ std. Both in the order red, green, blue. */
export type Pixels = {
  /** Order of the channels it takes; weights for blue, green, red are turned round when they are read. */
  readonly order: 'rgb' | 'bgr';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
};

/** One network that a family publishes weights of. */
export type Member = {
  /** The ID of ours. */
  readonly id: string;
  /** What it is called there. */
  readonly name: string;
  readonly pixels: Pixels;
  /** Of a VoVNet, how it was trained. */
  readonly variant: Variant | null;
  /** The network as it was trained: its features or, where classes are to be told apart, their scores. */
  readonly network: (size: PictureSize, classes?: number) => Network;
};

/** Weights published in one way: how tensors are called, by what they are recognised, and whose they are. */
export type Family = {
  readonly id: string;
  readonly title: string;
  /** Tensors that all such files hold, after a prefix they share; and one they must not hold. */
  readonly has: readonly string[];
  readonly lacks?: string;
  /** What that prefix must be like, where names alone do not tell. */
  readonly prefix?: RegExp;
  readonly names: readonly LayerName[] | 'own';
  /** What the classifier is called; null where there is none. */
  readonly classifier: string | null;
  readonly members: readonly Member[];
};

/** ImageNet's mean and deviation. */
export const imageNet: Pixels = { order: 'rgb', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
