import type { Tensor } from '../../models/weights/numbers.js';
import type { TensorFile } from '../../models/weights/safetensors.js';

/** One tensor of a published file: what it is called there, its dimensions, and our name for it (null: none). */
export type Row = readonly [theirs: string, dims: readonly number[], ours: string | null];

/** PyTorch's BatchNorm2d. */
export const normRows = (theirs: string, channels: number, ours: string): readonly Row[] => [
  [`${theirs}.weight`, [channels], `${ours}.norm.scale`], [`${theirs}.bias`, [channels], `${ours}.norm.shift`],
  [`${theirs}.running_mean`, [channels], `${ours}.norm.mean`], [`${theirs}.running_var`, [channels], `${ours}.norm.variance`],
  [`${theirs}.num_batches_tracked`, [], null],
];

/** A file of those tensors. Names and dimensions are all that recognising looks at, so there need not be bytes. */
export const fileOf = (rows: readonly Row[], filled = false): TensorFile => ({
  metadata: new Map(),
  tensors: new Map(rows.map(([name, dims], n): [string, Tensor] => {
    if (name.endsWith('num_batches_tracked')) return [name, { type: 'I64', dims, bytes: new Uint8Array(8) }];
    const size = filled ? dims.reduce((product, dim) => product * dim, 1) : 0;
    return [name, { type: 'F32', dims, bytes: new Uint8Array(Float32Array.from({ length: size }, (_, at) => n + 1 + (at % 97) / 128).buffer) }];
  })),
});
