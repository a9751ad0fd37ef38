import { clone, create } from '@bufbuild/protobuf';
import { ModelProtoSchema, ValueInfoProtoSchema, type ModelProto } from '../onnx/generated/onnx_pb.js';
import { elementTypes } from '../onnx/types.js';
import type { Plan } from './plan.js';

/** Values of a plan whose numbers must be seen before it can be carried out; `given` are bytes already. */
export const observedBy = (plan: Plan, given: ReadonlySet<string>): readonly string[] =>
  plan.groups.filter((group) => !group.some((name) => given.has(name))).flat();

/** The model with float32 `values` between its nodes as its only outputs. */
export const withOutputs = (model: ModelProto, values: readonly string[]): ModelProto => {
  const copy = clone(ModelProtoSchema, model);
  if (!copy.graph) return copy;
  copy.graph.output = values.map((name) => create(ValueInfoProtoSchema, {
    name, type: { value: { case: 'tensorType', value: { elemType: elementTypes.float32.code } } },
  }));
  return copy;
};
