import { UserError } from '../../engine/contract/contract.js';
import { listModels } from '../../engine/inference/cards.js';
import type { Command } from '../command.js';
import { settings } from '../open.js';
import { join } from 'node:path';

/** `vovision models list`: see docs/cli.md. */
export const models: Command = {
  spec: {
    name: 'models',
    summary: 'models list: the models that come with the program and those that were added.',
    positionals: ['WHAT'],
    options: {},
  },
  run: async (args, output) => {
    const [what = ''] = args.positionals;
    if (what !== 'list') throw new UserError('usage', `There is no “models ${what}”; there is: models list.`);
    const { zooFolder, dataFolder } = settings();
    const all = (await listModels(zooFolder, join(dataFolder, 'models'))).map(({ info, path, card }) => ({ ...info, path, card }));
    const rows = all.map((model) =>
      `${model.id.padEnd(24)} ${`${model.input.width}x${model.input.height}`.padEnd(10)} ${String(model.classes.length).padStart(4)} classes  ${model.name}`);
    output.answer({ models: all }, rows.join('\n'));
    return 0;
  },
};
