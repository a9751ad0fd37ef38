import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { displayPx, modelPx } from '../../../electron/engine/contract/contract.js';
import type { PictureEntry } from '../../../electron/engine/evaluation/dataset.js';
import { PictureFiles } from '../../../electron/engine/evaluation/pictures.js';
import { tensorFilters } from '../../../electron/engine/media/chain.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { PictureBatch, type DecodedPicture } from '../../../electron/engine/media/picture-batch.js';
import { pictureKind, type PictureFit } from '../../../electron/engine/media/picture-filters.js';
import type { Fit, VideoFile } from '../../../electron/engine/media/types.js';
import { zipOf } from '../../models/zip.js';
import { everyFfmpeg } from '../media/helpers.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sizes = [[333, 416], [500, 375], [1, 700], [640, 2], [37, 911], [320, 320], [321, 319], [16, 16]] as const;
const modelSize = { width: modelPx(320), height: modelPx(256) };
const everyTools = await everyFfmpeg();
const usual = everyTools[0]!.tools;

const make = async (name: string, width: number, height: number, seed = 1): Promise<Uint8Array> => {
  const path = join(folder, name);
  await run(usual.ffmpeg.path, ['-y', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x480', '-vf', `hue=h=${seed * 50},scale=${width}:${height}`, '-frames:v', '1', path]);
  return readFileSync(path);
};

const all = async (batch: PictureBatch): Promise<DecodedPicture[]> => {
  const pictures: DecodedPicture[] = [];
  try {
    for (let picture = await batch.next(); picture !== null; picture = await batch.next()) pictures.push(picture);
  } finally {
    await batch.close();
  }
  return pictures;
};

describe.each(everyTools)('with ffmpeg $name', ({ tools }) => {
  const pictures: { readonly bytes: Uint8Array; readonly path: string; readonly width: number; readonly height: number }[] = [];
  beforeAll(async () => {
    for (const [n, [width, height]] of sizes.entries()) {
      const name = `${n}.jpg`;
      pictures.push({ bytes: await make(name, width, height, n), path: join(folder, name), width, height });
    }
  });

  it.each(['top-left', 'center', 'stretch'] as const)('%s: pictures of many sizes through one child come out as a video of each size does', async (fit: Fit) => {
    const options: PictureFit = { model: modelSize, fit, pad: 114 };
    const decoded = await all(await PictureBatch.open(pictures.map(({ bytes }) => bytes), 'jpg', tools, { fit: options }));
    expect(decoded.map(({ at, size }) => [at, size.width, size.height])).toEqual(sizes.map(([width, height], n) => [n, width, height]));
    for (const [n, { path, width, height }] of pictures.entries()) {
      const box = letterbox({ width: displayPx(width), height: displayPx(height) }, modelSize, fit, 114);
      const { stdout } = await run(
        tools.ffmpeg.path,
        ['-v', 'error', '-i', path, '-vf', tensorFilters({ rotation: 0, mirrored: false } as VideoFile, box, null), '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
        { encoding: 'buffer', maxBuffer: 1 << 24 },
      );
      expect(Buffer.compare(Buffer.from(decoded[n]!.pixels), stdout)).toBe(0);
    }
  });

  it('leaves out what cannot be decoded, wherever it stands', async () => {
    const good = pictures[0]!;
    const broken = good.bytes.slice(0, 300);
    const noise = Uint8Array.from({ length: 3000 }, (_, n) => (n < 3 ? [0xff, 0xd8, 0xff][n]! : (n * 7919) & 255));
    const batch = [broken, good.bytes, noise, good.bytes, broken];
    expect((await all(await PictureBatch.open(batch, 'jpg', tools, { fit: { model: modelSize, fit: 'center', pad: 0 } }))).map(({ at }) => at)).toEqual([1, 3]);
    expect(await all(await PictureBatch.open([broken, noise], 'jpg', tools, { fit: { model: modelSize, fit: 'center', pad: 0 } }))).toEqual([]);
  });

  it('ends at once when cancelled, and leaves no files', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('vovision-pictures-'));
    const stop = new AbortController();
    const batch = await PictureBatch.open(Array<Uint8Array>(300).fill(pictures[0]!.bytes), 'jpg', tools, { fit: { model: modelSize, fit: 'center', pad: 0 }, signal: stop.signal });
    expect(await batch.next()).not.toBeNull();
    stop.abort();
    await expect(batch.next()).rejects.toThrow();
    await batch.close();
    await batch.close();
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('vovision-pictures-') && !before.includes(name));
    expect(left).toEqual([]);
  });
});

describe('kinds of pictures', () => {
  it('are told by their bytes', async () => {
    for (const extension of ['png', 'bmp', 'jpg']) {
      const bytes = await make(`kind.${extension}`, 40, 30);
      expect(pictureKind(bytes)).toBe(extension);
      const [picture] = await all(await PictureBatch.open([bytes], extension, usual, { fit: { model: modelSize, fit: 'top-left', pad: 114 } }));
      expect(picture!.size).toEqual({ width: 40, height: 30 });
    }
    expect(pictureKind(Buffer.from('RIFF\0\0\0\0WEBPVP8 '))).toBe('webp');
    for (const text of ['', 'GIF89a', '<svg', 'RIFF\0\0\0\0WAVE', '#EXTM3U']) expect(pictureKind(Buffer.from(text))).toBeNull();
  });
});

describe('finding pictures', () => {
  const entry = (file: string, archive: string | null = null, id = 1): PictureEntry => ({ id, file, archive, source: null, size: null, labelled: null });
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const root = join(folder, 'set');
  const zip = join(root, 'a.zip');
  beforeAll(() => {
    mkdirSync(join(root, 'images'), { recursive: true });
    writeFileSync(join(root, 'images/one.jpg'), 'one');
    writeFileSync(join(folder, 'secret.jpg'), 'secret');
    writeFileSync(zip, zipOf({ 'images/two.jpg': bytes('two'), 'a/three.jpg': bytes('three '.repeat(1000)), '../../secret.jpg': bytes('x') }));
    writeFileSync(join(root, 'plain.zip'), zipOf({ 'images/two.jpg': bytes('two'), 'plain/three.jpg': bytes('three '.repeat(1000)) }));
  });
  const read = async (roots: string[], picture: PictureEntry): Promise<string> => {
    const files = await PictureFiles.open(roots, [picture]);
    try {
      return new TextDecoder().decode(await files.read(picture));
    } finally {
      files.close();
    }
  };

  it('looks in folders, in zip files given, and in zip files named and lying in folders', async () => {
    expect(await read([root], entry('images/one.jpg'))).toBe('one');
    expect(await read([root], entry('images/two.jpg', 'plain.zip'))).toBe('two');
    expect(await read([join(root, 'plain.zip')], entry('images/two.jpg', 'plain.zip'))).toBe('two');
    expect(await read([join(root, 'plain.zip')], entry('images/two.jpg'))).toBe('two');
    // As COCO's own archives are made: val2017.zip holds val2017/NAME.
    expect(await read([join(root, 'plain.zip')], entry('three.jpg'))).toBe('three '.repeat(1000));
  });

  it('goes nowhere else', async () => {
    await expect(read([root], entry('../secret.jpg'))).rejects.toThrow('1 of 1 pictures were not found, among them ../secret.jpg.');
    await expect(read([root], entry(join(folder, 'secret.jpg')))).rejects.toThrow('were not found');
    await expect(read([join(root, 'images')], entry('two.jpg', '../plain.zip'))).rejects.toThrow('were not found, among them two.jpg (in ../plain.zip)');
    await expect(read([zip], entry('images/two.jpg'))).rejects.toThrow('a.zip cannot be read as a zip file: invalid relative path');
  });

  it('says what is wrong with a place', async () => {
    await expect(read([join(root, 'none')], entry('a'))).rejects.toThrow('There is nothing at');
    await expect(read([join(root, 'images/one.jpg')], entry('a'))).rejects.toThrow('is neither a folder nor a zip file');
    const broken = join(root, 'broken.zip');
    writeFileSync(broken, readFileSync(join(root, 'plain.zip')).subarray(0, 100));
    await expect(read([broken], entry('a'))).rejects.toThrow('broken.zip cannot be read as a zip file');
    const bomb = join(root, 'bomb.zip');
    writeFileSync(bomb, zipOf({ x: bytes('x'), 'a.jpg': new Uint8Array(100_000) }, { 'a.jpg': 10 }));
    await expect(read([bomb], entry('a.jpg'))).rejects.toThrow('a.jpg in bomb.zip cannot be read: too many bytes');
    const huge = join(root, 'huge.zip');
    writeFileSync(huge, zipOf({ x: bytes('x'), 'a.jpg': new Uint8Array(10) }, { 'a.jpg': 2 ** 31 }));
    await expect(read([huge], entry('a.jpg'))).rejects.toThrow('a.jpg in huge.zip cannot be read: it has 2147483648 bytes');
  });
});
