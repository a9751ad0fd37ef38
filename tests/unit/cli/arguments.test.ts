import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helpText, parseArguments, type CommandSpec } from '../../../electron/cli/arguments.js';
import { UserError } from '../../../electron/engine/contract/contract.js';

const spec: CommandSpec = {
  name: 'analyze',
  summary: 'Finds things.',
  positionals: ['VIDEO'],
  options: {
    start: { type: 'number', range: [0, 10], help: 'first moment' },
    codec: { type: 'text', choices: ['h264', 'vp9'], help: 'codec' },
    output: { type: 'text', short: 'o', help: 'where to' },
    fast: { type: 'flag', help: 'hurry' },
    images: { type: 'list', help: 'where from' },
  },
};

const refusal = (...words: string[]): string => {
  try {
    parseArguments(spec, words);
  } catch (error) {
    if (error instanceof UserError && error.kind === 'usage') return error.message;
    throw error;
  }
  return 'accepted';
};

describe('parseArguments', () => {
  it('reads options before, between and after', () => {
    const args = parseArguments(spec, ['--start', '1.5', 'a.mp4', '--codec=vp9', '-o', 'out.mp4', '--fast', '--json']);
    expect(args.positionals).toEqual(['a.mp4']);
    expect(args.number('start')).toBe(1.5);
    expect(args.text('codec')).toBe('vp9');
    expect(args.text('output')).toBe('out.mp4');
    expect(args.flag('fast')).toBe(true);
    expect(args.flag('json')).toBe(true);
    expect(args.number('codec')).toBeNull();
  });
  it.each([
    [['--nothing', 'a.mp4'], 'There is no option --nothing.'],
    [['--__proto__', 'a.mp4'], 'There is no option --__proto__.'],
    [['--constructor', 'a.mp4'], 'There is no option --constructor.'],
    [[], 'VIDEO is missing.'],
    [['a', 'b'], '“b” is one argument too many.'],
    [['a', '--start'], '--start needs a value.'],
    [['a', '--start', 'soon'], '--start is “soon”; it must be a number.'],
    [['a', '--start', ''], '--start is “”; it must be a number.'],
    [['a', '--start', 'NaN'], '--start is “NaN”; it must be a number.'],
    [['a', '--start', '11'], '--start is 11; it must be between 0 and 10.'],
    [['a', '--start', '-1'], '--start is -1; it must be between 0 and 10.'],
    [['a', '--codec', 'av1'], '--codec is “av1”; it must be one of h264, vp9.'],
    [['a', '--fast=yes'], '--fast takes no value.'],
  ])('refuses %j', (words, message) => {
    expect(refusal(...words)).toBe(message);
  });

  describe('a file whose name begins with a dash', () => {
    const before = process.cwd();
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'vovision-'));
      writeFileSync(join(folder, '-clip.mp4'), '');
      process.chdir(folder);
    });
    afterAll(() => {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    });
    it('is taken as a file where it exists, and after --', () => {
      expect(parseArguments(spec, ['-clip.mp4', '--fast']).positionals).toEqual(['-clip.mp4']);
      expect(parseArguments(spec, ['--fast', '--', '--other.mp4']).positionals).toEqual(['--other.mp4']);
      expect(refusal('-missing.mp4')).toBe('There is no option -missing.mp4.');
    });
  });

  it('takes every word of a list up to the next option', () => {
    const lists = (...words: string[]): readonly string[] => parseArguments(spec, ['clip.mp4', ...words]).list('images');
    expect(lists()).toEqual([]);
    expect(lists('--images', 'a', 'b.zip', '--fast')).toEqual(['a', 'b.zip']);
    expect(lists('--images', 'a', '--images=b', '--images', 'c', 'd')).toEqual(['a', 'b', 'c', 'd']);
    expect(refusal('clip.mp4', '--images')).toBe('--images needs a value.');
    expect(refusal('clip.mp4', '--images', 'a', '')).toBe('--images is empty.');
    // After = there is one value only: the next word is an argument.
    expect(refusal('--images=a', 'clip.mp4', 'more')).toBe('“more” is one argument too many.');
  });

  it('shows every option in the help', () => {
    const text = helpText(spec);
    for (const name of ['--start N', '-o, --output TEXT', '--codec TEXT', '(h264, vp9)', '--json', '-h, --help']) expect(text).toContain(name);
    expect(parseArguments(spec, ['--help']).flag('help')).toBe(true);
  });
});
