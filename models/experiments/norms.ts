import type { ModelProto, NodeProto, TensorProto } from '../onnx/generated/onnx_pb.js';
import { elementTypeOf } from '../onnx/types.js';
import { tensorBits, toFloats, type TensorType } from '../weights/numbers.js';
import { findAggregations, type Aggregation } from './aggregations.js';
import { linksOf, titleOf, type Links } from './links.js';

/** How much an aggregation's 1x1 convolution takes from one source. */
export type SourceNorm = {
  /** 0 for the first value joined: a module's input. */
  readonly source: number;
  readonly value: string;
  readonly channels: number;
  /** Sum of the weights' absolute values. */
  readonly sum: number;
  /** The same for each weight: `sum` ÷ (channels · output channels). */
  readonly mean: number;
  /** `mean` ÷ the largest mean of the aggregation, 0..1; 0 where all are 0. */
  readonly relative: number;
  /** Of the sums of all sources, 0..1; 0 where all are 0. */
  readonly share: number;
};

export type AggregationNorms = { readonly name: string; readonly kind: Aggregation['kind']; readonly sources: readonly SourceNorm[] };

/**
 * L1 norms of the weights of every aggregation, source by source (Fig. 2 of arXiv 1904.09730).
 * Batch normalisation behind the convolution counts as part of the weights, so that a file with it
 * folded gives the same. `inputs` as for `findAggregations`. Weights of types that are not read
 * (anything but floats and quantised bytes) are left out.
 */
export const aggregationNorms = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): readonly AggregationNorms[] => {
  const { graph } = model;
  if (!graph) return [];
  const reader = createReader(model, linksOf(graph));
  return findAggregations(model, inputs).flatMap((aggregation): AggregationNorms[] => {
    const conv = graph.node[aggregation.conv];
    const weights = conv && reader.weights(conv);
    if (!conv || !weights) return [];
    return [{ name: titleOf(conv).replace(/\/conv$/, ''), kind: aggregation.kind, sources: normsOf(aggregation.sources, weights) }];
  });
};

/** Numbers [out, in] and a factor for each output. */
type Matrix = { readonly values: ArrayLike<number>; readonly gains: ArrayLike<number> | null };

/** Norms of a row-major [out, in] matrix whose columns belong to the sources in turn. */
export const normsOf = (sources: Aggregation['sources'], { values, gains }: Matrix): readonly SourceNorm[] => {
  const width = sources.reduce((sum, { channels }) => sum + channels, 0);
  const rows = width === 0 ? 0 : Math.floor(values.length / width);
  let first = 0;
  const sums = sources.map(({ channels }) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const gain = Math.abs(gains?.[row] ?? 1);
      for (let column = first; column < first + channels; column++) sum += Math.abs(values[row * width + column] ?? 0) * gain;
    }
    first += channels;
    return sum;
  });
  const means = sums.map((sum, n) => sum / Math.max(1, (sources[n]?.channels ?? 0) * rows));
  const [most, total] = [Math.max(...means), sums.reduce((a, b) => a + b, 0)];
  return sources.map(({ value, channels }, source) => {
    const [sum, mean] = [sums[source] ?? 0, means[source] ?? 0];
    return { source, value, channels, sum, mean, relative: most === 0 ? 0 : mean / most, share: total === 0 ? 0 : sum / total };
  });
};

type Reader = { readonly weights: (conv: NodeProto) => Matrix | null };

const createReader = (model: ModelProto, links: Links): Reader => {
  const tensors = new Map<string, TensorProto>(model.graph?.initializer.map((tensor) => [tensor.name, tensor]));
  for (const node of links.nodes) {
    const constant = node.opType === 'Constant' ? node.attribute.find(({ name }) => name === 'value')?.t : undefined;
    if (constant && node.output[0]) tensors.set(node.output[0], constant);
  }
  const makerOf = (value: string): NodeProto | undefined => {
    const at = links.makerOf(value);
    return at === undefined ? undefined : links.nodes[at];
  };
  const numbers = (value: string | undefined): ArrayLike<number> | null => {
    const tensor = tensors.get(value ?? '');
    if (tensor) return tensorNumbers(tensor);
    const maker = makerOf(value ?? '');
    if (maker?.opType === 'Identity' || maker?.opType === 'Cast') return numbers(maker.input[0]);
    if (maker?.opType !== 'DequantizeLinear') return null;
    const [quantised, scales, zeros] = maker.input.map(numbers);
    return dequantised(quantised ?? null, scales ?? null, zeros ?? null);
  };
  return {
    weights: (conv) => {
      const values = numbers(conv.input[1]);
      if (values === null) return null;
      const norm = links.nodes.find(({ opType, input }) => opType === 'BatchNormalization' && input[0] === conv.output[0]);
      if (norm === undefined) return { values, gains: null };
      const [scale, variance] = [numbers(norm.input[1]), numbers(norm.input[4])];
      const epsilon = norm.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
      if (!scale || !variance) return { values, gains: null };
      return { values, gains: Array.from(scale, (each, n) => each / Math.sqrt((variance[n] ?? 1) + epsilon)) };
    },
  };
};

/** Quantised along the first dimension, or as a whole. */
const dequantised = (values: ArrayLike<number> | null, scales: ArrayLike<number> | null, zeros: ArrayLike<number> | null): ArrayLike<number> | null => {
  if (!values || !scales || scales.length === 0) return null;
  const each = values.length / scales.length;
  return Float32Array.from(values, (value, n) => {
    const row = Math.floor(n / each);
    return (value - (zeros?.[row] ?? 0)) * (scales[row] ?? 1);
  });
};

/** Types that weights have, by their names in safetensors. */
const readable: Readonly<Record<string, TensorType>> = { float32: 'F32', float64: 'F64', float16: 'F16', bfloat16: 'BF16', int8: 'I8', uint8: 'U8' };

/** The numbers of a float or 8-bit tensor; null for other types and for data kept elsewhere. */
const tensorNumbers = ({ name, dataType, dims, rawData, floatData, int32Data }: TensorProto): ArrayLike<number> | null => {
  const type = readable[elementTypeOf(dataType) ?? ''];
  const size = dims.reduce((product, dim) => product * Number(dim), 1);
  if (type === undefined) return null;
  if (rawData.length > 0) return (rawData.length * 8) / tensorBits[type] === size ? toFloats(name, { type, dims: [size], bytes: rawData }) : null;
  if (type === 'F32' && floatData.length === size) return floatData;
  return (type === 'I8' || type === 'U8') && int32Data.length === size ? int32Data : null;
};
