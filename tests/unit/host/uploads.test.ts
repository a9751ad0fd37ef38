import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Uploads } from '../../../electron/host/uploads.js';

let uploads: Uploads;
beforeEach(async () => {
  uploads = await Uploads.create(5000);
});
afterEach(() => uploads.close());

const body = (): Readable => Readable.from([Buffer.alloc(600), Buffer.alloc(600)]);

it('leaves the sender able to hear why a file was not taken in, and nothing of the file', async () => {
  const sender = body();
  await expect(uploads.receive('a.mp4', 1000, sender, () => undefined)).rejects.toMatchObject({ kind: 'bad-input' });
  expect(sender.destroyed).toBe(false);
  expect(readdirSync(uploads.folder)).toEqual([]);
});

it('keeps nothing of a file whose sender leaves', async () => {
  const sender = new Readable({ read: () => undefined });
  const received = uploads.receive('a.mp4', 1000, sender, () => sender.destroy());
  sender.push(Buffer.alloc(500));
  await expect(received).rejects.toThrow();
  expect(readdirSync(uploads.folder)).toEqual([]);
});
