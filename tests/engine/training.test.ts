import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noTrainer, python } from './python.js';

const root = resolve(import.meta.dirname, '../..');
describe.skipIf(noTrainer !== null)(`the trainer, in Python${noTrainer === null ? '' : ` (skipped: ${noTrainer})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vovision-trainer-'));
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it('runs the detectors that TypeScript writes and passes its own tests', { timeout: 600_000 }, () => {
    const graphs = ['vovdet-nano', 'vovdet-slim'].map((id) => {
      const file = join(folder, `${id}.onnx`);
      execFileSync(process.execPath, ['bin/vovision.mjs', 'models', 'build', id, '--for-training', '--size', '64', '-o', file], { cwd: root, stdio: 'pipe' });
      return file;
    });
    const run = spawnSync(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'models/training/tests'], {
      cwd: root, encoding: 'utf8', env: { ...process.env, VOVISION_TEST_GRAPHS: graphs.join(delimiter), PYTHONDONTWRITEBYTECODE: '1' },
    });
    expect(run.stdout + run.stderr).toMatch(/\d+ passed/);
    expect(run.status, run.stdout).toBe(0);
  });
});
