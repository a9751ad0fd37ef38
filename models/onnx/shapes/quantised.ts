import { known, type Operation } from './tensor.js';
import type { Rule } from './rules.js';
import { broadcast, convolution, matrixProduct, wholePooling } from './windows.js';

/** The rule of an operator on numbers, for one whose data stand at other places among its inputs. */
const at = (places: readonly number[], rule: Rule): Rule => (op: Operation) =>
  rule({ ...op, inputs: places.map((place) => op.inputs[place]) });

const sameShape: Rule = ({ inputs: [x] }) => (x ? known(x.dims) : null);

const together: Rule = ({ inputs: [a, b] }) => {
  const dims = a && b ? broadcast(a.dims, b.dims) : null;
  return dims ? known(dims) : null;
};

/** Operators on integers with scales and zero points, of ONNX itself. */
export const quantisedRules: Readonly<Record<string, Rule>> = {
  QuantizeLinear: sameShape, DequantizeLinear: sameShape,
  DynamicQuantizeLinear: ({ inputs: [x] }) => (x ? [known(x.dims), known([]), known([])] : null),
  QLinearConv: at([0, 3], convolution), ConvInteger: convolution,
  QLinearMatMul: at([0, 3], matrixProduct), MatMulInteger: matrixProduct,
};

/** Those of onnxruntime's own set (com.microsoft) that its quantiser and its optimiser write. */
export const runtimeRules: Readonly<Record<string, Rule>> = {
  QuantizeLinear: sameShape, DequantizeLinear: sameShape,
  FusedConv: convolution,
  QLinearAdd: at([0, 3], together), QLinearMul: at([0, 3], together),
  QLinearSigmoid: sameShape, QLinearLeakyRelu: sameShape,
  QLinearGlobalAveragePool: (op) => (op.int('channels_last', 0) === 0 ? wholePooling(op) : null),
};
