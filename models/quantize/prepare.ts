import type { ModelProto } from '../onnx/generated/onnx_pb.js';
import { allNodes, externalData } from '../onnx/read.js';
import { elementTypeOf } from '../onnx/types.js';
import { QuantizeError } from './error.js';
import { layerName, operatorOf } from './graph.js';
import { opsetOf } from './modernise.js';
import { foldPicture } from './picture.js';
import { groupPixels } from './pixels.js';
import { convolutionsOf } from './plan.js';
import type { Scale } from './scale.js';
import { simplify } from './simplify.js';

/** A float32 model in the form in which it can be quantised. */
export type Prepared = {
  readonly model: ModelProto;
  /** Values that are bytes already: the picture. */
  readonly given: ReadonlyMap<string, Scale>;
  /** Names of the convolutions that can become bytes, in the order of the graph. */
  readonly layers: readonly string[];
  /** Those of them that no other convolution follows. */
  readonly last: ReadonlySet<string>;
  /** Those that read neighbouring pixels as one, which costs more should they stay in float32. */
  readonly grouped: ReadonlySet<string>;
};

/** First version in which onnxruntime has convolutions of bytes. */
const oldestOpset = 10;

/** Operators that only quantised models have. */
const quantised = /(^|\.)(QuantizeLinear|QLinear\w+|ConvInteger|MatMulInteger|DynamicQuantize\w+|QGemm|QAttention)$/;

/**
 * Brings a model into form and finds its convolutions. `inputs` gives the dimensions of every input, `keep`
 * names convolutions that will stay in float32.
 * Throws a QuantizeError for models without float32 convolutions.
 */
export const prepare = (source: ModelProto, inputs: ReadonlyMap<string, readonly number[]>, keep: ReadonlySet<string> = new Set()): Prepared => {
  const found = allNodes(source).map(operatorOf);
  if (found.some((operator) => quantised.test(operator))) {
    throw new QuantizeError('already-quantized', 'The model is quantised already.', 'Take the float32 model that it was made from.');
  }
  if (externalData(source).length > 0) {
    throw new QuantizeError('weights-elsewhere', 'The model keeps its weights in another file.', 'Save it as one file first; files up to 1 GiB are read.');
  }
  const model = simplify(source, inputs);
  if (opsetOf(model) < oldestOpset) {
    throw new QuantizeError('too-old', `The model speaks version ${opsetOf(model)} of ONNX's operators and cannot be brought further; bytes need ${oldestOpset} at least.`, 'Export it again with opset 13 or newer.');
  }
  if (!model.graph) throw new QuantizeError('no-convolution', 'The model has no graph.', 'Take an .onnx file of a detector.');
  const given = foldPicture(model);
  const grouped = groupPixels(model, inputs, keep);
  const { all, last } = convolutionsOf(model.graph);
  if (all.length === 0) {
    const halves = model.graph.initializer.filter(({ dataType }) => ['float16', 'bfloat16'].includes(elementTypeOf(dataType) ?? '')).length;
    if (halves > 0) throw new QuantizeError('half-precision', 'The weights have half precision already.', 'Take the float32 model that it was made from.');
    throw new QuantizeError('no-convolution', 'The model has no convolution with constant float32 weights: nothing in it gains from bytes.', 'Only models that are built of convolutions can be made faster this way.');
  }
  return { model, given, layers: all.map(layerName), last: new Set([...last].map(layerName)), grouped };
};
