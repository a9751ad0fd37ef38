import { layersTable, type LayerRow } from '../../engine/contract/contract.js';
import { measureLayers, type LayersOutcome } from '../../engine/lab/layers.js';
import type { Command } from '../command.js';
import { checkTableName, writeTable } from '../lab-files.js';
import { labOptions, openNamed, sizeOption, withLab } from '../lab-subject.js';
import { bar, shortNumber, textColumns } from '../lab-text.js';

/** `vovision bench layers`: see docs/cli.md. */
export const benchLayers: Command = {
  spec: {
    name: 'bench layers',
    summary: 'how long each layer takes, with what it costs, under the names of the file.',
    positionals: ['ID|FILE'],
    options: {
      ...labOptions,
      size: sizeOption,
      runs: { type: 'number', range: [1, 10_000], help: 'inferences, of which medians are taken (20)' },
      sort: { type: 'text', value: 'BY', choices: ['time', 'order'], help: 'longest first, or in the order they run (order)' },
      output: { type: 'text', short: 'o', value: 'FILE', help: 'writes the table too, as .csv or .md' },
    },
  },
  run: async (args, output, signal) => {
    const [what = ''] = args.positionals;
    const path = args.text('output');
    if (path !== null) checkTableName(path);
    const outcome = await withLab(args, async (lab) => {
      const subject = await openNamed(what, args, lab, signal);
      return measureLayers(subject, {
        ...lab, signal, runs: Math.round(args.number('runs') ?? 20),
        progress: (step, fraction) => output.progress(`${(fraction * 100).toFixed(0).padStart(3)} %  ${step}`),
      });
    });
    const rows = args.text('sort') === 'time' ? [...outcome.rows].sort((a, b) => b.time - a.time) : outcome.rows;
    const sorted = { ...outcome, rows };
    if (path !== null) await writeTable(path, layersTable(rows));
    output.answer(sorted, describe(sorted));
    return 0;
  },
};

const columns: readonly { readonly title: string; readonly number: boolean; readonly cell: (row: LayerRow) => string }[] = [
  { title: 'layer', number: false, cell: ({ name }) => name },
  { title: 'ran as', number: false, cell: ({ operator }) => operator },
  { title: 'ms', number: true, cell: ({ time }) => time.toFixed(3) },
  { title: '', number: false, cell: ({ share }) => bar(share / 0.2, 20) },
  { title: 'share', number: true, cell: ({ share }) => `${(share * 100).toFixed(1)} %` },
  { title: 'multiply-adds', number: true, cell: ({ multiplyAdds }) => (multiplyAdds === null ? '-' : shortNumber(multiplyAdds, 0)) },
  { title: 'G/s', number: true, cell: ({ multiplyAdds, time }) => (multiplyAdds === null || multiplyAdds === 0 || time === 0 ? '-' : (multiplyAdds / time / 1e6).toFixed(1)) },
  { title: 'memory access', number: true, cell: ({ memoryAccess }) => (memoryAccess === null ? '-' : shortNumber(memoryAccess, 0)) },
  { title: 'module', number: false, cell: ({ module }) => module ?? '' },
];

const describe = ({ title, rows, whole, nodes }: LayersOutcome): string => {
  const sum = rows.reduce((total, { time }) => total + time, 0);
  const inModules = rows.filter(({ module }) => module !== null).reduce((total, { share }) => total + share, 0);
  return [
    title, '',
    ...textColumns([columns.map((column) => column.title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))], columns.map(({ number }) => number)),
    '',
    `layers together   ${sum.toFixed(2)} ms, profiled`,
    `whole inference   ${whole.toFixed(2)} ms, without the profiler`,
    ...(inModules > 0 ? [`in modules        ${(inModules * 100).toFixed(0)} % of the layers' time in one-shot aggregation modules`] : []),
    `ran on            ${nodes.map(({ provider, nodes: count }) => `${provider}: ${count} ${count === 1 ? 'node' : 'nodes'}`).join(', ')}`,
  ].join('\n');
};
