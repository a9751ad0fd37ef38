import { availableParallelism } from 'node:os';
import { measurePipeline, type PipelineFigures } from '../../engine/analysis/benchmark.js';
import { probeVideo } from '../../engine/media/probe.js';
import type { CommandSpec } from '../arguments.js';
import type { Command } from '../command.js';
import { openTools } from '../open.js';
import { modelOptions, openModel } from '../open-model.js';
import { openWorker, providerOption } from '../open-worker.js';

const spec: CommandSpec = {
  name: 'bench pipeline',
  summary: 'how close the whole pipeline comes to what decoding and inference alone allow.',
  positionals: ['VIDEO'],
  options: {
    ...modelOptions,
    ...providerOption,
    frames: { type: 'number', range: [10, 100_000], help: 'frames of one round (300)' },
    rounds: { type: 'number', range: [1, 100], help: 'interleaved rounds, of which medians are taken (3)' },
  },
};

/** `vovision bench pipeline`: see docs/cli.md. */
export const benchPipeline: Command = {
  spec,
  run: async (args, output, signal) => {
    const [path = ''] = args.positionals;
    const tools = await openTools();
    const video = await probeVideo(path, tools, signal);
    const model = await openModel(args, output, signal);
    const worker = await openWorker(model, args.text('provider'), output, signal);
    try {
      const figures = await measurePipeline({
        video, tools, model, thread: worker.thread, signal,
        cores: availableParallelism(),
        frames: args.number('frames') ?? 300,
        rounds: args.number('rounds') ?? 3,
        onProgress: (text) => output.progress(text),
      });
      output.answer({ ...figures, provider: worker.choice.running, model: model.info.id }, describe(figures));
    } finally {
      await worker.dispose();
    }
    return 0;
  },
};

const describe = (figures: PipelineFigures): string => [
  `ratio ${figures.ratio.toFixed(3)}: ${figures.framesPerSecond.toFixed(1)} frames/s of at most ${figures.bound.toFixed(1)}`,
  `CPU time a frame, each alone: decoding ${figures.decodeCpuMs.toFixed(2)} ms, inference ${figures.inferenceCpuMs.toFixed(2)} ms`,
  `${figures.cores} cores, ${figures.rounds} rounds of ${figures.frames} frames; longest time the main thread was blocked: ${figures.blockedMs.toFixed(1)} ms`,
].join('\n');
