import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../engine/contract/contract.js';

/** Writes the file as a whole or not at all. Throws a UserError of kind 'output'. */
export const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  const draft = join(dirname(path), `.vovision-${randomBytes(6).toString('hex')}.part`);
  try {
    await writeFile(draft, bytes, { flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('output', `${path} cannot be written: ${reason}`, 'Name a file in a folder that can be written to.', { cause: error });
  }
};
