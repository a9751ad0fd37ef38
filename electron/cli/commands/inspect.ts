import { networkCost, type LayerCost, type NetworkCost } from '../../../models/cost/cost.js';
import type { Shape } from '../../../models/networks/layers.js';
import type { Command } from '../command.js';
import { networkOptions, openNetwork } from '../open-network.js';

/** `vovision inspect`: see docs/cli.md. */
export const inspect: Command = {
  spec: {
    name: 'inspect',
    summary: 'inspect ID: what a network costs, layer by layer: parameters, multiply-adds, memory access. “models list” lists the IDs.',
    positionals: ['ID'],
    options: networkOptions,
  },
  run: (args, output) => {
    const { network, stem } = openNetwork(args.positionals[0] ?? '', args);
    const cost = networkCost(network);
    const { width, height } = network.input;
    const about = { id: network.id, title: network.title, stem, input: { width, height } };
    output.answer({ ...about, ...cost }, describe(`${network.title}, ${width}x${height}`, cost));
    return Promise.resolve(0);
  },
};

const millions = (value: number, digits = 2): string => (value / 1e6).toFixed(digits);
const shape = ({ channels, height, width }: Shape): string => `${channels}x${height}x${width}`;

const columns: readonly (readonly [title: string, cell: (layer: LayerCost) => string])[] = [
  ['layer', ({ name }) => name],
  ['kernel', ({ kernel, stride, groups }) => `${kernel}x${kernel}${stride > 1 ? ` /${stride}` : ''}${groups > 1 ? ` g${groups}` : ''}`],
  ['in', ({ input }) => shape(input)],
  ['out', ({ output }) => shape(output)],
  ['parameters', ({ parameters }) => String(parameters)],
  ['M multiply-adds', ({ multiplyAdds }) => millions(multiplyAdds)],
  ['M memory access', ({ memoryAccess }) => millions(memoryAccess, 3)],
  ['÷ least', ({ memoryAccessRatio }) => memoryAccessRatio.toFixed(2)],
  ['intensity', ({ arithmeticIntensity }) => arithmeticIntensity.toFixed(1)],
];

const describe = (title: string, cost: NetworkCost): string => {
  const rows = [columns.map(([name]) => name), ...cost.layers.map((layer) => columns.map(([, cell]) => cell(layer)))];
  const widths = columns.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  // Names to the left, numbers to the right.
  const line = (row: readonly string[]): string =>
    row.map((cell, n) => (n < 4 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ');
  return [
    title,
    '',
    ...rows.map(line),
    '',
    `parameters        ${millions(cost.parameters)} M`,
    `multiply-adds     ${(cost.multiplyAdds / 1e9).toFixed(2)} G (the paper's FLOPs; tools that count two for each say ${(cost.multiplyAdds / 5e8).toFixed(2)} GFLOPs)`,
    `memory access     ${millions(cost.memoryAccess, 1)} M elements, ${cost.memoryAccessRatio.toFixed(3)} times the least possible`,
    `intensity         ${cost.arithmeticIntensity.toFixed(1)} multiply-adds an element`,
    `peak activations  ${millions(cost.peakActivationElements)} M elements, ${(cost.peakActivationBytes / 2 ** 20).toFixed(1)} MiB as float32`,
  ].join('\n');
};
