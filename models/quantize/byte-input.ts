import { clone, create } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorShapeProto_DimensionSchema, TypeProto_TensorSchema, type ModelProto } from '../onnx/generated/onnx_pb.js';
import { tensorType } from '../onnx/read.js';
import { makeTensor } from '../onnx/tensor.js';
import { elementTypes } from '../onnx/types.js';
import { freshNames, makeNode } from './graph.js';

/** How a model's float32 picture [n, 3, h, w] or [n, h, w, 3] is made of bytes: (byte - mean) ÷ std, for each channel. */
export type FloatPicture = {
  readonly name: string;
  readonly layout: 'nchw' | 'nhwc';
  readonly width: number;
  readonly height: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
};

/**
 * The model with uint8 [n, h, w, 3] in place of its float32 picture, under the same name; what was done
 * to the bytes before is then in the graph, where quantisation does away with it. Null where the input
 * is not there or of another kind.
 */
export const withByteInput = (model: ModelProto, { name, layout, width, height, mean, std }: FloatPicture): ModelProto | null => {
  const copy = clone(ModelProtoSchema, model);
  const { graph } = copy;
  const input = graph?.input.find((each) => each.name === name);
  if (!graph || !input) return null;
  const { type, dims } = tensorType(input);
  if (type !== 'float32' || dims?.length !== 4 || input.type?.value.case !== 'tensorType') return null;
  const batch = input.type.value.value.shape?.dim[0];
  const dim = [height, width, 3].map((size) => create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(size) } }));
  input.type.value.value = create(TypeProto_TensorSchema, { elemType: elementTypes.uint8.code, shape: { dim: batch ? [batch, ...dim] : dim } });

  const fresh = freshNames(graph);
  const picture = fresh(`${name}/numbers`);
  for (const node of graph.node) node.input = node.input.map((each) => (each === name ? picture : each));
  const [planes, floats, centred, meanName, stdName] = ['planes', 'floats', 'centred', 'mean', 'std'].map((part) => fresh(`${name}/${part}`)) as [string, string, string, string, string];
  const spread = layout === 'nchw' ? [1, 3, 1, 1] : [1, 1, 1, 3];
  graph.initializer.push(makeTensor(meanName, 'float32', spread, mean), makeTensor(stdName, 'float32', spread, std));
  graph.node.unshift(
    ...(layout === 'nchw' ? [makeNode('Transpose', planes, [name], [planes], { integers: { perm: [0, 3, 1, 2] } })] : []),
    makeNode('Cast', floats, [layout === 'nchw' ? planes : name], [floats], { integers: { to: elementTypes.float32.code } }),
    makeNode('Sub', centred, [floats, meanName], [centred]),
    makeNode('Div', picture, [centred, stdName], [picture]),
  );
  return copy;
};
