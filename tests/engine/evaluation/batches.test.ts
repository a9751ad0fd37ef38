import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchLimits, largestPicture, readBatch, readPictureFile } from '../../../electron/engine/evaluation/batches.js';
import { temporaryFolder } from '../cli/run.js';

const jpeg = (length: number): Uint8Array => Uint8Array.from({ length }, (_, n) => [0xff, 0xd8, 0xff][n] ?? 0);
const png = (length: number): Uint8Array => Uint8Array.from({ length }, (_, n) => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a][n] ?? 0);
const same = (bytes: Uint8Array): Promise<Uint8Array> => Promise.resolve(bytes);

describe('batches of pictures', () => {
  it('end where enough bytes are held, however many pictures there are', async () => {
    const all = [10, 30, 10, 100, 10].map(jpeg);
    const ends: number[] = [];
    for (let from = 0; from < all.length;) {
      const { byKind, end } = await readBatch(all, from, same, { pictures: 3, bytes: 40 });
      expect([...byKind.values()].flat().map(({ of }) => of)).toEqual(all.slice(from, end));
      ends.push(end);
      from = end;
    }
    expect(ends).toEqual([2, 4, 5]);
    expect((await readBatch(all, 1, same, { pictures: 3, bytes: 1000 })).end).toBe(4);
    expect((await readBatch(all, 0, same)).end).toBe(5);
  });

  it('hold few enough bytes for two of them and the largest picture at their ends', () => {
    expect(2 * (batchLimits.bytes + largestPicture)).toBeLessThan(512 * 2 ** 20);
  });

  it('are of one kind each, and leave out what is no picture', async () => {
    const { byKind, end } = await readBatch([jpeg(20), png(20), new Uint8Array(20), new Uint8Array(), jpeg(30)], 0, same);
    expect(end).toBe(5);
    expect([...byKind].map(([, pictures]) => pictures.map(({ bytes }) => bytes.length))).toEqual([[20, 30], [20]]);
  });

  it('take no longer than the first picture that cannot be read', async () => {
    await expect(readBatch([1, 2], 0, (n) => (n === 2 ? Promise.reject(new Error('gone')) : same(jpeg(9))))).rejects.toThrow('gone');
  });
});

describe('pictures that are files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await temporaryFolder();
  });

  it('are read whole, refused where they are too large or gone', async () => {
    const [small, huge] = [join(folder, 'small.jpg'), join(folder, 'huge.jpg')];
    writeFileSync(small, jpeg(1000));
    writeFileSync(huge, jpeg(10));
    truncateSync(huge, largestPicture + 1);
    expect(Buffer.compare(await readPictureFile(small), jpeg(1000))).toBe(0);
    await expect(readPictureFile(huge)).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining(`it has ${largestPicture + 1} bytes`) as string });
    await expect(readPictureFile(join(folder, 'gone.jpg'))).rejects.toMatchObject({ kind: 'bad-input', message: expect.stringContaining('gone.jpg cannot be read') as string });
  });
});
