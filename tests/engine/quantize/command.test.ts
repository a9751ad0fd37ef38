import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardSchema } from '../../../electron/engine/inference/card.js';
import { readModel } from '../../../models/onnx/read.js';
import { answerOf, root, shared, start, vovision } from '../cli/run.js';

const clip = join(root, 'assets/sample.mp4');
const zoo = join(root, 'tests/models/zoo/first-256.onnx');
const face = join(shared, 'models/foreign-face-slim-320.onnx');

/** A Python with the official package; null where there is none. */
const python = [process.env['VOVISION_PYTHON'], 'python3'].find((path) =>
  path !== undefined && spawnSync(path, ['-c', 'import onnx'], { timeout: 60_000 }).status === 0) ?? null;

type Answer = {
  readonly wins: boolean; readonly verdict: string; readonly ranges: string | null; readonly calibrated: number;
  readonly layers: { readonly converted: number; readonly of: number; readonly kept: readonly string[] };
  readonly agreement: { readonly frames: number; readonly boxes: number; readonly matched: number; readonly iou: number; readonly score: number };
  readonly speed: { readonly ratio: number; readonly threads: number };
};

describe('models quantize', () => {
  let folder = '';
  let model = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vovision-quantize-test-'));
    model = join(folder, 'own.onnx');
    await copyFile(zoo, model);
    await copyFile(zoo.replace('.onnx', '.json'), join(folder, 'own.json'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (words: readonly string[]): Promise<Answer> => {
    const ran = await vovision(['models', 'quantize', ...words, '--json']);
    expect([ran.code, ran.stderr.includes('vovision:')]).toEqual([0, false]);
    return answerOf(ran) as unknown as Answer;
  };
  const failure = async (words: readonly string[]): Promise<{ code: number | null; message: string; hint: string }> => {
    const ran = await vovision(['models', 'quantize', ...words, '--json']);
    const { error } = answerOf(ran) as { error: { message: string; hint: string } };
    return { code: ran.code, message: error.message, hint: error.hint };
  };

  it('makes the first detector int8: it finds the same on frames it was not calibrated on', async () => {
    const out = join(folder, 'own8.onnx');
    const answer = await run([model, '--video', clip, '--frames', '32', '-o', out]);
    expect(answer.layers).toEqual({ converted: 56, of: 62, kept: [] });
    expect(answer.calibrated).toBe(16);
    expect(answer.agreement.frames).toBe(16);
    expect(answer.agreement.boxes).toBeGreaterThan(300);
    expect(answer.agreement.matched).toBeGreaterThan(0.98);
    expect(answer.agreement.iou).toBeGreaterThan(0.95);
    expect(answer.agreement.score).toBeLessThan(0.02);
    expect(answer.speed.ratio).toBeGreaterThan(0);

    const bytes = await readFile(out);
    expect(bytes.length).toBeLessThan((await readFile(model)).length * 0.4);
    const written = JSON.parse(await readFile(out.replace('.onnx', '.json'), 'utf8')) as Record<string, unknown>;
    const original = JSON.parse(await readFile(join(folder, 'own.json'), 'utf8')) as Record<string, unknown>;
    expect(cardSchema.parse(written).hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect([written['licence'], written['source'], written['classes'], written['knownFaults'], written['accuracy']])
      .toEqual([original['licence'], original['source'], original['classes'], original['knownFaults'], undefined]);
    expect(written['quantization']).toMatchObject({ to: 'int8', from: { hash: original['hash'], accuracy: original['accuracy'] }, calibratedOn: '16 pictures of sample.mp4' });

    // It can be used like any other, and is not quantised twice.
    const again = await failure([out, '--video', clip, '-o', join(folder, 'twice.onnx')]);
    expect(again).toMatchObject({ code: 3, message: 'The model is quantised already.' });
    expect(existsSync(join(folder, 'twice.onnx'))).toBe(false);
    if (python === null) return;
    const check = spawnSync(python, ['-c', 'import onnx,sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)', out], { encoding: 'utf8' });
    expect([check.status, check.stderr]).toEqual([0, '']);
  });

  it('leaves layers in float32 that are named, and those that cost too much', async () => {
    const out = join(folder, 'kept.onnx');
    const stem = '/m/stem/stem.0/stem.0.0/Conv';
    const answer = await run([model, '--video', clip, '--frames', '8', '--keep', stem, '--target', '1', '-o', out]);
    expect(answer.layers.converted).toBe(55 - answer.layers.kept.length);
    expect(readModel(await readFile(out)).graph!.initializer.find(({ dims }) => dims.join() === '24,3,3,3')?.dataType).toBe(1);
    const wrong = await failure([model, '--video', clip, '--frames', '4', '--keep', 'nowhere', '-o', out]);
    expect(wrong.code).toBe(2);
    expect(wrong.message).toContain('“nowhere”');
    expect(wrong.hint).toContain(stem);
  });

  it('makes it float16 with the same inputs and outputs', async () => {
    const answer = await run([model, '--video', clip, '--frames', '8', '--to', 'float16', '-o', join(folder, 'own16.onnx')]);
    expect(answer.ranges).toBeNull();
    expect(answer.agreement.matched).toBe(1);
    expect(answer.agreement.iou).toBeGreaterThan(0.995);
    expect((await readFile(join(folder, 'own16.onnx'))).length).toBeLessThan((await readFile(model)).length * 0.6);
  });

  it('learns from folders of pictures, whatever else lies there, one picture at least', async () => {
    const pictures = join(folder, 'pictures', 'deep');
    await mkdir(pictures, { recursive: true });
    await writeFile(join(pictures, 'note.txt'), 'no picture');
    await writeFile(join(pictures, 'broken.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
    await writeFile(join(pictures, 'lie.png'), 'no picture either');
    expect((await failure([model, '--images', join(folder, 'pictures'), '-o', join(folder, 'p.onnx')])).message).toBe('There is no picture to calibrate on.');
    await writeFile(join(pictures, 'one.bmp'), bitmap(40, 30));
    const answer = await run([model, '--images', join(folder, 'pictures'), '-o', join(folder, 'p.onnx')]);
    expect([answer.calibrated, answer.agreement.frames]).toEqual([1, 1]);
    expect(answer.wins).toBe(answer.agreement.boxes > 0 && answer.speed.ratio >= 1.1);
  });

  it.skipIf(!existsSync(face))(`makes somebody else’s model of floats take bytes${existsSync(face) ? '' : ' (skipped: ../shared/models is not here)'}`, async () => {
    const out = join(folder, 'face8.onnx');
    const walk = join(shared, 'clips/one-by-one-person-detection.mp4');
    const answer = await run([face, '--answer', 'classes=face,colour=rgb,range=signed-128', '--video', walk, '--frames', '8', '-o', out]);
    expect(answer.layers.of).toBe(42);
    expect(answer.layers.converted).toBeGreaterThan(15);
    const { input } = JSON.parse(await readFile(out.replace('.onnx', '.json'), 'utf8')) as { input: unknown };
    expect(input).toMatchObject({ type: 'uint8', layout: 'nhwc', mean: [0, 0, 0], std: [1, 1, 1], width: 320, height: 240 });
    expect((await vovision(['analyze', clip, '--model', out, '--provider', 'cpu', '--end', '0.3', '--out', folder])).code).toBe(0);
  });

  it('says what is missing', async () => {
    expect((await failure([model, '-o', join(folder, 'x.onnx')])).message).toContain('--video');
    expect((await failure([model, '--video', clip, '--images', folder, '-o', join(folder, 'x.onnx')])).code).toBe(2);
    expect((await failure([model, '--video', clip])).message).toContain('-o');
    expect((await failure([model, '--video', clip, '-o', model])).message).toContain('is the model itself');
    expect((await failure([model, '--images', join(folder, 'nowhere'), '-o', join(folder, 'x.onnx')])).code).toBe(3);
    expect((await vovision(['models', 'list', '--target', '1'])).code).toBe(2);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const own = join(folder, 'temporary');
    await mkdir(own);
    const { child, ended } = start(['models', 'quantize', model, '--video', clip, '-o', join(folder, 'stopped.onnx')], { env: { TMPDIR: own } });
    for (let n = 0; n < 200 && (await readdir(own)).every((name) => !name.startsWith('vovision-quantize-')); n++) await new Promise((resolve) => setTimeout(resolve, 25));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect((await readdir(own)).filter((name) => name.startsWith('vovision-quantize-'))).toEqual([]);
    expect(existsSync(join(folder, 'stopped.onnx'))).toBe(false);
  });
});

/** A grey picture as a Windows bitmap. */
const bitmap = (width: number, height: number): Buffer => {
  const file = Buffer.alloc(54 + width * height * 3, 128);
  file.fill(0, 0, 54);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
};
