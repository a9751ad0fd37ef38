import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { locateTools } from '../../electron/engine/media/locate.js';
import { probeVideo } from '../../electron/engine/media/probe.js';

const run = promisify(execFile);

const ask = async (path: string, words: readonly string[]): Promise<string> => {
  const { ffprobe } = await locateTools();
  const { stdout } = await run(ffprobe.path, ['-v', 'quiet', ...words, '-of', 'csv=p=0', '-i', `file:${path}`], { maxBuffer: 1 << 28 });
  return stdout;
};

/** Every frame's time as ffprobe decodes it, in seconds from the first: independent of our own decoding. */
export const frameTimes = async (path: string): Promise<number[]> => {
  const { streamIndex, timeBase } = await probeVideo(path, await locateTools());
  const out = await ask(path, ['-select_streams', String(streamIndex), '-show_entries', 'frame=best_effort_timestamp']);
  const ticks = out.split('\n').map((line) => line.split(',')[0] ?? '').filter((text) => text !== '').map(Number);
  return ticks.map((value) => ((value - (ticks[0] ?? 0)) * timeBase.num) / timeBase.den);
};

/** Every frame's own timestamp in seconds, not counted from the first. */
export const framePts = async (path: string): Promise<number[]> => {
  const out = await ask(path, ['-select_streams', 'v:0', '-show_entries', 'frame=best_effort_timestamp_time']);
  return out.split('\n').map((line) => line.split(',')[0] ?? '').filter((text) => text !== '').map(Number);
};

/** Hash of each packet of the first audio stream, in order. */
export const audioPackets = async (path: string): Promise<string[]> => {
  const out = await ask(path, ['-select_streams', 'a:0', '-show_packets', '-show_data_hash', 'md5', '-show_entries', 'packet=data_hash']);
  return out.split('\n').map((line) => line.trim()).filter((text) => text !== '');
};
