import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const part = 2 ** 20;

/**
 * Tells a video apart from another without reading all of it: SHA-256 over its size and its first
 * and last MiB, lower-case hex. Renaming or moving a file does not change it.
 */
export const videoIdentity = async (path: string): Promise<string> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256').update(`${size}\n`);
    const buffer = Buffer.alloc(part);
    for (const from of new Set([0, Math.max(0, size - part)])) {
      const { bytesRead } = await file.read(buffer, 0, part, from);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
};
