import { type TrueBox } from './frame.js';

/** Which frames a worker renders (every `stride`-th of the list from `first`) and how. */
export type Job = {
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly seed: number;
  readonly noise: number;
  readonly indices: readonly number[];
  readonly first: number;
  readonly stride: number;
};

export type Rendered = { readonly n: number; readonly rgb: Uint8Array; readonly boxes: readonly TrueBox[] };
