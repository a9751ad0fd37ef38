import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { detectorNetwork } from '../../../models/detector/detector.js';
import { detectorRows } from '../../../models/detector/rows.js';
import { toDetectorOnnx, toTrainingOnnx } from '../../../models/detector/to-onnx.js';
import { toOnnx, type ModelForm } from '../../../models/networks/to-onnx.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { modelInputs, readModel } from '../../../models/onnx/read.js';
import { inferShapes } from '../../../models/onnx/shapes/infer.js';
import { writeModel } from '../../../models/onnx/write.js';
import { findNetwork } from '../../../models/reference/catalogue.js';
import { ones } from '../../models/lively.js';
import { root, shared } from '../cli/run.js';

/** A Python with the official package; null where there is none. */
const python = [process.env['VOVISION_PYTHON'], 'python3'].find((path) =>
  path !== undefined && spawnSync(path, ['-c', 'import onnx'], { timeout: 60_000 }).status === 0) ?? null;
const skipped = python === null ? 'neither VOVISION_PYTHON nor python3 has the package onnx' : null;

const folder = mkdtempSync(join(tmpdir(), 'official-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Told = { readonly version: string; readonly shapes: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>> };

/** What the package says of files; fails with its words where one of them is not sound. */
const ask = (paths: readonly string[]): Told => {
  const ran = spawnSync(python ?? '', [join(root, 'tests/models/check_onnx.py'), ...paths], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return JSON.parse(ran.stdout) as Told;
};

/** Holds our dimensions against the package's, where it knows them; gives how many there were. */
const compare = (model: ModelProto, told: Told['shapes'][string]): number => {
  const inputs = new Map(modelInputs(model).map(({ name, dims }) => [name, (dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 1))]));
  const shapes = inferShapes(model, inputs);
  const sure = Object.entries(told).filter(([, dims]) => dims.every((dim) => dim !== null));
  for (const [name, dims] of sure) expect([name, shapes.get(name)?.dims]).toEqual([name, dims]);
  return sure.length;
};

const forms: readonly (readonly [string, ModelForm])[] = [
  ['folded', { batch: 1 }], ['normalisation kept', { batch: 1, keepNorm: true, input: 'numbers' }],
  ['half precision', { batch: 1, precision: 'float16' }], ['half precision, normalisation kept', { batch: 1, precision: 'float16', keepNorm: true }],
  ['any size', { anySize: true }],
];
const ids = ['vovnet-27-slim', 'vovnetv2-19-slim-dw', 'vovnetv2-19', 'resnet-50', 'densenet-121', 'dsod-densenet-67', 'peleenet', 'mobilenet-v1', 'mobilenet-v2'];

describe.skipIf(skipped !== null)(skipped === null ? 'the official package' : `the official package (skipped: ${skipped})`, () => {
  it.each(ids)('finds %s sound in every form, and of the same dimensions', (id) => {
    const make = (form: ModelForm, classes?: number): ModelProto => {
      const network = findNetwork(id)!.build({ width: 75, height: 51 }, { classes });
      return toOnnx(network, ones(network), form);
    };
    const models = [...forms.map(([, form]) => make(form)), make({ batch: 1 }, 10)];
    const paths = models.map((model, n) => {
      const path = join(folder, `${n}.onnx`);
      writeFileSync(path, writeModel(model));
      return path;
    });
    const { shapes } = ask(paths);
    models.forEach((model, n) => {
      const known = compare(model, shapes[paths[n]!]!);
      if (forms[n]?.[1].anySize !== true) expect(known).toBeGreaterThanOrEqual(new Set(model.graph!.node.flatMap(({ output }) => output)).size);
    });
  });

  it('finds the detectors sound', () => {
    for (const row of detectorRows) {
      const network = detectorNetwork(row, 3, { width: 128, height: 96 });
      const classes = ['a', 'b', 'c'];
      const models = [
        toTrainingOnnx(network, ones(network), { classes }), toDetectorOnnx(network, ones(network), { classes }),
        toDetectorOnnx(network, ones(network), { classes, precision: 'float16' }),
      ];
      const paths = models.map((model, n) => {
        const path = join(folder, `${row.id}-${n}.onnx`);
        writeFileSync(path, writeModel(model));
        return path;
      });
      ask(paths);
    }
  });

  it.for(['tests/models/zoo/first-256.onnx', join(shared, 'models/foreign-face-slim-320.onnx')])('finds the same dimensions in %s, read and written', (path, { skip }) => {
    if (!existsSync(path)) skip(`${path} is not here`);
    const model = readModel(new Uint8Array(readFileSync(path)));
    const written = join(folder, 'written.onnx');
    writeFileSync(written, writeModel(model));
    expect(compare(model, ask([written]).shapes[written]!)).toBeGreaterThan(0);
  });
});
