import { readFile, stat } from 'node:fs/promises';
import { errorData, UserError } from '../contract/contract.js';
import { pictureKind } from '../media/picture-filters.js';

/** Largest picture that is read, in bytes, from a folder or an archive. */
export const largestPicture = 128 * 2 ** 20;

/** Most pictures that are held at once, and bytes of their files from which on no further one joins them. */
export const batchLimits = { pictures: 64, bytes: 64 * 2 ** 20 } as const;

export type ReadBatch<T> = {
  /** Those whose first bytes say of which kind they are, by kind, as `pictureKind` gives it. */
  readonly byKind: ReadonlyMap<string, readonly { readonly of: T; readonly bytes: Uint8Array }[]>;
  /** Where the next batch begins. */
  readonly end: number;
};

/** Reads pictures from place `from` on until a batch is full; at least one. */
export const readBatch = async <T>(
  all: readonly T[], from: number, read: (one: T) => Promise<Uint8Array>, limits: { readonly pictures: number; readonly bytes: number } = batchLimits,
): Promise<ReadBatch<T>> => {
  const byKind = new Map<string, { readonly of: T; readonly bytes: Uint8Array }[]>();
  let [end, held] = [from, 0];
  for (const one of all.slice(from, from + limits.pictures)) {
    const bytes = await read(one);
    const kind = pictureKind(bytes);
    if (kind !== null) byKind.set(kind, [...(byKind.get(kind) ?? []), { of: one, bytes }]);
    end += 1;
    held += bytes.length;
    if (held >= limits.bytes) break;
  }
  return { byKind, end };
};

/** The bytes of a picture that is a file of its own. Throws UserError 'bad-input'. */
export const readPictureFile = async (path: string): Promise<Uint8Array> => {
  const refuse = (what: string, cause?: unknown): UserError => new UserError('bad-input', `${path} cannot be read: ${what}`, undefined, { cause });
  const size = await stat(path).then((found) => found.size, (error: unknown) => { throw refuse(errorData(error).message, error); });
  if (size > largestPicture) throw refuse(`it has ${size} bytes; pictures of at most ${largestPicture} are read.`);
  return readFile(path).catch((error: unknown) => { throw refuse(errorData(error).message, error); });
};
