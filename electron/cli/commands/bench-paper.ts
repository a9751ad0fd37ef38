import { join } from 'node:path';
import { experiments, UserError, type ExperimentId } from '../../engine/contract/contract.js';
import { experimentTable } from '../../engine/lab/experiments/table.js';
import type { ExperimentOutcome } from '../../engine/lab/types.js';
import type { Command } from '../command.js';
import { writeTable } from '../lab-files.js';
import { labOptions, openNamed, sizeOption, withLab } from '../lab-subject.js';
import { usualWeights } from '../open-model.js';
import { textTable } from '../lab-text.js';

const usualSubject = async (): Promise<string> => {
  const id = await usualWeights();
  if (id === null) throw new UserError('bad-model', 'No model came with the program.', 'Name one with --model.');
  return id;
};

/** `vovision bench paper`: see docs/cli.md. */
export const benchPaper: Command = {
  spec: {
    name: 'bench paper',
    summary: `the arguments of the VoVNet paper, tried on this machine: ${experiments.join(', ')}; all where none is named.`,
    positionals: ['EXPERIMENT'],
    required: 0,
    options: {
      ...labOptions,
      model: { type: 'text', value: 'ID|FILE', help: 'aggregation: whose weights are looked at (the trained model that comes with the program)' },
      size: { ...sizeOption, help: `aggregation: ${sizeOption.help}` },
      rounds: { type: 'number', range: [1, 1000], help: 'interleaved rounds, of which medians are taken (5)' },
      output: { type: 'text', short: 'o', value: 'FOLDER', help: 'writes each table there too, as EXPERIMENT.csv' },
    },
  },
  run: async (args, output, signal) => {
    const [asked] = args.positionals;
    const chosen = asked === undefined ? experiments : experiments.filter((id) => id === asked);
    if (chosen.length === 0) throw new UserError('usage', `There is no experiment “${asked ?? ''}”.`, `There are ${experiments.join(', ')}.`);
    const folder = args.text('output');
    // Each is shown when it is done, the last one as the answer.
    let last = '';
    const results = await withLab(args, async (lab) => {
      const told: (ExperimentOutcome & { readonly experiment: ExperimentId; readonly title: string })[] = [];
      for (const [at, experiment] of chosen.entries()) {
        const { title, run } = experimentTable[experiment];
        const subject = experiment === 'aggregation'
          ? await openNamed(args.text('model') ?? (await usualSubject()), args, lab, signal)
          : null;
        const outcome = await run({
          ...lab, subject, signal, rounds: Math.round(args.number('rounds') ?? 5),
          progress: (step, fraction) => output.progress(`${(((at + fraction) / chosen.length) * 100).toFixed(0).padStart(3)} %  ${step}`),
        });
        told.push({ experiment, title, ...outcome });
        if (at > 0) output.say(last);
        last = [title, '', ...textTable(outcome.table), '', outcome.finding, ''].join('\n');
        if (folder !== null) await writeTable(join(folder, `${experiment}.csv`), outcome.table);
      }
      return told;
    });
    output.answer({ provider: args.text('provider') ?? 'cpu', results }, last.trimEnd());
    return 0;
  },
};
