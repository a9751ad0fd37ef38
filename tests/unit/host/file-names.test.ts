import { expect, it } from 'vitest';
import { UserError, type FasterForm, type FasterOutcome, type FasterProgress, type ModelInfo } from '../../../electron/engine/contract/contract.js';
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

it('names files instead of paths wherever a model’s new forms are told of', () => {
  const path = '/home/ada/models/street.onnx';
  const error = { kind: 'bad-model', message: `${path} is broken.` } as const;
  const form: FasterForm = { form: 'int8', fileSize: null, times: [{ provider: 'cpu', time: null, error: `no room for ${path}` }, { provider: 'cuda', time: null, error: null }], best: null, ratio: null, agreement: null, error };
  const outcome: FasterOutcome = { winner: 'original', verdict: `int8 could not be made: ${path} is broken.`, made: null, calibrated: 1, compared: 1, boxes: 20, videos: ['a.mp4'] };
  const progress = { job: 'j', model: {} as ModelInfo, state: 'failed', stage: 'int8', step: '', fraction: 0, forms: [form], outcome, error } satisfies FasterProgress;
  const hidden = names(path).hideIn(progress);
  expect(JSON.stringify(hidden)).not.toContain('/home/ada');
  expect([hidden.error?.message, hidden.forms[0]?.error?.message, hidden.forms[0]?.times.map((time) => time.error), hidden.outcome?.verdict])
    .toEqual(['street.onnx is broken.', 'street.onnx is broken.', ['no room for street.onnx', null], 'int8 could not be made: street.onnx is broken.']);
});

it('keeps the kind of an error, and leaves one without a path as it is', async () => {
  const error = new UserError('output', '/home/ada/a.mp4 is full.', 'Look at /home/ada/a.mp4.');
  await expect(names('/home/ada/a.mp4').hiding(Promise.reject(error))).rejects.toMatchObject({ name: 'UserError', kind: 'output', message: 'a.mp4 is full.', hint: 'Look at a.mp4.' });
  const cancelled = Object.assign(new Error('cancelled'), { name: 'AbortError' });
  await expect(names('/home/ada/a.mp4').hiding(Promise.reject(cancelled))).rejects.toBe(cancelled);
  expect(await names().hiding(Promise.resolve(7))).toBe(7);
});
