import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './alive.js';

/** `vovision-lab-4711-x7Qe2p`: what for, and for which process. */
const folderName = /^vovision-(?:[a-z]+-)?(\d+)-/;

/** Removes the folders of processes that were killed before they could; those that cannot be removed stay. */
export const sweepScratch = async (parent = tmpdir()): Promise<void> => {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(folderName.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
};

let swept: Promise<void> | null = null;

/**
 * A new folder (0700) in the system's temporary one, for whoever asks to remove. `purpose` in small letters. The
 * first call of a process removes what killed ones left behind. Rejects as mkdtemp does.
 */
export const scratchFolder = async (purpose: string): Promise<string> => {
  await (swept ??= sweepScratch());
  return mkdtemp(join(tmpdir(), `vovision-${purpose}-${process.pid}-`));
};
