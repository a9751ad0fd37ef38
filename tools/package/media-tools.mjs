// Finds the ffmpeg and ffprobe that a package for some platform may carry.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

const folderOf = (name, from = require) => {
  try {
    return dirname(from.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
};

/** Platform packages of the installers may lie beside them or within them. */
const installerFolder = (tool, target) => {
  const main = folderOf(`@${tool}-installer/${tool}`);
  return folderOf(`@${tool}-installer/${target}`) ?? (main && folderOf(`@${tool}-installer/${target}`, createRequire(join(main, 'package.json'))));
};

/** Builds with parts that may not be handed on. */
const nonfree = new Set(['@ffmpeg-installer/darwin-arm64']);

/** Where to look for a tool, best first: `{folder, origin}`. */
const places = (tool, target) => {
  const asked = process.env.VOVISION_PACKAGE_TOOLS;
  const found = asked ? [{ folder: join(asked, target), origin: 'VOVISION_PACKAGE_TOOLS' }, { folder: asked, origin: 'VOVISION_PACKAGE_TOOLS', plain: true }] : [];
  // ffmpeg-static holds one build: that of the machine it was installed on.
  if (target === `${process.platform}-${process.arch}`) found.push({ folder: folderOf('ffmpeg-static'), origin: 'ffmpeg-static' });
  const name = `@${tool}-installer/${target}`;
  if (!nonfree.has(name)) found.push({ folder: installerFolder(tool, target), origin: name });
  return found.filter(({ folder }) => folder !== null);
};

/** Refuses a build that says of itself that it may not be redistributed. Only builds for this machine can be asked. */
const mayBeShipped = (path, target) => {
  if (target !== `${process.platform}-${process.arch}`) return true;
  try {
    return !execFileSync(path, ['-version'], { encoding: 'utf8' }).includes('--enable-nonfree');
  } catch {
    return false;
  }
};

/** `{path, origin}` of a tool for a target like 'linux-x64'; throws with what to do where there is none. */
export const toolFor = (tool, target) => {
  const file = target.startsWith('win32') ? `${tool}.exe` : tool;
  for (const { folder, origin, plain } of places(tool, target)) {
    const path = join(folder, file);
    if (existsSync(path) && (plain !== true || target === `${process.platform}-${process.arch}`) && mayBeShipped(path, target)) return { path, origin };
  }
  throw new Error(
    `There is no ${tool} that a package for ${target} may carry. Put a redistributable ${file} into FOLDER/${target} and set VOVISION_PACKAGE_TOOLS=FOLDER.`,
  );
};
