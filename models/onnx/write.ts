import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ModelProto } from './generated/onnx_pb.js';

/** The bytes of an .onnx file. */
export const writeModel = (model: ModelProto): Uint8Array<ArrayBuffer> => toBinary(ModelProtoSchema, model);
