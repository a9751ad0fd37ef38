import { join } from 'node:path';
import { UserError } from '../../engine/contract/contract.js';
import { listModels } from '../../engine/inference/cards.js';
import { detectorRows, findDetector } from '../../../models/detector/rows.js';
import { allNetworks } from '../../../models/reference/catalogue.js';
import type { Command } from '../command.js';
import { settings } from '../open.js';
import { buildDetector, detectorOptions } from './build-detector.js';
import { buildNetwork, buildOptions } from './build-network.js';
import { faster } from './faster-model.js';
import { onlyForQuantize, quantize, quantizeOptions } from './quantize-model.js';
import { describeWeights } from './weights.js';

/** `vovision models`: see docs/cli.md. */
export const models: Command = {
  spec: {
    name: 'models',
    summary: 'models list: the models that are here and the networks that can be built. models build ID -o FILE: writes one. models weights FILE: what a safetensors file holds. models quantize MODEL --video CLIP -o OUT.onnx: makes a detector smaller and faster. models faster MODEL --video CLIP: tries all smaller forms here and keeps the one that wins.',
    positionals: ['WHAT', 'ID|FILE'],
    required: 1,
    options: { ...quantizeOptions, ...buildOptions, ...detectorOptions },
  },
  run: async (args, output, signal) => {
    const [what = '', id] = args.positionals;
    const given = (name: string): boolean => args.text(name) !== null || args.number(name) !== null || args.list(name).length > 0;
    if (what !== 'faster' && given('provider')) throw new UserError('usage', '--provider is for models faster.', 'See: vovision models --help');
    if (what === 'quantize') {
      if (id === undefined) throw new UserError('usage', 'models quantize needs a MODEL: an id of models list, or an .onnx file.');
      const { answer, text } = await quantize(id, args, output, signal);
      output.answer(answer, text);
      return 0;
    }
    const foreign = onlyForQuantize.find((name) => given(name) && !(what === 'faster' && name === 'video'));
    if (foreign !== undefined) throw new UserError('usage', `--${foreign} is for models quantize.`, 'See: vovision models --help');
    if (what === 'faster') {
      if (id === undefined) throw new UserError('usage', 'models faster needs a MODEL: an id of models list, or an .onnx file.');
      const { answer, text } = await faster(id, args, output, signal);
      output.answer(answer, text);
      return 0;
    }
    if (what === 'build') {
      if (id === undefined) throw new UserError('usage', 'models build needs the ID of a network.', `There are ${[...detectorRows, ...allNetworks].map((each) => each.id).join(', ')}.`);
      const row = findDetector(id);
      if (row === null && args.flag('for-training')) {
        throw new UserError('usage', `--for-training is for detectors: ${detectorRows.map((each) => each.id).join(', ')}.`, 'See: vovision models --help');
      }
      const { answer, text } = row === null ? await buildNetwork(id, args) : await buildDetector(row, args);
      output.answer(answer, text);
      return 0;
    }
    if (what === 'weights') {
      if (id === undefined) throw new UserError('usage', 'models weights needs a safetensors FILE.');
      const { answer, text } = await describeWeights(id, args);
      output.answer(answer, text);
      return 0;
    }
    if (what !== 'list') throw new UserError('usage', `There is no “models ${what}”; there are: models list, models build, models weights, models quantize, models faster.`);
    if (id !== undefined) throw new UserError('usage', `“${id}” is one argument too many.`, 'See: vovision models --help');
    const { zooFolder, dataFolder } = settings();
    const all = (await listModels(zooFolder, join(dataFolder, 'models'))).map(({ info, path, card }) => ({ ...info, path, card }));
    const networks = allNetworks.map(({ id: own, title, family, stem }) => ({ id: own, title, family, stem }));
    const rows = all.map((model) =>
      `${model.id.padEnd(24)} ${`${model.input.width}x${model.input.height}`.padEnd(10)} ${String(model.classes.length).padStart(4)} classes  ${model.name}`);
    const detectors = detectorRows.map(({ id: own, title, size }) => ({ id: own, title, size }));
    const built = (list: readonly { readonly id: string; readonly title: string }[]): readonly string[] =>
      list.map((network) => `${network.id.padEnd(24)} ${network.title}`);
    output.answer({ models: all, detectors, networks }, [
      ...rows, '', 'Detectors for models build:', ...built(detectors), '', 'Networks for inspect and models build:', ...built(networks),
    ].join('\n'));
    return 0;
  },
};
