import { createRandom } from '../../models/networks/random.js';
import { buildModel, type Attribute, type GraphScope, type Value } from '../../models/onnx/build.js';
import type { ModelProto } from '../../models/onnx/generated/onnx_pb.js';

const random = createRandom(4, 'graphs');
export const chance = (size: number, factor = 1): Float32Array => Float32Array.from({ length: size }, () => factor * (2 * random() - 1));

export type ConvForm = { readonly inputs?: number; readonly outputs?: number; readonly kernel?: number; readonly groups?: number; readonly bias?: boolean; readonly attributes?: Record<string, Attribute> };

export const conv = (graph: GraphScope, x: Value, name: string, { inputs = 8, outputs = 8, kernel = 3, groups = 1, bias = true, attributes = {} }: ConvForm = {}): Value => graph.node('Conv', [
  x, graph.constant('float32', [outputs, inputs / groups, kernel, kernel], chance((outputs * inputs * kernel * kernel) / groups, 0.3), `${name}.weight`),
  ...(bias ? [graph.constant('float32', [outputs], chance(outputs), `${name}.bias`)] : []),
], { pads: { ints: Array<number>(4).fill(kernel >> 1) }, group: { int: groups }, ...attributes }, name);

export const relu = (graph: GraphScope, x: Value): Value => graph.node('Relu', [x]);

export const picture = (compose: (graph: GraphScope, x: Value) => Value, opset = 17, size = 16): ModelProto => buildModel({ name: 'small', opset }, (graph) => {
  graph.output('y', compose(graph, graph.input('x', 'float32', [1, 8, size, size])), 'float32', [1, null, null, null]);
});
