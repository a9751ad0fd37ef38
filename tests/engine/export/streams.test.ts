import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { seconds } from '../../../electron/engine/contract/contract.js';
import { exportClip, type ExportSummary } from '../../../electron/engine/export/annotate.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import type { MediaTools } from '../../../electron/engine/media/types.js';
import { fixture } from '../../fixtures/fixtures.js';
import { classes, everyFfmpeg, fontsFolder, options, streamsOf, tableOf, temporaryFolder, trueMarks } from './helpers.js';

const run = promisify(execFile);
const ffmpegs = await everyFfmpeg();
let folder = '';
let usual: MediaTools;
/** Matroska with H.264 (BT.709, marked so), two sounds of which one is PCM, subtitles and titles. */
let rich = '';

beforeAll(async () => {
  folder = await temporaryFolder();
  usual = await locateTools();
  rich = join(folder, 'rich.mkv');
  const subtitles = join(folder, 'words.srt');
  await writeFile(subtitles, '1\n00:00:00,500 --> 00:00:01,000\nHello\n');
  await run(usual.ffmpeg.path, [
    '-v', 'error', '-i', await fixture('cfr25'), '-f', 'lavfi', '-i', 'sine=d=2', '-i', subtitles,
    '-map', '0:v', '-map', '0:a', '-map', '1:a', '-map', '2', '-c:v', 'libx264', '-preset', 'ultrafast',
    '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv',
    '-c:a:0', 'copy', '-c:a:1', 'pcm_s16le', '-c:s', 'subrip', '-metadata', 'title=A street', '-metadata:s:a:0', 'language=deu', rich,
  ]);
});

const kinds = async (path: string): Promise<unknown[]> => (await streamsOf(path, usual)).map(({ codec_name: codec }) => codec);

describe.each(ffmpegs)('other streams, by ffmpeg $name', ({ tools }) => {
  const exported = async (ending: string, change: Parameters<typeof options>[0] = {}): Promise<{ out: string; summary: ExportSummary }> => {
    const video = await probeVideo(rich, usual);
    const out = join(folder, `${Math.random().toString(36).slice(2)}.${ending}`);
    const results = trueMarks(video, await tableOf(video, usual));
    return { out, summary: await exportClip({ video, tools, results, classes, options: options(change), output: out, fontsFolder }) };
  };

  it('are kept where the container can hold them', async () => {
    const { out, summary } = await exported('mkv');
    expect(await kinds(out)).toEqual(['h264', 'aac', 'pcm_s16le', 'subrip']);
    expect(summary.notes).toEqual([]);
    const streams = await streamsOf(out, usual);
    expect(streams[0]).toMatchObject({ color_space: 'bt709', color_primaries: 'bt709', color_transfer: 'bt709', color_range: 'tv' });
    expect(streams[1]).toMatchObject({ tags: { language: 'deu' } });
    const { stdout } = await run(usual.ffprobe.path, ['-v', 'quiet', '-show_entries', 'format_tags=title', '-of', 'csv=p=0', out]);
    expect(stdout.trim()).toBe('A street');
  });

  it('become what the container can hold, and that is said', async () => {
    const { out, summary } = await exported('mp4');
    expect(await kinds(out)).toEqual(['h264', 'aac', 'aac', 'mov_text']);
    expect(summary.notes).toEqual([expect.stringContaining('pcm_s16le sound was encoded anew as aac')]);
    const mov = await exported('mov');
    expect(await kinds(mov.out)).toEqual(['h264', 'aac', 'pcm_s16le', 'mov_text']);
  });

  it('are cut with the picture', async () => {
    const { out, summary } = await exported('mp4', { start: seconds(0.4), end: seconds(1.4) });
    expect(summary.frames).toBe(25);
    for (const stream of (await streamsOf(out, usual)).filter(({ codec_type: type }) => type === 'audio')) {
      expect(Number(stream['duration'])).toBeGreaterThan(0.9);
      expect(Number(stream['duration'])).toBeLessThan(1.1);
      expect(Math.abs(Number(stream['start_time']))).toBeLessThan(0.06);
    }
  });
});
