import { stat } from 'node:fs/promises';

/** Tells a file from the one that was at its path before, by length and time of change; null where there is none. */
export const fileVersion = async (path: string): Promise<string | null> =>
  stat(path).then(({ size, mtimeMs }) => `${size} ${mtimeMs}`, () => null);
