// electron-builder's afterPack: refuses a package that carries what it must not, or lacks what it needs.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const archNames = ['ia32', 'x64', 'armv7l', 'arm64', 'universal'];

export default async ({ appOutDir, electronPlatformName, arch, packager }) => {
  const resources = electronPlatformName === 'darwin' ? join(appOutDir, `${packager.appInfo.productFilename}.app/Contents/Resources`) : join(appOutDir, 'resources');
  const unpacked = join(resources, 'app.asar.unpacked');
  const bin = join(unpacked, 'node_modules/onnxruntime-node/bin/napi-v6');
  const expected = join(electronPlatformName, archNames[arch]);
  const found = existsSync(bin) ? readdirSync(bin).flatMap((os) => readdirSync(join(bin, os)).map((cpu) => join(os, cpu))) : [];
  if (found.length !== 1 || found[0] !== expected) {
    throw new Error(`The package must hold onnxruntime for ${expected} alone, but holds: ${found.join(', ') || 'none'}.`);
  }
  const suffix = electronPlatformName === 'win32' ? '.exe' : '';
  const needed = [`bin/ffmpeg${suffix}`, `bin/ffprobe${suffix}`, 'app.asar', 'app.asar.unpacked/models/zoo', 'app.asar.unpacked/assets/fonts'];
  const missing = needed.filter((name) => !existsSync(join(resources, name)));
  if (missing.length > 0) throw new Error(`The package lacks ${missing.join(', ')}.`);
};
