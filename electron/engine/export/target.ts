import { randomBytes } from 'node:crypto';
import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../contract/contract.js';
import { outputError } from '../results/problems.js';

/** Where a clip is written: beside its place under another name, until it is whole. */
export type Target = {
  readonly draft: string;
  /** Puts the finished clip in its place. @throws UserError('output') */
  finish(): Promise<void>;
  /** Removes what was written so far. */
  discard(): Promise<void>;
};

/**
 * Makes ready to write `output`.
 * @throws UserError('usage') if it is the source itself, by whatever name; UserError('output') if it
 * cannot be written
 */
export const openTarget = async (output: string, source: string): Promise<Target> => {
  const path = resolve(output);
  await assertOther(path, source);
  const draft = join(dirname(path), `.vovision-${randomBytes(6).toString('hex')}.part`);
  try {
    await (await open(draft, 'wx')).close();
  } catch (error) {
    throw outputError(path, error);
  }
  const discard = (): Promise<void> => unlink(draft).catch(() => undefined);
  return {
    draft,
    discard,
    finish: async () => {
      try {
        await assertOther(path, source);
        await rename(draft, path);
      } catch (error) {
        await discard();
        throw outputError(path, error);
      }
    },
  };
};

const assertOther = async (path: string, source: string): Promise<void> => {
  const there = await stat(path, { bigint: true }).catch(() => null);
  if (there === null) return;
  if (there.isDirectory()) throw new UserError('usage', `${path} is a folder.`, 'Give the clip a name.');
  const original = await stat(source, { bigint: true }).catch(() => null);
  const same = original !== null && there.ino === original.ino && there.dev === original.dev;
  if (same || (await realpath(path)) === (await realpath(source).catch(() => source))) {
    throw new UserError('usage', `“${basename(path)}” is the video itself, which is never written to.`, 'Give the clip another name.');
  }
  if (!there.isFile()) throw new UserError('usage', `${path} is not an ordinary file.`, 'Give the clip another name.');
};
