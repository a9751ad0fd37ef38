import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Path of a bundled entry point, e.g. 'inference-thread': it lies beside the bundle that runs, or,
 * where the sources run themselves, in the out/ folder of a folder above.
 */
export const entryFile = (name: string): string => {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    for (const file of [join(folder, `${name}.cjs`), join(folder, 'out', `${name}.cjs`)]) {
      if (existsSync(file)) return file;
    }
    if (dirname(folder) === folder) throw new Error(`${name}.cjs was not found above ${start}; run 'npm run build' first.`);
  }
};
