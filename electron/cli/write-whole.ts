import { randomBytes } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../engine/contract/contract.js';

/** Throws a UserError of kind 'usage' where `path` is the file `source`, by whatever name. `what` says what that is, as “the model”. */
export const refuseSource = async (path: string, source: string, what: string): Promise<void> => {
  const identity = async (file: string): Promise<string | null> => {
    const there = await stat(file, { bigint: true }).catch(() => null);
    return there === null ? null : `${there.dev} ${there.ino}`;
  };
  const found = await identity(path);
  if (found !== null && found === (await identity(source))) throw new UserError('usage', `${path} is ${what} itself.`, 'Give the new file another name.');
};

/** Writes the file as a whole or not at all; devices and folders stay what they are. Throws a UserError of kind 'output'. */
export const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  const draft = join(dirname(path), `.vovision-${randomBytes(6).toString('hex')}.part`);
  try {
    const there = await stat(path).catch(() => null);
    if (there !== null && !there.isFile()) throw new Error(there.isDirectory() ? 'it is a folder' : 'it is no ordinary file');
    await writeFile(draft, bytes, { flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('output', `${path} cannot be written: ${reason}`, 'Name a file in a folder that can be written to.', { cause: error });
  }
};
