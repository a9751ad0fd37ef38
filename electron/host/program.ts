import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder with the program's own package.json: the checkout, or inside the package. */
export const programRoot = ((): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return here;
  }
})();

/** Folders beside the archive when packaged: other programs and native code must be able to read what is in them. */
const besideArchive = programRoot.replace(/\.asar$/, '.asar.unpacked');

export const programFolders = {
  out: join(programRoot, 'out'),
  page: join(programRoot, 'out', 'renderer'),
  zoo: join(besideArchive, 'models', 'zoo'),
  fonts: join(besideArchive, 'assets', 'fonts'),
  sample: join(besideArchive, 'assets', 'sample.mp4'),
} as const;

export const programVersion = (): string => {
  const text = readFileSync(join(programRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

/** Where runs, recent videos and settings are kept when nothing else is asked for (`VOVISION_DATA` asks). */
export const defaultDataFolder = (): string => {
  const asked = process.env['VOVISION_DATA'];
  if (asked) return asked;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'VoVision');
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'VoVision');
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'vovision');
};
