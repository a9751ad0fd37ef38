import { spawn } from 'node:child_process';
import { copyFileSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeChildren } from '../../../electron/engine/children.js';
import { benchOpener } from '../../../electron/engine/lab/bench.js';
import { measureLayers } from '../../../electron/engine/lab/layers.js';
import { fileSubject, openSubject } from '../../../electron/engine/lab/subjects.js';
import { writeWhole } from '../../../electron/cli/write-whole.js';
import { buildModel } from '../../../models/onnx/build.js';
import { writeModel } from '../../../models/onnx/write.js';
import { answerOf, root, start, temporaryFolder, vovision } from './run.js';

const model = join(root, 'tests/models/zoo/first-256.onnx');
const left = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('vovision'));

describe('what is written', () => {
  it.runIf(process.platform !== 'win32')('never takes the place of a device, a pipe or a folder (not on Windows, which has no such files)', async () => {
    const folder = await temporaryFolder();
    const pipe = join(folder, 'pipe.csv');
    await new Promise((resolve) => spawn('mkfifo', [pipe]).once('close', resolve));
    await expect(writeWhole(pipe, Uint8Array.of(1))).rejects.toThrow('pipe.csv cannot be written: it is no ordinary file');
    expect(statSync(pipe).isFIFO()).toBe(true);
    await expect(writeWhole(folder, Uint8Array.of(1))).rejects.toThrow('it is a folder');
    expect(readdirSync(folder)).toEqual(['pipe.csv']);
  });

  it('never takes the place of what it is made from, under whatever name', async () => {
    const folder = await temporaryFolder();
    const [weights, other, copy] = [join(folder, 'w.safetensors'), join(folder, 'other.safetensors'), join(folder, 'model.onnx')];
    expect((await vovision(['models', 'build', 'vovnet-27-slim', '--size', '32', '-o', weights])).code).toBe(0);
    linkSync(weights, other);
    const before = readFileSync(weights);
    for (const output of [weights, other]) {
      expect(await vovision(['models', 'build', 'vovnet-27-slim', '--size', '32', '--weights', weights, '-o', output]))
        .toMatchObject({ code: 2, stderr: expect.stringContaining('is the file of weights itself') as string });
    }
    expect(readFileSync(weights).equals(before)).toBe(true);

    const labels = join(folder, 'labels.json');
    writeFileSync(labels, '{}');
    copyFileSync(model, copy);
    expect(await vovision(['eval', copy, '--images', folder, '--annotations', labels, '--detections', labels]))
      .toMatchObject({ code: 2, stderr: expect.stringContaining('is the file of annotations itself') as string });
  });
});

describe.runIf(process.platform === 'linux')('a measurement that ends early (signals of Linux)', () => {
  it('gives its answer where nobody reads the progress', async () => {
    const temporary = await temporaryFolder();
    const { child, ended } = start(['bench', 'layers', model, '--runs', '1', '--json'], { env: { TMPDIR: temporary } });
    child.stderr!.destroy();
    const ran = await ended;
    expect(ran.code).toBe(0);
    expect(answerOf(ran)).toHaveProperty('whole');
    expect(left(temporary)).toEqual([]);
  });

  it('leaves no folder and no process after two Ctrl-C', async () => {
    const temporary = await temporaryFolder();
    const { child, ended } = start(['bench', 'backbones', 'peleenet', 'mobilenet-v1', '--size', '64', '--seconds', '600'], { env: { TMPDIR: temporary } });
    await new Promise<void>((resolve) => child.stderr!.on('data', (text: Buffer) => (text.toString().includes('%') ? resolve() : undefined)));
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
    expect(left(temporary)).toEqual([]);
  });
});

describe('inspect', () => {
  it('takes the models that are listed, by their IDs', async () => {
    const [listed, file] = [await vovision(['inspect', 'vovdet-nano-int8', '--json']), await vovision(['inspect', join(root, 'models/zoo/vovdet-nano-int8.onnx'), '--json'])];
    expect(listed.code, listed.stderr).toBe(0);
    expect(answerOf(listed)['multiplyAdds']).toBe(answerOf(file)['multiplyAdds']);
    expect((await vovision(['inspect', 'nonsense'])).code).toBe(2);
  });
});

describe('bench layers', () => {
  it('tells names that are nothing from files that are not there', async () => {
    expect(await vovision(['bench', 'layers', 'nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no network, model or file “nonsense”') as string });
    expect(await vovision(['bench', 'layers', 'nonsense.onnx'])).toMatchObject({ code: 3, stderr: expect.stringContaining('no model file at nonsense.onnx') as string });
  });

  it('takes whole threads', async () => {
    expect((await vovision(['bench', 'layers', model, '--runs', '1', '--threads', '1.4'])).code).toBe(0);
  });

  it('refuses what needs more memory than there is, and files that take nothing in', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'nothing.onnx');
    writeFileSync(path, writeModel(buildModel({ name: 'nothing' }, ({ input, node, output }) => {
      output('y', node('Relu', [input('x', 'float32', [0, 3, 8, 8])]), 'float32', [0, 3, 8, 8]);
    })));
    expect(await vovision(['bench', 'backbones', path])).toMatchObject({ code: 3, stderr: expect.stringContaining('has a dimension of 0') as string });
    const subject = await openSubject(fileSubject(model), { width: 256, height: 256 }, 1);
    await expect(measureLayers(subject, {
      runner: { provider: 'cpu', threads: 1 }, runs: 1, room: 2 ** 20, openBench: benchOpener(nodeChildren, folder), progress: () => undefined, signal: new AbortController().signal,
    })).rejects.toThrow(/needs at least 0\.1 GB of memory/);
  });
});
