import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectionStride, unpack } from '../../../electron/engine/contract/contract.js';
import { Archive } from '../../../electron/engine/evaluation/archive.js';
import { pictureKind } from '../../../electron/engine/media/picture-filters.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { zipOf } from '../../models/zip.js';
import { EngineUnderTest } from '../analysis/harness.js';
import { root, shared, vovision } from '../cli/run.js';
import { noTrainer, python } from '../python.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'same-boxes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const graph = join(folder, 'graph.onnx');
const model = join(folder, 'nano.onnx');
const weights = join(root, 'models/training/checkpoints/vovdet-nano.safetensors');

type Box = { readonly corners: readonly number[]; readonly score: number; readonly classId: number };
type Picture = { readonly name: string; readonly bytes: Uint8Array; readonly width: number; readonly height: number };
type ByPicture = readonly (readonly Box[])[];

let ffmpeg = '';
let classes: readonly string[] = [];
beforeAll(async () => {
  ffmpeg = (await locateTools()).ffmpeg.path;
  for (const [path, ...more] of [[graph, '--for-training'], [model, '--weights', weights]]) {
    const built = await vovision(['models', 'build', 'vovdet-nano', '-o', path ?? '', ...more]);
    expect(built.code, built.stderr).toBe(0);
  }
  classes = (JSON.parse(readFileSync(join(folder, 'nano.json'), 'utf8')) as { classes: string[] }).classes;
});

/** What is surely found; weaker boxes may come and go with the last bit of a number. */
const sure = 0.3;

const overlap = ([ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0]: readonly number[], [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0]: readonly number[]): number => {
  const both = Math.max(0, Math.min(ax2, bx2) - Math.max(ax1, bx1)) * Math.max(0, Math.min(ay2, by2) - Math.max(ay1, by1));
  return both / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both);
};

/** Every sure box of `one` has its like in `other`. How many were looked at. */
const expectIn = (one: ByPicture, other: ByPicture, what: string): number => {
  let looked = 0;
  one.forEach((boxes, n) => boxes.filter(({ score }) => score >= sure).forEach((box) => {
    const rivals = (other[n] ?? []).filter(({ classId }) => classId === box.classId);
    const likes = rivals.filter(({ corners, score }) => overlap(corners, box.corners) >= 0.99 && Math.abs(score - box.score) <= 0.02);
    expect(likes.length, `${what}: picture ${n}, ${classes[box.classId] ?? ''} ${box.score.toFixed(3)} at ${box.corners.map((at) => at.toFixed(1)).join(' ')}`).toBeGreaterThan(0);
    looked += 1;
  }));
  return looked;
};

/** Lays pictures down as a labelled set `NAME.json` in which everything counts and nothing is. */
const writeSet = (name: string, pictures: readonly Picture[]): void => {
  writeFileSync(join(folder, `${name}.zip`), zipOf(Object.fromEntries(pictures.map((picture) => [picture.name, picture.bytes]))));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({
    images: pictures.map((picture, n) => ({ id: n + 1, file_name: picture.name, archive: `${name}.zip`, source: name, width: picture.width, height: picture.height })),
    annotations: [], categories: classes.map((each, n) => ({ id: n + 1, name: each })),
  }));
};

const readDetections = (file: string, count: number): ByPicture => {
  const results = JSON.parse(readFileSync(file, 'utf8')) as { image_id: number; category_id: number; bbox: [number, number, number, number]; score: number }[];
  return Array.from({ length: count }, (_, n) => results.filter((each) => each.image_id === n + 1).map(({ bbox: [x, y, w, h], score, category_id }) => ({
    corners: [x, y, x + w, y + h], score, classId: category_id - 1,
  })));
};

const byEval = async (name: string, count: number): Promise<ByPicture> => {
  const file = join(folder, `${name}-eval.json`);
  const ran = await vovision(['eval', model, '--images', folder, '--annotations', join(folder, `${name}.json`), '--provider', 'cpu', '--detections', file]);
  expect(ran.code, ran.stderr).toBe(0);
  return readDetections(file, count);
};

const byTrainer = async (name: string, count: number): Promise<ByPicture> => {
  const file = join(folder, `${name}-trainer.json`);
  await run(python, [
    join(root, 'models/training/evaluate.py'), '--graph', graph, '--weights', weights, '--data', folder, '--set', name,
    '--device', 'cpu', '--threads', '1', '--detections', file,
  ], { env: { ...process.env, VOVISION_FFMPEG: ffmpeg, PYTHONDONTWRITEBYTECODE: '1' } });
  return readDetections(file, count);
};

/**
 * Each picture as a video of one frame that decodes to the very same numbers: JPEG and PNG are copied as they are;
 * WebP, which no container for video takes, becomes FFV1 of the same YCbCr.
 */
const byApp = async (pictures: readonly Picture[]): Promise<ByPicture> => {
  const app = await EngineUnderTest.create();
  try {
    const id = await app.model(model);
    const boxes: Box[][] = [];
    for (const { bytes } of pictures) {
      const kind = pictureKind(bytes) ?? '';
      const [still, clip] = [join(folder, `still.${kind}`), join(folder, `clip-${createHash('sha1').update(bytes).digest('hex')}.${kind === 'webp' ? 'mkv' : 'mov'}`)];
      writeFileSync(still, bytes);
      await run(ffmpeg, ['-v', 'error', '-y', '-noautorotate', '-i', still, '-c:v', kind === 'webp' ? 'ffv1' : 'copy', '-frames:v', '1', clip]);
      app.found.clear();
      app.events.length = 0;
      const { run: started } = await app.start(await app.open(clip), { model: id });
      await app.untilDone();
      const packed = app.found.get(0)?.boxes ?? new Float32Array();
      expect(app.found.size, clip).toBe(1);
      boxes.push(Array.from({ length: packed.length / detectionStride }, (_, n) => {
        const { x1, y1, x2, y2, score, classId } = unpack(packed, n);
        return { corners: [x1, y1, x2, y2], score, classId };
      }));
      await app.engine.handle('run.stop', { run: started });
    }
    return boxes;
  } finally {
    await app.engine.dispose();
  }
};

const expectTheSame = async (name: string, pictures: readonly Picture[], least: number): Promise<void> => {
  writeSet(name, pictures);
  const ways: readonly (readonly [string, ByPicture])[] = [
    ['the app', await byApp(pictures)], ['eval', await byEval(name, pictures.length)],
    ...(noTrainer === null ? [['the trainer', await byTrainer(name, pictures.length)] as const] : []),
  ];
  for (const [one, found] of ways) {
    for (const [other, foundToo] of ways) {
      if (one !== other) expect(expectIn(found, foundToo, `found by ${one}, sought in ${other}`)).toBeGreaterThanOrEqual(least);
    }
  }
};

const noPictures = existsSync(join(shared, 'data/val.json')) ? null : 'the folder ../shared/data is not here';
const without = noTrainer === null ? '' : ` (without the trainer: ${noTrainer})`;

describe(`one picture through the app, through eval and through the trainer gives the same boxes${without}`, () => {
  it('frames of the sample, as PNG of several shapes and as JPEG', { timeout: 300_000 }, async () => {
    const forms = [
      { at: 1, width: 640, height: 360, kind: 'png' }, { at: 4, width: 431, height: 287, kind: 'png' }, { at: 7, width: 300, height: 411, kind: 'png' },
      { at: 2, width: 320, height: 320, kind: 'png' }, { at: 5, width: 1280, height: 720, kind: 'jpg' }, { at: 8, width: 333, height: 250, kind: 'jpg' },
    ];
    const pictures: Picture[] = [];
    for (const [n, { at, width, height, kind }] of forms.entries()) {
      const name = `${n}.${kind}`;
      await run(ffmpeg, ['-v', 'error', '-ss', String(at), '-i', join(root, 'assets/sample.mp4'), '-frames:v', '1', '-vf', `scale=${width}:${height}`, '-q:v', '3', join(folder, name)]);
      pictures.push({ name, bytes: readFileSync(join(folder, name)), width, height });
    }
    await expectTheSame('made', pictures, 6);
  });

  it.skipIf(noPictures !== null)(`a dozen photos${noPictures === null ? '' : ` (skipped: ${noPictures})`}`, { timeout: 300_000 }, async () => {
    const { images } = JSON.parse(readFileSync(join(shared, 'data/val.json'), 'utf8')) as { images: { file_name: string; archive: string; width: number; height: number }[] };
    const pictures: Picture[] = [];
    for (const { file_name, archive, width, height } of images.filter((_, n) => n % 50 === 13)) {
      const zip = await Archive.open(join(shared, 'data', archive));
      pictures.push({ name: file_name.replace(/.*\//, ''), bytes: await zip.read(file_name), width, height });
      zip.close();
    }
    expect(pictures).toHaveLength(12);
    await expectTheSame('photos', pictures, 20);
  });
});
