import { writeFile } from 'node:fs/promises';
import { infoOf } from '../../electron/engine/inference/card.js';
import type { Model, ModelCard } from '../../electron/engine/inference/types.js';
import type { ModelProto } from '../../models/onnx/generated/onnx_pb.js';
import { writeModel } from '../../models/onnx/write.js';

/** Writes a model and takes its card on trust, for what is tested below the cards. */
export const writeModelFile = async (path: string, card: ModelCard, proto: ModelProto): Promise<Model> => {
  const bytes = writeModel(proto);
  await writeFile(path, bytes);
  return { path, card, info: infoOf(card, card.name, bytes.length, 'elsewhere') };
};
