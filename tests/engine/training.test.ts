import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const needed = ['torch', 'numpy', 'PIL', 'safetensors', 'onnx', 'pytest'];

/** The Python that VOVISION_PYTHON names, or the usual one: why it cannot run the trainer's tests, or null. */
const python = process.env['VOVISION_PYTHON'] ?? 'python3';
const missing = ((): string | null => {
  const script = `import importlib.util as u; print([n for n in ${JSON.stringify(needed)} if u.find_spec(n) is None])`;
  const asked = spawnSync(python, ['-c', script], { encoding: 'utf8' });
  if (asked.status !== 0) return `${python} does not run`;
  return asked.stdout.trim() === '[]' ? null : `${python} lacks ${asked.stdout.trim()}`;
})();

describe.skipIf(missing !== null)(`the trainer, in Python${missing === null ? '' : ` (skipped: ${missing}; VOVISION_PYTHON names another)`}`, () => {
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
