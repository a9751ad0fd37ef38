import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { seconds, UserError, type Seconds } from '../../engine/contract/contract.js';
import { analyseWhole } from '../../engine/analysis/whole.js';
import { allFrames } from '../../engine/media/frames.js';
import { probeVideo } from '../../engine/media/probe.js';
import { makeManifest, videoIdentity } from '../../engine/results/manifest.js';
import { ResultStore } from '../../engine/results/store.js';
import type { Meter } from '../../engine/analysis/meter.js';
import type { CommandSpec } from '../arguments.js';
import type { Command } from '../command.js';
import { openTools } from '../open.js';
import { modelOptions, openModel } from '../open-model.js';
import { openWorker, providerOption } from '../open-worker.js';

export const rangeOptions = {
  start: { type: 'number', range: [0, 1e8], value: 'S', help: 'first moment, in seconds from the first frame' },
  end: { type: 'number', range: [0, 1e8], value: 'S', help: 'moment before which it ends, in seconds' },
} as const satisfies CommandSpec['options'];

/** The range asked for. @throws UserError 'usage' for an end that is not after the start */
export const readRange = (start: number | null, end: number | null): { start: Seconds | null; end: Seconds | null } => {
  if (end !== null && end <= (start ?? 0)) {
    throw new UserError('usage', `The range ends at ${end} s, which is not after its start at ${start ?? 0} s.`);
  }
  return { start: start === null ? null : seconds(start), end: end === null ? null : seconds(end) };
};

const spec: CommandSpec = {
  name: 'analyze',
  summary: 'Finds the objects in every frame of a video and writes them as JSON lines.',
  positionals: ['VIDEO'],
  options: {
    ...modelOptions,
    ...providerOption,
    'min-score': { type: 'number', range: [0, 1], help: 'detections below are not kept (0.05)' },
    ...rangeOptions,
    out: { type: 'text', value: 'DIR', help: 'folder for the results (the current one)' },
  },
};

/** `vovision analyze`: see docs/cli.md. */
export const analyze: Command = {
  spec,
  run: async (args, output, signal) => {
    const [path = ''] = args.positionals;
    const { start, end } = readRange(args.number('start'), args.number('end'));
    const minScore = args.number('min-score') ?? 0.05;
    const folder = args.text('out') ?? '.';
    const tools = await openTools();
    const video = await probeVideo(path, tools, signal);
    const model = await openModel(args, output, signal);
    const { thread, choice, dispose } = await openWorker(model, args.text('provider'), output, signal);
    try {
      await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
        throw new UserError('output', `The folder ${folder} cannot be made.`, 'Choose another one with --out.', { cause });
      });
      const manifest = makeManifest({
        video, identity: await videoIdentity(video), model, provider: choice.running, minScore, tools,
        range: start === null && end === null ? null : { start, end },
      });
      const file = join(folder, `${basename(path, extname(path))}.vovision.jsonl`);
      // Before anything that is there is replaced.
      const times = start === null ? undefined : await allFrames(video, tools, signal);
      times?.between(start, end);
      const store = await ResultStore.openOrResume(file, manifest, 'same-video');
      const already = store.count;
      try {
        const total = estimateFrames(video.framesPerSecond, video.duration, start, end);
        const { meter, warning } = await analyseWhole({
          video, tools, model, thread, store, minScore, start, end, frames: times, signal,
          onProgress: (done, time, figures) => output.progress(progressLine(already + done, total, time, figures)),
        });
        await store.complete();
        if (warning !== null) output.note(warning);
        const frames = store.count;
        const rate = meter.seconds > 0 ? meter.framesDone / meter.seconds : 0;
        const { decode, preprocess, inference, postprocess, endToEnd } = meter.latency();
        output.answer(
          {
            frames,
            width: video.display.width,
            height: video.display.height,
            framesPerSecond: round(rate),
            seconds: round(meter.seconds),
            provider: choice.running,
            providerReason: choice.reason,
            model: model.info.id,
            results: file,
            resumedFrames: already,
            warning,
            latencyMs: { decode, preprocess, inference, postprocess, endToEnd },
          },
          `${frames} frames in ${meter.seconds.toFixed(1)} s (${rate.toFixed(1)} frames/s) on ${choice.running}: ${file}`,
        );
      } finally {
        await store.close();
      }
    } finally {
      await dispose();
    }
    return 0;
  },
};

const round = (value: number): number => Number(value.toFixed(3));

const estimateFrames = (rate: number | null, duration: Seconds | null, start: Seconds | null, end: Seconds | null): number | null => {
  if (rate === null || duration === null) return null;
  return Math.max(1, Math.round((Math.min(duration, end ?? duration) - (start ?? 0)) * rate));
};

const progressLine = (done: number, total: number | null, time: Seconds, meter: Meter): string => {
  const rate = meter.seconds > 0 ? meter.framesDone / meter.seconds : 0;
  const left = total === null || rate === 0 ? '' : `, ${Math.max(0, (total - done) / rate).toFixed(0)} s left`;
  return `${done}${total === null ? '' : ` of about ${total}`} frames, at ${time.toFixed(1)} s, ${rate.toFixed(1)} frames/s${left}`;
};
