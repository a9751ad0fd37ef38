import { resolve } from 'node:path';
import { codecs, usualMinScore, UserError, type DetectionBatch, type CodecId } from '../../engine/contract/contract.js';
import { exportClip } from '../../engine/export/annotate.js';
import { probeVideo } from '../../engine/media/probe.js';
import { videoIdentity } from '../../engine/results/manifest.js';
import { readResults } from '../../engine/results/read.js';
import type { CommandSpec } from '../arguments.js';
import type { Command } from '../command.js';
import { openTools, settings } from '../open.js';
import { analyseForExport } from '../analyse-for-export.js';
import { confidenceOfModel, modelOptions } from '../open-model.js';
import { providerOption } from '../open-worker.js';
import { rangeOptions, readRange } from './analyze.js';

const spec: CommandSpec = {
  name: 'export',
  summary: 'Writes a copy of a video with the boxes drawn into it.',
  positionals: ['VIDEO'],
  options: {
    output: { type: 'text', short: 'o', value: 'OUT', help: 'file to write (.mp4, .mov, .mkv or .webm)' },
    results: { type: 'text', value: 'FILE', help: 'results of an analysis; the video is analysed first where none are given' },
    'min-score': { type: 'number', range: [0, 1], help: `detections below are not drawn (what the model’s card says, else ${usualMinScore})` },
    ...rangeOptions,
    codec: { type: 'text', choices: codecs, help: 'video codec (h264; vp9 for .webm)' },
    'no-labels': { type: 'flag', help: 'draw boxes only' },
    'no-scores': { type: 'flag', help: 'labels without scores' },
    ...modelOptions,
    ...providerOption,
  },
};

/** `vovision export`: see docs/cli.md. */
export const exportCommand: Command = {
  spec,
  run: async (args, output, signal) => {
    const [path = ''] = args.positionals;
    const target = args.text('output');
    if (target === null) throw new UserError('usage', 'Where to write is missing: -o OUT.', 'See: vovision export --help');
    const { start, end } = readRange(args.number('start'), args.number('end'));
    const tools = await openTools();
    const video = await probeVideo(path, tools, signal);
    const given = args.text('results');
    let batch: DetectionBatch;
    let classes: readonly string[];
    let confidence: number | null;
    if (given === null) {
      ({ batch, classes, confidence } = await analyseForExport(video, tools, args, { start, end }, output, signal));
    } else {
      const results = await readResults(given);
      if (results.manifest.video.identity !== (await videoIdentity(video)).hash) {
        throw new UserError('bad-input', `${given} holds the results of another video (“${results.manifest.video.name}”).`, 'Analyse this video, or leave --results out.');
      }
      batch = results.batch;
      classes = results.manifest.model.classes;
      confidence = await confidenceOfModel(results.manifest.model.hash);
    }
    const codec = readCodec(args.text('codec'), target);
    const summary = await exportClip({
      video, tools, results: batch, classes,
      options: {
        filter: { minScore: args.number('min-score') ?? confidence ?? usualMinScore, hiddenClasses: [] },
        start, end, codec,
        labels: !args.flag('no-labels'),
        scores: !args.flag('no-scores'),
      },
      output: resolve(target),
      fontsFolder: settings().fontsFolder,
      signal,
      onProgress: ({ framesDone, framesTotal, framesPerSecond, remaining }) => output.progress(
        `${framesDone}${framesTotal === null ? '' : ` of ${framesTotal}`} frames written`
        + (framesPerSecond === null ? '' : `, ${framesPerSecond.toFixed(1)} frames/s`)
        + (remaining === null ? '' : `, ${remaining.toFixed(0)} s left`),
      ),
    });
    for (const note of summary.notes) output.note(note);
    output.answer({ output: resolve(target), ...summary }, `${summary.frames} frames written with ${summary.encoder}: ${target}`);
    return 0;
  },
};

const readCodec = (asked: string | null, target: string): CodecId => {
  const found = codecs.find((codec) => codec === asked);
  return found ?? (target.toLowerCase().endsWith('.webm') ? 'vp9' : 'h264');
};
