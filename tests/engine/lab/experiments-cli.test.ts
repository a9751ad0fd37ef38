import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LayersOutcome } from '../../../electron/engine/lab/layers.js';
import type { ExperimentOutcome } from '../../../electron/engine/lab/types.js';
import { answerOf, temporaryFolder, vovision } from '../cli/run.js';

describe('bench layers', () => {
  it('prints a table, writes it, and cleans up behind it', async () => {
    const folder = await temporaryFolder();
    const temporary = await temporaryFolder();
    const csv = join(folder, 'new', 'layers.csv');
    const ran = await vovision(['bench', 'layers', 'vovnetv2-19-slim', '--size', '64', '--runs', '2', '--sort', 'time', '-o', csv], { env: { TMPDIR: temporary } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^VoVNetV2-19-slim\n\nlayer +ran as +ms +share/);
    expect(ran.stdout).toMatch(/whole inference +\d+\.\d\d ms, without the profiler\n.*one-shot aggregation modules\nran on +CPU: \d+ nodes\n$/);
    const [title, first] = readFileSync(csv, 'utf8').split('\r\n');
    expect(title).toMatch(/^Layer,Ran as,Ran on,Time \(ms\),/);
    expect(first).toContain(',CPU,');
    // onnxruntime leaves files of its own there.
    expect(readdirSync(temporary).filter((name) => name.startsWith('vovision'))).toEqual([]);
  });

  it('gives the same as JSON, in the order of the network or longest first', async () => {
    const run = async (sort: string): Promise<LayersOutcome> =>
      answerOf(await vovision(['bench', 'layers', 'vovnetv2-19-slim', '--size', '64', '--runs', '1', '--sort', sort, '--json'])) as unknown as LayersOutcome;
    const [ordered, sorted] = [await run('order'), await run('time')];
    expect(ordered.rows[0]!.name).toBe('stem.conv1');
    const times = sorted.rows.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it('says what is wrong before anything is measured', async () => {
    const outcomes = await Promise.all([
      ['bench', 'layers'], ['bench', 'layers', 'vovnet-39', '-o', 'table.txt'], ['bench', 'layers', 'nothing.onnx'], ['bench', 'layers', 'package.json'],
    ].map((words) => vovision(words)));
    expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 3, 3]);
  });
});

describe('bench paper', () => {
  it('writes a table for each experiment and says what came out', async () => {
    const folder = await temporaryFolder();
    const ran = await vovision(['bench', 'paper', 'dense-or-one-shot', '--rounds', '1', '--json', '-o', folder]);
    expect(ran.code, ran.stderr).toBe(0);
    const { results: [result] } = answerOf(ran) as unknown as { readonly results: readonly ExperimentOutcome[] };
    expect(result!.finding).toMatch(/^At equal multiply-adds a dense block takes/);
    expect(result!.table.rows).toHaveLength(8);
    expect(result!.table.rows.flat().every((cell) => cell !== null && !Number.isNaN(cell))).toBe(true);
    for (const { x, y, by } of result!.charts) for (const key of [x, y, by]) expect(result!.table.columns.map((column) => column.key)).toContain(key);
    expect(readFileSync(join(folder, 'dense-or-one-shot.csv'), 'utf8').split('\r\n')).toHaveLength(10);
  });

  it('looks at the weights of the model that is named, and refuses what has none to look at', async () => {
    const seeded = await vovision(['bench', 'paper', 'aggregation', '--model', 'densenet-121', '--size', '64']);
    expect(seeded.stdout).toContain('53 aggregations in dense blocks of DenseNet-121');
    expect(seeded.stdout).toContain('untrained');
    const none = await vovision(['bench', 'paper', 'aggregation', '--model', 'resnet-50', '--size', '64']);
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('has no 1x1 convolution that joins three layers')]);
    expect((await vovision(['bench', 'paper', 'luck'])).code).toBe(2);
  });
});
