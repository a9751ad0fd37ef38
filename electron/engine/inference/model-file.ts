import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { OnnxError } from '../../../models/onnx/error.js';
import { externalData, foreignDomains, readLimits, readModel } from '../../../models/onnx/read.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { UserError } from '../contract/contract.js';

/** Operator sets beyond ONNX's own that onnxruntime-node brings with it. */
const builtIn = new Set(['com.microsoft', 'ai.onnx.ml', 'com.microsoft.nchwc', 'com.ms.internal.nhwc']);

const chooseAnother = 'Choose an .onnx file of a detector that ONNX Runtime can run.';

export const badModel = (path: string, what: string, hint = chooseAnother, cause?: unknown): UserError =>
  new UserError('bad-model', `${basename(path)} cannot be used: ${what}`, hint, cause === undefined ? undefined : { cause });

/** SHA-256 of a file, lower-case hex. */
export const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Size of a model file in bytes. Throws UserError('bad-model') where there is none. */
export const modelFileSize = async (path: string): Promise<number> => {
  const file = await stat(path).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError('bad-model', code === 'ENOENT' ? `There is no model file at ${path}.` : `${path} cannot be read (${code ?? 'unknown reason'}).`, chooseAnother);
  });
  if (!file.isFile()) throw new UserError('bad-model', `${path} is a folder or a device, not a model file.`, chooseAnother);
  return file.size;
};

/**
 * Reads a model file and refuses what must not reach onnxruntime: what is no ONNX model, is cut
 * off, declares tensors beyond reason, keeps weights outside its folder, or needs foreign operators.
 * Throws UserError('bad-model').
 */
export const readModelFile = async (path: string): Promise<ModelProto> => {
  const size = await modelFileSize(path);
  if (size > readLimits.fileBytes) {
    throw badModel(path, `it has ${(size / 2 ** 30).toFixed(1)} GB; models up to ${readLimits.fileBytes / 2 ** 30} GB are read.`);
  }
  const bytes = await readFile(path);
  try {
    const model = readModel(bytes);
    for (const { tensor, location } of externalData(model)) await checkExternal(path, tensor, location);
    const foreign = foreignDomains(model).filter((domain) => !builtIn.has(domain));
    if (foreign.length > 0) {
      throw badModel(path, `it needs operators that ONNX Runtime does not have (${foreign.join(', ')}).`, 'Export it again without custom operators, e.g. without a TensorRT plug-in for NMS.');
    }
    return model;
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    throw badModel(path, lowerFirst(error.message), chooseAnother, error);
  }
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Weights in another file must really lie in the model's folder, links followed. */
const checkExternal = async (path: string, tensor: string, location: string): Promise<void> => {
  const folder = await realpath(dirname(path));
  const real = await realpath(join(folder, location)).catch(() => null);
  if (real === null) {
    throw badModel(path, `its weights '${tensor}' are in the file ${location}, which is not beside it.`, 'Put that file into the same folder.');
  }
  if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    throw badModel(path, `its weights '${tensor}' are said to be in ${location}, which leads out of the model's folder.`);
  }
};
