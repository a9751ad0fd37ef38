// Types, lint and every test project, one after the other; ends with one line of counts and fails on any failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = join(root, '.cache/reports');
const counts = { passed: 0, failed: 0, skipped: 0 };

const run = (words) => spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status === 0;

const check = (name, words) => {
  const started = Date.now();
  const ok = run(words);
  counts[ok ? 'passed' : 'failed'] += 1;
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name}  (${((Date.now() - started) / 1000).toFixed(0)} s)`);
  return ok;
};

/** Runs one vitest project and adds up what its report says; a run without a report counts as a failure. */
const project = (name) => {
  const report = join(reports, `${name}.json`);
  rmSync(report, { force: true });
  const ok = run(['node_modules/vitest/vitest.mjs', 'run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  if (!existsSync(report)) {
    counts.failed += 1;
    console.log(`FAILED  ${name}: no report`);
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  counts.passed += result.numPassedTests;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  const brokenFiles = result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length;
  counts.failed += result.numFailedTests + brokenFiles;
  if (!ok && result.numFailedTests + brokenFiles === 0) counts.failed += 1;
};

mkdirSync(reports, { recursive: true });
if (check('build', ['tools/build.mjs'])) {
  check('types', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json']);
  check('lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
  for (const name of ['unit', 'engine', 'e2e']) project(name);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
