import { existsSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeChildren } from '../engine/children.js';
import { UserError, type ProviderId, type Size } from '../engine/contract/contract.js';
import { listModels } from '../engine/inference/cards.js';
import { modelFileSize } from '../engine/inference/model-file.js';
import { benchOpener } from '../engine/lab/bench.js';
import { pictureOf } from '../engine/lab/file-inputs.js';
import { defaultSize, fileSubject, modelSubject, networkSubject, openSubject, type SubjectEntry, type Workshop } from '../engine/lab/subjects.js';
import type { OpenBench, OpenSubject, Runner } from '../engine/lab/types.js';
import { scratchFolder } from '../engine/scratch.js';
import { inferenceThreads } from '../engine/service/workers.js';
import { allNetworks, findNetwork } from '../../models/reference/catalogue.js';
import type { OptionSpec, Parsed } from './arguments.js';
import { settings } from './open.js';
import { readSize } from './open-network.js';

const providers = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu'] as const satisfies readonly ProviderId[];

export const labOptions = {
  provider: { type: 'text', value: 'NAME', choices: providers, help: 'what runs the graphs (cpu)' },
  threads: { type: 'number', range: [1, 1024], help: 'threads inside one operator, on the cpu (one a core, at most 8)' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const sizeOption: OptionSpec = { type: 'text', value: 'N|WxH', help: 'size of the picture in pixels (224, or what the file says)' };

/** The provider that was asked for; the CPU where none was. */
export const askedProvider = (args: Parsed): ProviderId => providers.find((one) => one === args.text('provider')) ?? 'cpu';

/** What measures graphs, for one command. */
export type Lab = {
  readonly openBench: OpenBench;
  readonly workshop: Workshop;
  readonly runner: Runner;
};

/** Lends `measure` what it needs, and cleans up behind it. */
export const withLab = async <T>(args: Parsed, measure: (lab: Lab) => Promise<T>): Promise<T> => {
  const folder = await scratchFolder('lab');
  // A second Ctrl-C, or a reader that has gone, ends the program at once.
  const removeNow = (): void => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A child that is just ending may hold a file.
    }
  };
  process.once('exit', removeNow);
  try {
    const provider = askedProvider(args);
    const asked = args.number('threads');
    const threads = asked !== null ? Math.round(asked) : provider === 'cpu' ? inferenceThreads() : null;
    return await measure({ openBench: benchOpener(nodeChildren, folder), workshop: { startChild: nodeChildren, folder }, runner: { provider, threads } });
  } finally {
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeNow);
  }
};

/** A network by its ID, a model by its, or an .onnx file. Throws a UserError for what is none of them. */
export const namedSubject = async (what: string, { workshop }: Lab): Promise<SubjectEntry> => {
  const network = findNetwork(what);
  if (network !== null) return networkSubject(network, workshop);
  const { zooFolder, dataFolder } = settings();
  const model = (await listModels(zooFolder, join(dataFolder, 'models'))).find(({ info }) => info.id === what);
  if (model !== undefined) return modelSubject(model);
  if (what.toLowerCase().endsWith('.onnx')) await modelFileSize(what);
  else if (!existsSync(what)) {
    throw new UserError('usage', `There is no network, model or file “${what}”.`, `There are ${allNetworks.map(({ id }) => id).join(', ')}; “models list” lists the models.`);
  }
  return fileSubject(what);
};

/** The size that was asked for; null where none was. Throws a UserError of kind 'usage'. */
export const askedSize = (args: Parsed): Size | null => {
  const size = args.text('size');
  return size === null ? null : readSize(size);
};

/** Opens what is named for one picture of the size that was asked for. Throws a UserError of kind 'usage' where it takes another one only. */
export const openNamed = async (what: string, args: Parsed, lab: Lab, signal: AbortSignal): Promise<OpenSubject> => {
  const asked = askedSize(args);
  const subject = await openSubject(await namedSubject(what, lab), asked ?? defaultSize, 1, signal);
  const taken = pictureOf(new Map(Object.entries(subject.inputs)))?.input;
  if (asked !== null && taken !== undefined && (taken.width !== asked.width || taken.height !== asked.height)) {
    throw new UserError('usage', `${subject.title} takes pictures of ${taken.width} x ${taken.height} only.`, 'Leave out --size.');
  }
  return subject;
};
