import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { networkCost } from '../../../models/cost/cost.js';
import { fileCost } from '../../../models/cost/file-cost.js';
import { findAggregations } from '../../../models/experiments/aggregations.js';
import { inputName } from '../../../models/networks/layers.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { modelInputs } from '../../../models/onnx/read.js';
import { allNetworks, type NetworkEntry } from '../../../models/reference/catalogue.js';
import { UserError, type CompareRow, type Size, type Subject } from '../contract/contract.js';
import type { StartChild } from '../children.js';
import { readModelFile } from '../inference/model-file.js';
import type { Model } from '../inference/types.js';
import { buildNetworkFile } from './bench.js';
import { inputDims, pictureOf } from './file-inputs.js';
import type { BenchGraph, OpenSubject } from './types.js';

/** Size at which networks are measured where nothing else is said: that of ImageNet. */
export const defaultSize: Size = { width: 224, height: 224 };

/** What a subject is at one size and batch: what it is fed, and what it costs for one picture. */
export type PreparedSubject = {
  readonly subject: Subject;
  readonly input: Size;
  readonly batch: number;
  readonly cost: Pick<CompareRow, 'parameters' | 'multiplyAdds' | 'memoryAccess' | 'peakActivationBytes'>;
  readonly graph: Pick<BenchGraph, 'inputs' | 'values' | 'outputs'>;
  /** Where its file lies; a network's is written first. */
  readonly place: (signal?: AbortSignal) => Promise<string>;
};

/** What can be measured, and how it is opened. */
export type SubjectEntry = {
  readonly id: string;
  /** Where its file lies. */
  readonly folder: string;
  /** As it is shown; sizes and costs of files are read on the way. */
  describe(): Promise<Subject>;
  /** Rejects with a UserError where it does not take such pictures. */
  prepare(size: Size, batch: number): Promise<PreparedSubject>;
};

/** Where networks are written to, and by which children. */
export type Workshop = { readonly startChild: StartChild; readonly folder: string };

const aggregating: ReadonlySet<string> = new Set(['vovnet', 'vovnetv2', 'densenet', 'dsod', 'peleenet']);

/** A network of the catalogue: built on the spot, for normalised numbers [n, 3, h, w], so that what is timed is what is counted. */
export const networkSubject = (entry: NetworkEntry, { startChild, folder }: Workshop): SubjectEntry => {
  const id = `network:${entry.id}`;
  const costAt = (size: Size): PreparedSubject['cost'] & { readonly last: string | undefined } => {
    try {
      const network = entry.build(size);
      const { parameters, multiplyAdds, memoryAccess, peakActivationBytes } = networkCost(network);
      const last = network.features[network.features.length - 1];
      return { parameters, multiplyAdds, memoryAccess, peakActivationBytes, last: last && `stride${last.stride}` };
    } catch (error) {
      if (error instanceof RangeError) throw new UserError('usage', error.message, 'Choose a larger size.', { cause: error });
      throw error;
    }
  };
  const describe = (): Subject => {
    const { parameters, multiplyAdds } = costAt(defaultSize);
    return {
      id, kind: 'network', title: entry.title, family: entry.family, fixedSize: null, parameters, multiplyAdds,
      aggregates: aggregating.has(entry.family),
    };
  };
  return {
    id, folder,
    describe: () => Promise.resolve(describe()),
    prepare: (size, batch) => Promise.resolve().then(() => {
      const { last, ...cost } = costAt(size);
      return {
        subject: describe(), input: size, batch, cost,
        // In a detector the features stay on the device: only the last and smallest is fetched, which needs all others.
        graph: { inputs: { [inputName]: [batch, 3, size.height, size.width] }, ...(last !== undefined && { outputs: [last] }) },
        place: async (signal?: AbortSignal) => {
          const path = join(folder, `${entry.id}-${randomBytes(6).toString('hex')}.onnx`);
          await buildNetworkFile(startChild, { network: entry.id, size, batch, path }, signal);
          return path;
        },
      };
    }),
  };
};

type FileSubject = { readonly id: string; readonly title: string; readonly family: string; readonly path: string; readonly fixedSize: Size | null; readonly values: BenchGraph['values'] };

/** What was read of files, by path and state, at their own or the default size. */
const known = new Map<string, Pick<Subject, 'parameters' | 'multiplyAdds' | 'aggregates'>>();

const fileEntry = (file: FileSubject): SubjectEntry => {
  const { id, title, family, path, fixedSize, values } = file;
  const dimsAt = (model: ModelProto, size: Size, batch: number): ReadonlyMap<string, readonly number[]> =>
    inputDims(modelInputs(model), null, { batch, fallback: fixedSize ?? size });
  const describe = async (model?: ModelProto): Promise<Subject> => {
    const about = { id, kind: 'model', title, family, fixedSize } as const;
    const { size, mtimeMs } = await stat(path);
    const key = `${path}\0${size}\0${mtimeMs}`;
    const before = known.get(key);
    if (before !== undefined) return { ...about, ...before };
    const read = model ?? (await readModelFile(path));
    const dims = dimsAt(read, defaultSize, 1);
    const { parameters, multiplyAdds } = fileCost(read, dims);
    const found = { parameters, multiplyAdds, aggregates: findAggregations(read, dims).length > 0 };
    known.set(key, found);
    return { ...about, ...found };
  };
  return {
    id, folder: dirname(path),
    describe: () => describe().catch(() => ({ id, kind: 'model', title, family, fixedSize, parameters: null, multiplyAdds: null, aggregates: false })),
    prepare: async (size, batch) => {
      const model = await readModelFile(path);
      const dims = dimsAt(model, size, batch);
      const { input = fixedSize ?? size, pictures = 1 } = pictureOf(dims) ?? {};
      if ([...dims.values()].some((each) => each.includes(0))) throw new UserError('bad-model', `${basename(path)} takes nothing in: an input has a dimension of 0.`, 'Export it for one picture or more.');
      const cost = fileCost(model, dims);
      return {
        subject: await describe(model),
        input,
        batch: pictures,
        cost: {
          parameters: cost.parameters,
          // A file is counted for all its pictures at once.
          multiplyAdds: cost.multiplyAdds / pictures,
          memoryAccess: cost.memoryAccess / pictures,
          peakActivationBytes: cost.peakActivationBytes / pictures,
        },
        graph: { inputs: Object.fromEntries(dims), ...(values !== undefined && { values }) },
        place: () => Promise.resolve(path),
      };
    },
  };
};

/** A detector of the zoo or of the user. */
export const modelSubject = ({ path, card, info }: Model): SubjectEntry => fileEntry({
  id: `model:${info.id}`, title: info.name, family: 'detector', path, fixedSize: info.input,
  values: Object.fromEntries((card.input.companions ?? []).map((companion) => [companion.name, companion.values])),
});

/** Any ONNX file, under its path. */
export const fileSubject = (path: string): SubjectEntry =>
  fileEntry({ id: `file:${path}`, title: basename(path), family: 'file', path, fixedSize: null, values: undefined });

/** Everything that can be measured: the networks first, then the models. */
export const subjectEntries = (models: readonly Model[], workshop: Workshop): readonly SubjectEntry[] =>
  [...allNetworks.map((entry) => networkSubject(entry, workshop)), ...models.map(modelSubject)];

/** Throws a UserError for an unknown id. */
export const findSubject = (entries: readonly SubjectEntry[], id: string): SubjectEntry => {
  const found = entries.find((entry) => entry.id === id);
  if (found === undefined) throw new UserError('bad-model', `There is nothing called “${id}” that could be measured.`, 'Choose another one, or add the file again.');
  return found;
};

/** Opens a subject as a graph that can be looked into. */
export const openSubject = async (entry: SubjectEntry, size: Size, batch: number, signal?: AbortSignal): Promise<OpenSubject> => {
  const { subject, graph, place } = await entry.prepare(size, batch);
  const path = await place(signal);
  return {
    title: subject.title, source: path, model: await readModelFile(path), inputs: graph.inputs, trained: subject.kind === 'model',
    ...(graph.values !== undefined && { values: graph.values }),
  };
};
