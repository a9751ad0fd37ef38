import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOnnx } from '../../../models/networks/to-onnx.js';
import { writeModel } from '../../../models/onnx/write.js';
import { findNetwork } from '../../../models/reference/catalogue.js';
import { ones } from '../../models/lively.js';
import { root, shared } from '../cli/run.js';

const folder = mkdtempSync(join(tmpdir(), 'damaged-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'read-damaged.cjs');

beforeAll(async () => {
  await build({
    cwd: root, input: { 'read-damaged': 'tests/models/read-damaged.ts' }, platform: 'node',
    output: { dir: folder, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false }, logLevel: 'warn',
  });
});

type Told = { readonly outcomes: Readonly<Record<string, number>>; readonly wrong: readonly string[]; readonly mebibytes: number };

/** The heap is small: what unfolds into more ends the process. One that hangs is ended. */
const read = (count: number, files: readonly string[], heap: number): Told => {
  const ran = spawnSync(process.execPath, [`--max-old-space-size=${heap}`, program, String(count), ...files], { encoding: 'utf8', timeout: 110_000, maxBuffer: 2 ** 26 });
  expect([ran.signal, ran.status, ran.stderr]).toEqual([null, 0, '']);
  return JSON.parse(ran.stdout) as Told;
};

const varint = (value: number): readonly number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]);
const field = (number: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(content.length)]), content]);
const times = (count: number, ...piece: number[]): Uint8Array => Buffer.alloc(count * piece.length, Uint8Array.from(piece));

/** Small files that unfold into many parts (a million are allowed) or numbers (eight million). */
const unfolding: readonly (readonly [string, number, (count: number) => Uint8Array])[] = [
  ['empty nodes', 1e6, (count) => field(7, times(count, 0x0a, 0))],
  ['empty weights', 1e6, (count) => field(7, times(count, 0x2a, 0))],
  ['empty attributes', 1e6, (count) => field(7, field(1, times(count, 0x2a, 0)))],
  ['fields nobody knows', 1e6, (count) => times(count, 0xa0, 0x06, 1)],
  ['dimensions together', 8e6, (count) => field(7, field(5, field(1, times(count, 1))))],
  ['dimensions one by one', 8e6, (count) => field(7, field(5, times(count, 0x08, 1)))],
  ['whole numbers', 8e6, (count) => field(7, field(1, field(5, field(8, times(count, 1)))))],
  ['names', 8e6, (count) => field(7, field(1, times(count, 0x0a, 1, 65)))],
];

describe('damaged files', () => {
  it('give a typed error or are read, in bounded memory', () => {
    const built = ['peleenet', 'vovnetv2-19-slim-dw'].map((id) => {
      const network = findNetwork(id)!.build({ width: 96, height: 64 });
      const path = join(folder, `${id}.onnx`);
      writeFileSync(path, writeModel(toOnnx(network, ones(network), { precision: 'float16' })));
      return path;
    });
    const foreign = join(shared, 'models/foreign-face-slim-320.onnx');
    const files = [join(root, 'tests/models/zoo/first-256.onnx'), ...built, ...(existsSync(foreign) ? [foreign] : [])];
    const { outcomes, wrong, mebibytes } = read(400, files, 128);
    expect(wrong).toEqual([]);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(400);
    // All kinds of damage did something, and not all of it was noticed: what is left is a model.
    expect(Object.keys(outcomes).length).toBeGreaterThan(4);
    expect(outcomes['read']).toBeGreaterThan(50);
    expect(mebibytes).toBeLessThan(512);
  });

  it.each(unfolding)('that unfold into %s stay within bounds', (_, most, contentOf) => {
    const [allowed = '', refused = ''] = [0.9, 1.1].map((share) => {
      const path = join(folder, `${share}.onnx`);
      writeFileSync(path, Buffer.concat([Uint8Array.of(0x08, 0x08), contentOf(share * most)]));
      return path;
    });
    expect(read(0, [refused], 128).outcomes).toEqual({ 'too-many-parts': 1 });
    const { wrong, mebibytes } = read(0, [allowed], 1024);
    expect(wrong).toEqual([]);
    expect(mebibytes).toBeLessThan(1536);
  });
});
