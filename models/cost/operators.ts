import { sizeOf } from '../onnx/shapes/tensor.js';

/** Dimensions of what a node reads as data, and of what it gives out first. */
export type Sizes = { readonly inputs: readonly (readonly number[])[]; readonly output: readonly number[] };

/** They say otherwise how data is to be read, or make none: nothing is moved. */
const reshaping = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'];
/**
 * Steps between numbers and bytes. In a quantised graph they stand around every operator, and a runtime
 * merges them with it; where one does not, more is moved than is said here.
 */
const steps = ['QuantizeLinear', 'DequantizeLinear'];
export const views: ReadonlySet<string> = new Set([...reshaping, ...steps]);
/** They make values from nothing or from shapes. */
export const makers: ReadonlySet<string> = new Set(['Constant', 'ConstantOfShape', 'Shape', 'Size']);

/** Operators of which only the named inputs are data or weights; the others are scales and zero points. */
const dataPlaces: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [0], DequantizeLinear: [0], DynamicQuantizeLinear: [0],
  QLinearConv: [0, 3, 8], ConvInteger: [0, 1], QLinearMatMul: [0, 3], MatMulInteger: [0, 1],
  QLinearAdd: [0, 3], QLinearMul: [0, 3], QLinearSigmoid: [0], QLinearLeakyRelu: [0], QLinearGlobalAveragePool: [0],
};

/** The inputs of a node that are data or weights, in their order. */
export const dataInputs = ({ opType, input }: { readonly opType: string; readonly input: readonly string[] }): readonly string[] => {
  const places = Object.hasOwn(dataPlaces, opType) ? dataPlaces[opType] : undefined;
  return (places === undefined ? input : places.map((place) => input[place] ?? '')).filter((name) => name !== '');
};

/** Elements for each index of the first dimension. */
const sizeOfFirst = ([, ...others]: readonly number[]): number => sizeOf(others);

const conv = ({ inputs: [, w = []], output }: Sizes): number => sizeOfFirst(w) * sizeOf(output);
const matrix = ({ inputs: [a = []], output }: Sizes): number => (a[a.length - 1] ?? 0) * sizeOf(output);

/** Convolutions, for which memory access has a bound (see `convCost`). */
export const convolutionOperators: ReadonlySet<string> = new Set(['Conv', 'FusedConv', 'QLinearConv', 'ConvInteger']);

const byOperator: Readonly<Record<string, (sizes: Sizes) => number>> = {
  Conv: conv, FusedConv: conv, QLinearConv: conv, ConvInteger: conv,
  ConvTranspose: ({ inputs: [x = [], w = []] }) => sizeOfFirst(w) * sizeOf(x),
  MatMul: matrix, QLinearMatMul: matrix, MatMulInteger: matrix,
  // Either side of a tells the length of the sums: its size divided by the rows that come out.
  Gemm: ({ inputs: [a = []], output }) => (sizeOf(a) / Math.max(1, output[0] ?? 1)) * sizeOf(output),
  BatchNormalization: ({ output }) => sizeOf(output),
};

/** Multiply-adds of a node; operators that are not listed have none. */
export const multiplyAddsOf = (operator: string, sizes: Sizes): number =>
  Object.hasOwn(byOperator, operator) ? (byOperator[operator]?.(sizes) ?? 0) : 0;
