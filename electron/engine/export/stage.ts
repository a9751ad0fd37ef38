import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { UserError } from '../contract/contract.js';
import type { FoundTool } from '../media/types.js';
import { outputError } from '../results/problems.js';
import { scratchFolder } from '../scratch.js';
import { namesIn } from './encoder.js';

export const scriptName = 'boxes.ass';
const fontsName = 'fonts';

/** Draws the script in the folder where ffmpeg runs. */
export const drawingFilter = `ass=${scriptName}:fontsdir=${fontsName}`;

/**
 * A folder in which ffmpeg runs, with the fonts in it; removed when `work` has ended.
 * @throws UserError('missing') if this ffmpeg cannot draw
 */
export const onStage = async <T>(tool: FoundTool, fontsFolder: string, work: (folder: string) => Promise<T>): Promise<T> => {
  if (!(await namesIn(tool, 'filters')).has('ass')) {
    throw new UserError('missing', `This FFmpeg (${tool.version}) cannot draw boxes and labels: it was built without libass.`,
      'Set VOVISION_FFMPEG to a complete FFmpeg.');
  }
  const folder = await scratchFolder('export').catch((error: unknown) => {
    throw outputError(tmpdir(), error);
  });
  try {
    await mkdir(join(folder, fontsName));
    const fonts = (await readdir(fontsFolder)).filter((name) => ['.ttf', '.otf'].includes(extname(name)));
    for (const name of fonts) await copyFile(join(fontsFolder, name), join(folder, fontsName, name));
    return await work(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') throw outputError(folder, error);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};
