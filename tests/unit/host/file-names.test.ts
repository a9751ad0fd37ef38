import { expect, it } from 'vitest';
import { UserError } from '../../../electron/engine/contract/contract.js';
import { FileNames } from '../../../electron/host/file-names.js';

const names = (...paths: string[]): FileNames => {
  const made = new FileNames();
  for (const path of paths) made.add(path);
  return made;
};

it.each<[string, string, string]>([
  ['a path', '/home/ada/a clip.mp4 could not be read.', 'a clip.mp4 could not be read.'],
  ["FFmpeg's way", '(FFmpeg: file:/home/ada/a clip.mp4: Invalid data)', '(FFmpeg: a clip.mp4: Invalid data)'],
  ["the system's way", "ENOENT: no such file or directory, open '/home/ada/a clip.mp4'", "ENOENT: no such file or directory, open 'a clip.mp4'"],
  ['a file beside it', '/home/ada/.vovision-1.part: No space left', '.vovision-1.part: No space left'],
  ['a file in a folder within', '/home/ada/deep/er/b.mp4 and /home/ada/a', 'er/b.mp4 and a'],
  ['no path', '12 / 3 of /home is left', '12 / 3 of /home is left'],
])('names files instead of paths in %s', (_, message, shown) => {
  const hidden = names('/home/ada/a clip.mp4', '/home/ada/deep/x.mp4', '/root.mp4', 'relative/y.mp4').hide({ kind: 'bad-input', message, hint: message });
  expect(hidden).toEqual({ kind: 'bad-input', message: shown, hint: shown });
});

it('keeps the kind of an error, and leaves one without a path as it is', async () => {
  const error = new UserError('output', '/home/ada/a.mp4 is full.', 'Look at /home/ada/a.mp4.');
  await expect(names('/home/ada/a.mp4').hiding(Promise.reject(error))).rejects.toMatchObject({ name: 'UserError', kind: 'output', message: 'a.mp4 is full.', hint: 'Look at a.mp4.' });
  const cancelled = Object.assign(new Error('cancelled'), { name: 'AbortError' });
  await expect(names('/home/ada/a.mp4').hiding(Promise.reject(cancelled))).rejects.toBe(cancelled);
  expect(await names().hiding(Promise.resolve(7))).toBe(7);
});
