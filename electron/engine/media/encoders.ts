import { runTool } from './child.js';
import type { FoundTool } from './types.js';

const known = new Map<string, Promise<ReadonlySet<string>>>();

/** Names of the encoders an ffmpeg was built with; whether the hardware for one is there is another matter. */
export const encodersOf = (ffmpeg: FoundTool): Promise<ReadonlySet<string>> => {
  const asked = known.get(ffmpeg.path);
  if (asked) return asked;
  const answer = runTool(ffmpeg.path, ['-hide_banner', '-encoders']).then(
    ({ stdout }) => new Set(Array.from(stdout.toString('utf8').matchAll(/^ [VAS][.A-Z]{5} (\S+)/gm), (match) => match[1] ?? '')),
  );
  known.set(ffmpeg.path, answer);
  answer.catch(() => known.delete(ffmpeg.path));
  return answer;
};
