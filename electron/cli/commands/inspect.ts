import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../engine/contract/contract.js';
import { listModels } from '../../engine/inference/cards.js';
import { readModelFile } from '../../engine/inference/model-file.js';
import { networkCost, type Cost, type LayerCost } from '../../../models/cost/cost.js';
import { fileCost, type NodeCost } from '../../../models/cost/file-cost.js';
import type { Shape } from '../../../models/networks/layers.js';
import { modelInputs } from '../../../models/onnx/read.js';
import { findNetwork } from '../../../models/reference/catalogue.js';
import type { Parsed } from '../arguments.js';
import type { Command } from '../command.js';
import { inputDims } from '../../engine/lab/file-inputs.js';
import { textColumns } from '../lab-text.js';
import { settings } from '../open.js';
import { networkOptions, openNetwork, readSize } from '../open-network.js';

/** `vovision inspect`: see docs/cli.md. */
export const inspect: Command = {
  spec: {
    name: 'inspect',
    summary: 'inspect ID|FILE.onnx: what a network costs, layer by layer: parameters, multiply-adds, memory access. “models list” lists the IDs.',
    positionals: ['ID|FILE'],
    options: networkOptions,
  },
  run: async (args, output) => {
    const [what = ''] = args.positionals;
    const path = isFile(what) ? what : await modelPath(what);
    const { answer, text } = path === null ? inspectNetwork(what, args) : await inspectFile(path, args);
    output.answer(answer, text);
    return 0;
  },
};

type Inspection = { readonly answer: unknown; readonly text: string };

/** An ID is never taken for a file of the same name; whatever else is there, or is called .onnx, is one. */
const isFile = (what: string): boolean => findNetwork(what) === null && (what.toLowerCase().endsWith('.onnx') || existsSync(what));

/** Where the file of a model lies that “models list” lists; null for all other words. */
const modelPath = async (id: string): Promise<string | null> => {
  const { zooFolder, dataFolder } = settings();
  const models = await listModels(zooFolder, join(dataFolder, 'models'));
  return models.find(({ info }) => info.id === id)?.path ?? null;
};

const inspectNetwork = (id: string, args: Parsed): Inspection => {
  const { network, stem } = openNetwork(id, args);
  const cost = networkCost(network);
  const { width, height } = network.input;
  const about = { id: network.id, title: network.title, stem, input: { width, height } };
  return { answer: { ...about, ...cost }, text: [`${network.title}, ${width}x${height}`, '', ...table(networkColumns, cost.layers), '', ...totals(cost, ' as float32')].join('\n') };
};

const inspectFile = async (path: string, args: Parsed): Promise<Inspection> => {
  if (args.text('stem') !== null) throw new UserError('usage', '--stem is for the networks that are built here; a file has its own.', 'Leave it out.');
  const size = args.text('size');
  const model = await readModelFile(path);
  const inputs = inputDims(modelInputs(model), size === null ? null : readSize(size));
  const cost = fileCost(model, inputs);
  const shapes = [...inputs].map(([name, dims]) => ({ name, dims }));
  const unknown = cost.unknown.length === 0 ? [] : [
    '', `Not counted, since their shapes depend on the data or their operators are not known: ${cost.unknown.map(({ name, operator }) => `${name} (${operator})`).join(', ')}`,
  ];
  return {
    answer: { file: path, inputs: shapes, ...cost },
    text: [
      `${path}, ${shapes.map(({ name, dims }) => `${name} ${dims.join('x')}`).join(', ')}`, '',
      ...table(fileColumns, cost.layers.filter(({ parameters, memoryAccess }) => parameters + memoryAccess > 0)), ...unknown, '', ...totals(cost, ''),
    ].join('\n'),
  };
};

type Column<T> = { readonly title: string; readonly cell: (layer: T) => string; readonly number?: boolean };

const millions = (value: number, digits = 2): string => (value / 1e6).toFixed(digits);
const shape = ({ channels, height, width }: Shape): string => `${channels}x${height}x${width}`;

const costColumns: readonly Column<Cost>[] = [
  { title: 'parameters', cell: ({ parameters }) => String(parameters), number: true },
  { title: 'M multiply-adds', cell: ({ multiplyAdds }) => millions(multiplyAdds), number: true },
  { title: 'M memory access', cell: ({ memoryAccess }) => millions(memoryAccess, 3), number: true },
  { title: '÷ least', cell: ({ memoryAccessRatio }) => memoryAccessRatio.toFixed(2), number: true },
  { title: 'intensity', cell: ({ arithmeticIntensity }) => arithmeticIntensity.toFixed(1), number: true },
];

const networkColumns: readonly Column<LayerCost>[] = [
  { title: 'layer', cell: ({ name }) => name },
  {
    title: 'kernel',
    cell: ({ kind, kernel, stride, groups }) => (kind === 'conv' ? `${kernel}x${kernel}${stride > 1 ? ` /${stride}` : ''}${groups > 1 ? ` g${groups}` : ''}` : kind),
  },
  { title: 'in', cell: ({ input }) => shape(input) },
  { title: 'out', cell: ({ output }) => shape(output) },
  ...costColumns,
];

const fileColumns: readonly Column<NodeCost>[] = [
  { title: 'node', cell: ({ name }) => name },
  { title: 'operator', cell: ({ operator }) => operator },
  { title: 'out', cell: ({ output }) => output.join('x') },
  ...costColumns,
];

const table = <T>(columns: readonly Column<T>[], layers: readonly T[]): readonly string[] => textColumns(
  [columns.map(({ title }) => title), ...layers.map((layer) => columns.map(({ cell }) => cell(layer)))],
  columns.map(({ number }) => number === true),
);

const totals = (cost: Cost & { readonly peakActivationElements: number; readonly peakActivationBytes: number }, precision: string): readonly string[] => [
  `parameters        ${millions(cost.parameters)} M`,
  `multiply-adds     ${(cost.multiplyAdds / 1e9).toFixed(2)} G (the paper's FLOPs; tools that count two for each say ${(cost.multiplyAdds / 5e8).toFixed(2)} GFLOPs)`,
  `memory access     ${millions(cost.memoryAccess, 1)} M elements, ${cost.memoryAccessRatio.toFixed(3)} times the least possible`,
  `intensity         ${cost.arithmeticIntensity.toFixed(1)} multiply-adds an element`,
  `peak activations  ${millions(cost.peakActivationElements)} M elements, ${(cost.peakActivationBytes / 2 ** 20).toFixed(1)} MiB${precision}`,
];
