import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, temporaryFolder, vovision } from './run.js';

/** Files that Microsoft's telemetry keeps in the folder for temporary files, seen on Linux. */
const reports = (names: readonly string[]): readonly string[] => names.filter((name) => name === '.ses' || name.startsWith('mat-debug'));

test.runIf(process.platform === 'linux')('nothing that is run reports its use (seen by files that are kept on Linux)', async () => {
  const folder = await temporaryFolder();
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  // Only what the program itself sets may count.
  const env = { TMPDIR: temporary, VOVISION_DATA: join(folder, 'data'), ORT_DISABLE_TELEMETRY: '' };
  const model = join(root, 'tests/models/zoo/first-256.onnx');

  const analysed = await vovision(['analyze', join(root, 'assets/sample.mp4'), '--model', model, '--provider', 'auto', '--end', '1', '--out', folder], { env });
  expect(analysed.code).toBe(0);
  expect((await vovision(['bench', 'layers', model, '--runs', '1'], { env })).code).toBe(0);
  expect(reports(await readdir(temporary))).toEqual([]);
});
