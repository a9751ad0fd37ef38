import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Keeps a model file that came in by upload, as uploads are gone with the program: under the data
 * folder, by its content, so that the same model sent twice is kept once.
 * @returns its new path
 */
export const keepModel = async (path: string, dataFolder: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const folder = join(dataFolder, 'models', 'files', hash.digest('hex').slice(0, 32));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = join(folder, basename(path));
  // The two folders may lie on different disks, and a copy cut short must not be taken for the model.
  await copyFile(path, `${kept}.part`);
  await rename(`${kept}.part`, kept);
  return kept;
};
