import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { listModels } from '../../engine/inference/cards.js';
import { hostTrials } from '../../engine/inference/trial-runner.js';
import { forgetSurvey, surveyUsual } from '../../engine/inference/survey.js';
import { rankProviders } from '../../engine/inference/providers.js';
import { describeTools, type LookedAt } from '../../engine/media/locate.js';
import { defaultDataFolder, programVersion } from '../../host/program.js';
import type { Command } from '../command.js';
import { settings } from '../open.js';

/** `vovision doctor`: see docs/cli.md. Exit code 4 where something is missing without which nothing works. */
export const doctor: Command = {
  spec: {
    name: 'doctor',
    summary: 'Says what was found on this machine, and what to do about what is missing.',
    positionals: [],
    options: {},
  },
  run: async (_args, output, signal) => {
    const tools = await describeTools();
    const { zooFolder, dataFolder } = settings();
    const models = await listModels(zooFolder, join(dataFolder, 'models'));
    const trials = { dataFolder, trials: hostTrials, signal };
    await forgetSurvey(models, dataFolder);
    const usual = await surveyUsual(models, trials);
    const first = models.find(({ info }) => info.id === usual?.id);
    const providers = first === undefined ? [] : await rankProviders(first, trials);
    const missing = (['ffmpeg', 'ffprobe'] as const).filter((tool) => !tools.some((one) => one.tool === tool && one.used));
    const advice = [
      ...missing.map((tool) => `${tool} is missing: install it, or name one in VOVISION_${tool.toUpperCase()}.`),
      ...(first === undefined ? [`No model was found in ${zooFolder}: install VoVision again.`] : []),
    ];
    const machine = { platform: platform(), arch: arch(), cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown', memory: totalmem() };
    const text = [
      `VoVision ${programVersion()}, Node ${process.versions.node}`,
      `${machine.cpu}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(1)} GiB, ${machine.platform} ${machine.arch}`,
      `Data in ${defaultDataFolder()}`,
      '',
      ...tools.map(toolLine),
      '',
      ...providers.map((one) => `${one.label.padEnd(12)} ${one.state === 'ready' ? `ready, ${one.latency?.toFixed(1) ?? '–'} ms` : one.reason ?? 'not tried'}`),
      '',
      ...models.map((model) => `model ${model.info.id}: ${model.info.name}${model === first ? ' (used where none is named)' : ''}`),
      ...(advice.length === 0 ? ['', 'All that is needed is there.'] : ['', ...advice]),
    ].join('\n');
    output.answer({ version: programVersion(), node: process.versions.node, machine, dataFolder, tools, providers, models: models.map((model) => model.info), usualModel: first?.info.id ?? null, missing, advice }, text);
    return advice.length === 0 ? 0 : 4;
  },
};

const toolLine = ({ tool, source, place, found, reason, used }: LookedAt): string => {
  const mark = used ? '*' : ' ';
  return `${mark} ${tool.padEnd(8)} ${source.padEnd(14)} ${found === null ? `${place}: ${reason ?? 'not there'}` : `${found.path} (${found.version})`}`;
};
