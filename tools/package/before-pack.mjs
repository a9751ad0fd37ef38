// electron-builder's beforePack: lays out what resources/bin of the package will hold.
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolFor } from './media-tools.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const archNames = ['ia32', 'x64', 'armv7l', 'arm64', 'universal'];

export default async ({ electronPlatformName, arch }) => {
  if (!existsSync(join(root, 'out/main.cjs'))) throw new Error('The program is not built: run "npm run build" first.');
  const target = `${electronPlatformName}-${archNames[arch]}`;
  const folder = join(root, 'dist/tools', target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const notes = ['FFmpeg is a separate program under the GNU General Public License ("ffmpeg -L" tells its version): https://ffmpeg.org', ''];
  for (const tool of ['ffmpeg', 'ffprobe']) {
    const { path, origin } = toolFor(tool, target);
    const to = join(folder, path.endsWith('.exe') ? `${tool}.exe` : tool);
    copyFileSync(path, to);
    chmodSync(to, 0o755);
    notes.push(`${tool}: ${origin}`);
  }
  writeFileSync(join(folder, 'ABOUT-FFMPEG.txt'), `${notes.join('\n')}\n`);
};
