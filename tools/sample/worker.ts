import { expose } from './film.js';
import { Renderer } from './frame.js';
import { type Job, type Rendered } from './job.js';
import { actors, CAMERA, street } from './scene.js';

/** Frames rendered ahead of the last one asked for. */
const AHEAD = 2;

const run = async (job: Job): Promise<void> => {
  let allowed = AHEAD;
  let wake: (() => void) | undefined;
  process.on('message', () => {
    allowed++;
    wake?.();
  });
  const renderer = new Renderer(job.width, job.height, CAMERA, street(job.seed), actors(job.seed));
  for (let n = job.first; n < job.indices.length; n += job.stride) {
    if (allowed-- <= 0) await new Promise<void>((resolve) => (wake = resolve));
    const index = job.indices[n] ?? 0;
    // The shutter stays open for half the frame, as film cameras do.
    const { light, boxes } = renderer.frame(index / job.rate, 0.5 / job.rate);
    const rgb = expose(light, job.width, job.height, job.seed * 100_003 + index + 1, job.noise);
    const rendered: Rendered = { n, rgb, boxes };
    await new Promise((sent) => process.send?.(rendered, undefined, undefined, sent));
  }
  process.removeAllListeners('message');
  process.disconnect();
};

await run(JSON.parse(process.argv[2] ?? '{}') as Job);
